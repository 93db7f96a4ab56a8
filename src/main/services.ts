import type { Ledger } from '../ledger/ledger.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

export const ledgerMethods = ['append', 'list', 'verify'] as const satisfies (keyof Ledger)[]

export const blobsMethods = ['put', 'get', 'has'] as const satisfies (keyof Blobs)[]

export const telemetryMethods = [
  'append',
  'call',
  'calls',
  'units',
  'traffic',
] as const satisfies (keyof Telemetry)[]
