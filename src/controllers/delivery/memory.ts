import type { Kind } from '../../api/kind.ts'
import type { Delivery } from '../../api/kinds/delivery.ts'
import type { Commit, Git } from '../../git/git.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Context, Draft } from '../runtime/reconciler.ts'
import { Corrections } from './drift.ts'
import { idOf } from './reference.ts'
import type { Revision } from './revision.ts'

/** What one process remembers of a Delivery between calls; all of it can be lost. */
export interface Memory {
  uid: string
  head?: Commit
  /** What was fetched from, so that another repository, credential or request is fetched at once. */
  fetchedFor?: string
  fetchedAt: number
  /** Why the last fetch failed. */
  fault?: string
  fetchFailures: number
  /** Syncs in a row that could not be completed. */
  incomplete: number
  /** The last revisions read, by commit and path; the applied one and a refused newer one. */
  revisions: Map<string, Revision>
  corrections: Corrections
}

/** What the parts of one call share. */
export interface Work {
  delivery: Draft<Delivery>
  context: Context
  git: Git
  ledger: Ledger
  kinds: readonly Kind[]
  memory: Memory
}

/** The memory of this very Delivery, not of one that had its name before; those of Deliveries that are gone go too. */
export function memoryOf(
  memories: Map<string, Memory>,
  delivery: Delivery,
  all: readonly Delivery[],
): Memory {
  const ids = new Set(all.map(idOf))
  for (const id of memories.keys()) if (!ids.has(id)) memories.delete(id)
  const { uid = '' } = delivery.metadata
  const known = memories.get(idOf(delivery))
  if (known?.uid === uid) return known
  const memory: Memory = {
    uid,
    fetchedAt: 0,
    fetchFailures: 0,
    incomplete: 0,
    revisions: new Map(),
    corrections: new Corrections(),
  }
  memories.set(idOf(delivery), memory)
  return memory
}
