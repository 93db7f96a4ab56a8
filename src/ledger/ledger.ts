/**
 * LEDGER: the append-only, hash-chained record of decisions: syncs, releases, gates, verdicts, weights, overrides, reverts.
 * Every entry's hash covers its content and the hash before it, so a changed, missing or reordered entry breaks the
 * chain at a place that `verify` names. Entries hold no secrets and no model traffic.
 * Implementations pass `ledger.contract.ts`.
 */
export interface NewEntry {
  /**
   * Makes an append idempotent: a controller that crashed after writing repeats it with the same id and gets the
   * first entry back. Built from what the decision is about, such as `verdict/support/refund-desk-7f3a/rollback`.
   */
  id: string
  /** `user:alice`, or `controller:route-release`. */
  actor: string
  /** What happened, such as `sync`, `release`, `gate`, `weight`, `verdict`, `override`, `revert`. */
  action: string
  /** The object it happened to, as `Kind/namespace/name`. */
  subject: string
  /** RFC 3339 with milliseconds. */
  at: string
  /** JSON of at most 256 KiB: digests, numbers, evidence. */
  data: Record<string, unknown>
}

export interface LedgerEntry extends NewEntry {
  /** 1, 2, 3, … */
  sequence: number
  /** Hash of the entry before, `sha256:…`; the first one's is that of the empty string. */
  previous: string
  /** SHA-256 of the canonical JSON of all other fields. */
  hash: string
}

export interface LedgerQuery {
  subject?: string
  action?: string
  after?: number
  limit?: number
}

export type Verification =
  | { intact: true; entries: number; head: string }
  | { intact: false; brokenAt: number; why: string }

export interface Ledger {
  /** Appends durably, or returns the entry that already has this id. */
  append(entry: NewEntry): Promise<LedgerEntry>
  list(query?: LedgerQuery): Promise<LedgerEntry[]>
  /** Recomputes the whole chain. */
  verify(): Promise<Verification>
}
