import type { Channel } from './channel.ts'

/** Every channel; their order decides nothing. */
export const channels: readonly Channel[] = []
