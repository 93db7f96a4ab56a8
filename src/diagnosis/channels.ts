import { kubernetes } from './analyzers/kubernetes.ts'
import { calls } from './calls/calls.ts'
import { changes } from './changes/changes.ts'
import type { Channel } from './channel.ts'
import { external } from './external/external.ts'
import { logs } from './logs/logs.ts'
import { services } from './services/services.ts'

/** Every channel; their order decides nothing. */
export const channels: readonly Channel[] = [kubernetes, logs, services, calls, changes, external]
