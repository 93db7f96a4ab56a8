import type { CelFunc } from '@bufbuild/cel'

export const library: CelFunc[] = []
