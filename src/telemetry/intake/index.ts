import type { PushSource, Source } from './source.ts'

/** Sources that are written to, all at the intake port. */
export const pushSources: readonly PushSource[] = []

/** Sources that ask, by what their settings say. */
export const sources: readonly Source<never>[] = []
