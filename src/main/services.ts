import type { Ledger } from '../ledger/ledger.ts'
import type { Blobs } from '../store/blobs.ts'

/** What the control endpoint serves of the contracts that have no list of their own. */
export const ledgerMethods = ['append', 'list', 'verify'] as const satisfies (keyof Ledger)[]
export const blobsMethods = ['put', 'get', 'has'] as const satisfies (keyof Blobs)[]
