import { subjectOf } from '../../api/kind.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { Commit } from '../../git/git.ts'
import { timestamp } from '../../lib/clock.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import type { Context } from '../runtime/reconciler.ts'
import type { Work } from './memory.ts'
import { idOf, keyOf, type ObjectReference } from './reference.ts'
import type { Synced } from './sync.ts'

type Status = NonNullable<Delivery['status']>
type HistoryEntry = NonNullable<Status['history']>[number]

const HISTORY = 20

/**
 * Writes down what is about to be applied, before the first write of it: a process that dies half-way leaves an
 * inventory from which everything can be pruned, and whoever sees an object of the commit finds its author.
 */
export async function begin(
  work: Work,
  commit: Commit,
  wanted: readonly (ObjectReference & { file: string })[],
): Promise<void> {
  const { delivery, context } = work
  const { status } = delivery
  const [top] = status.history ?? []
  const known = new Set((status.inventory ?? []).map(keyOf))
  const begun = status.attempted === commit.revision && top?.revision === commit.revision
  if (begun && top.result === 'applied' && wanted.every(entry => known.has(keyOf(entry)))) return
  status.attempted = commit.revision
  setEntry(status, { ...entryOf(commit, 'applied', context), message: 'being applied' }, true)
  const keys = new Set(wanted.map(keyOf))
  const before = (status.inventory ?? []).filter(entry => !keys.has(keyOf(entry)))
  status.inventory = [...wanted, ...before]
  await context.client.updateStatus(Delivery, delivery)
}

const entryOf = (commit: Commit, result: HistoryEntry['result'], { clock }: Context): HistoryEntry => ({
  revision: commit.revision,
  author: commit.author,
  title: commit.title,
  at: timestamp(clock),
  result,
})

/** Puts an entry on top; one of the same revision there is replaced and keeps its time, unless it is a new sync. */
function setEntry(status: Status, entry: HistoryEntry, isNew = false): void {
  const [top, ...rest] = status.history ?? []
  const replaces = !isNew && top?.revision === entry.revision && top.result === entry.result
  const next = replaces ? [{ ...entry, at: top.at }, ...rest] : [entry, ...(top ? [top] : []), ...rest]
  status.history = next.slice(0, HISTORY)
}

/** Notes that a sync could not be completed; its entry stays on top until it is. */
export function postpone({ delivery, context }: Work, commit: Commit, message: string): void {
  delivery.status.attempted = commit.revision
  setEntry(delivery.status, { ...entryOf(commit, 'applied', context), message: `incomplete: ${message}` })
}

/** Notes that a revision is applied, in the ledger too when it was not before. */
export async function accept(
  work: Work,
  commit: Commit,
  synced: Synced & { result: 'applied' },
): Promise<void> {
  const { delivery, context } = work
  const { status } = delivery
  status.revision = commit.revision
  status.attempted = commit.revision
  if (!synced.fresh) return
  setEntry(status, entryOf(commit, 'applied', context))
  await append(work, commit, 'applied', status.history?.[0]?.at ?? '', { ...synced.counts })
  const { created, updated, pruned } = synced.counts
  context.event(
    'Normal',
    'Synced',
    `${shown(commit)}: ${created} created, ${updated} updated, ${pruned} pruned`,
  )
  for (const message of synced.notes) context.event('Warning', 'NotPruned', message)
}

/** Notes, once, that a revision was refused and why. */
export async function refuse(work: Work, commit: Commit, message: string): Promise<void> {
  const { delivery, context } = work
  const { status } = delivery
  const [top] = status.history ?? []
  status.attempted = commit.revision
  if (top?.revision === commit.revision && top.result === 'refused' && top.message === message) return
  const before = top?.revision === commit.revision ? '' : (top?.at ?? '')
  await append(work, commit, 'refused', `${shortDigest(digestOfValue(message))}/${before}`, { message })
  setEntry(status, { ...entryOf(commit, 'refused', context), message })
  context.event('Warning', 'RevisionRefused', `${shown(commit)}: ${message}`)
}

/** A commit as messages name it. */
export const shown = ({ revision, title }: Commit): string =>
  `${revision.slice(0, 12)} "${title.slice(0, 120)}"`

async function append(
  { delivery, ledger, context }: Work,
  commit: Commit,
  result: HistoryEntry['result'],
  moment: string,
  data: Record<string, unknown>,
): Promise<void> {
  const subject = subjectOf(delivery)
  const { revision, author, title } = commit
  await ledger.append({
    id: `sync/${subject}/${delivery.metadata.uid}/${revision}/${result}/${moment}`,
    actor: 'controller:delivery',
    action: 'sync',
    subject,
    at: new Date(context.clock.now()).toISOString(),
    data: {
      delivery: idOf(delivery),
      repository: delivery.spec.repository,
      revision,
      author,
      title,
      result,
      ...data,
    },
  })
}
