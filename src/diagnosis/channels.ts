import type { Channel } from './channel.ts'
import { services } from './services/services.ts'

/** Every channel; their order decides nothing. */
export const channels: readonly Channel[] = [services]
