import { ChainCheck, contentOf, emptyHead, link } from './chain.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'

/** A ledger that keeps everything in memory, for tests. */
export function memoryLedger(): Ledger {
  const entries: LedgerEntry[] = []

  return {
    async append(entry) {
      const known = entries.find(other => other.id === entry.id)
      if (known) return structuredClone(known)
      const linked = link(contentOf(entry), entries.at(-1) ?? emptyHead)
      entries.push(linked)
      return structuredClone(linked)
    },
    async list({ subject, action, after = 0, limit } = {}) {
      const found = entries.filter(
        entry =>
          entry.sequence > after &&
          (subject === undefined || entry.subject === subject) &&
          (action === undefined || entry.action === action),
      )
      return structuredClone(found.slice(0, limit))
    },
    async verify() {
      const check = new ChainCheck()
      for (const entry of entries) {
        const broken = check.accept(entry)
        if (broken) return broken
      }
      return check.end(entries.at(-1) ?? emptyHead)
    },
  }
}
