import type { Kind } from '../../api/kind.ts'
import { subjectOf } from '../../api/kind.ts'
import { Namespace, Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { type Commit, type Git, GitError, type Remote } from '../../git/git.ts'
import { remoteOf } from '../../git/remote.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { timestamp } from '../../lib/clock.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { deadline } from '../runtime/deadline.ts'
import {
  type Context,
  type Draft,
  type Outcome,
  type Reconciler,
  ready,
  requeueIn,
} from '../runtime/reconciler.ts'
import { Corrections } from './drift.ts'
import { SYNC_REQUESTED } from './hook.ts'
import { keyOf, type ObjectReference, shownAs } from './reference.ts'
import { isFinal, type Revision, readRevision } from './revision.ts'
import { idOf, type Synced, syncRevision } from './sync.ts'
import { watchesOf } from './watches.ts'

type Status = NonNullable<Delivery['status']>
type HistoryEntry = NonNullable<Status['history']>[number]

const HISTORY = 20
const RETRY_MS = 2000
const MAX_RETRY_MS = 60_000
const madeByControllers = ['RouteRelease', 'EvaluationRun', 'Event', 'Lease']

/** What one process remembers of a Delivery between calls; all of it can be lost. */
interface Memory {
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

/**
 * Keeps the objects of one path of one Git repository applied. Fetching (on an interval, on request, on a changed
 * spec) is apart from applying: when an applied object changes, the revision at hand is compared again without asking
 * the repository. A revision with any fault is refused whole, and the last good one stays applied.
 */
export function deliveryReconciler({
  git,
  ledger,
  kinds,
}: {
  git: Git
  ledger: Ledger
  kinds: readonly Kind[]
}): Reconciler<typeof Delivery> {
  const watched = [
    ...new Set([...kinds.filter(({ kind }) => !madeByControllers.includes(kind)), Namespace, Secret]),
  ]
  const memories = new Map<string, Memory>()

  const memoryOf = (delivery: Delivery): Memory => {
    const id = idOf(delivery)
    const { uid = '' } = delivery.metadata
    const known = memories.get(id)
    if (known?.uid === uid) return known
    const memory: Memory = {
      uid,
      fetchedAt: 0,
      fetchFailures: 0,
      incomplete: 0,
      revisions: new Map(),
      corrections: new Corrections(),
    }
    memories.set(id, memory)
    return memory
  }

  return {
    name: 'delivery',
    kind: Delivery,
    watches: watchesOf(watched),
    timeoutMs: 20 * 60_000,
    concurrency: 2,
    async reconcile(delivery, context) {
      if (delivery.spec.suspend) return ready('Suspended', 'syncing is suspended; what is applied stays')
      const work: Work = { delivery, context, git, ledger, kinds: watched, memory: memoryOf(delivery) }
      forgetOthers(memories, context)
      const fetched = await limited(work, signal => fetchHead(work, signal))
      return limited(work, signal => bringAbout(work, fetched, signal))
    },
  }
}

/** Runs one fetch or one sync within the Delivery's own time limit. */
async function limited<T>({ delivery, context }: Work, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = deadline(context.clock, parseDuration(delivery.spec.timeout), context.signal)
  try {
    return await run(limit.signal)
  } finally {
    limit.clear()
  }
}

function forgetOthers(memories: Map<string, Memory>, { informer }: Context): void {
  const ids = new Set(informer(Delivery).list().map(idOf))
  for (const id of memories.keys()) if (!ids.has(id)) memories.delete(id)
}

interface Work {
  delivery: Draft<Delivery>
  context: Context
  git: Git
  ledger: Ledger
  kinds: readonly Kind[]
  memory: Memory
}

interface Fetched {
  remote: Remote
  /** The newest commit known; absent when it could never be fetched. */
  head?: Commit
  fault?: string
  /** Milliseconds until it is fetched again. */
  nextMs: number
}

/** The newest commit, asked of the repository only when it is time to. */
async function fetchHead(work: Work, signal: AbortSignal): Promise<Fetched> {
  const { delivery, context, git, memory } = work
  const { spec, metadata } = delivery
  const secret = spec.credentials && context.informer(Secret).get(spec.credentials.name, metadata.namespace)
  const remote = remoteOf(delivery, secret)
  const intervalMs = Math.max(1000, parseDuration(spec.interval))
  const now = context.clock.now()
  const wanted = digestOfValue([
    spec.repository,
    spec.ref,
    secret?.metadata.resourceVersion,
    metadata.annotations?.[SYNC_REQUESTED],
  ])
  const waitMs = memory.fetchFailures > 0 ? Math.min(intervalMs, backOff(memory.fetchFailures)) : intervalMs
  const same = memory.fetchedFor === wanted
  const known = ({ head, fault }: Memory) => ({
    ...(head && { head }),
    ...(fault !== undefined && { fault }),
  })
  if (same && now - memory.fetchedAt < waitMs)
    return { remote, ...known(memory), nextMs: memory.fetchedAt + waitMs - now }
  if (!same) delete memory.head
  Object.assign(memory, { fetchedFor: wanted, fetchedAt: now })
  try {
    if (spec.credentials && !secret)
      throw new GitError(`Secret ${spec.credentials.name}, named in spec.credentials, is not there`, false)
    memory.head = await git.fetch(remote, signal)
    memory.fetchFailures = 0
    delete memory.fault
    return { remote, head: memory.head, nextMs: intervalMs }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof GitError) && !signal.aborted) throw error
    memory.fetchFailures++
    memory.fault = error instanceof Error ? error.message : String(error)
    return { remote, ...known(memory), nextMs: Math.min(intervalMs, backOff(memory.fetchFailures)) }
  }
}

const backOff = (failures: number): number => Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(failures, 10))

/** Applies the newest revision, or when that is refused or can not be fetched keeps the last good one applied. */
async function bringAbout(work: Work, fetched: Fetched, signal: AbortSignal): Promise<Outcome> {
  const { delivery, memory, context } = work
  const { status } = delivery
  const { remote, nextMs } = fetched
  const applied = status.revision
  const head = fetched.head ?? (applied ? await cachedCommit(work, remote, applied, signal) : undefined)
  if (!head) return requeueIn(nextMs, notReady('FetchFailed', fetched.fault ?? 'nothing was fetched yet'))
  const synced = await sync(work, remote, head, signal)
  switch (synced.result) {
    case 'refused': {
      await refuse(work, head, synced.message)
      const kept = applied && applied !== head.revision ? await keep(work, remote, applied, signal) : ''
      return requeueIn(
        nextMs,
        notReady('RevisionRefused', `${shown(head)} is refused: ${synced.message}${kept}`),
      )
    }
    case 'incomplete': {
      memory.incomplete++
      status.attempted = head.revision
      setEntry(status, { ...entryOf(head, 'applied', context), message: `incomplete: ${synced.message}` })
      return requeueIn(
        Math.min(nextMs, backOff(memory.incomplete)),
        notReady('Incomplete', `${synced.message}; it is tried again`),
      )
    }
    case 'applied':
      await accept(work, head, synced)
      return requeueIn(nextMs, outcomeOf(head, synced, fetched))
  }
}

const notReady = (reason: string, message: string): Outcome => ({
  ready: { status: 'False', reason, message },
})

const shown = ({ revision, title }: Commit): string => `${revision.slice(0, 12)} "${title.slice(0, 120)}"`

function outcomeOf(head: Commit, synced: Synced & { result: 'applied' }, { fault }: Fetched): Outcome {
  if (fault !== undefined)
    return notReady('FetchFailed', `${fault}; ${shown(head)}, the last one fetched, stays applied`)
  if (synced.attention) return notReady(synced.attention.reason, synced.attention.message)
  const { created, updated, unchanged, skipped } = synced.counts
  const total = created + updated + unchanged
  const more = [...(skipped > 0 ? [`${skipped} skipped`] : []), ...synced.notes]
  return ready('Applied', [`${shown(head)} is applied: ${total} objects`, ...more].join('; '))
}

/** The applied commit, when the repository can not be asked for a newer one. */
async function cachedCommit(
  { git }: Work,
  remote: Remote,
  revision: string,
  signal: AbortSignal,
): Promise<Commit | undefined> {
  try {
    return await git.commit(remote, revision, signal)
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}

async function sync(work: Work, remote: Remote, commit: Commit, signal: AbortSignal): Promise<Synced> {
  const { delivery, context, kinds, memory } = work
  let revision: Revision
  try {
    revision = await readCached(work, remote, commit.revision, signal)
  } catch (error) {
    if (isFinal(error)) return { result: 'refused', message: error.message }
    throw error
  }
  const synced = await syncRevision({
    delivery,
    commit,
    revision,
    context,
    kinds,
    corrections: memory.corrections,
    signal,
    begin: wanted => begin(work, commit, wanted),
  })
  if (synced.result === 'refused') return synced
  for (const { action, field, writer, ...reference } of synced.drift) {
    const by = writer ? `; last writer ${writer}` : ''
    const [type, reason] =
      action === 'corrected' ? (['Normal', 'DriftCorrected'] as const) : (['Warning', 'DriftFound'] as const)
    context.event(type, reason, `${field} of ${shownAs(reference)} was not as in Git${by}`)
  }
  // Lines are for refusals; without them the parsed documents need not be kept.
  if (synced.result === 'applied') for (const object of revision.objects) object.lineOf = () => object.line
  return synced
}

async function readCached(
  work: Work,
  remote: Remote,
  revision: string,
  signal: AbortSignal,
): Promise<Revision> {
  const { delivery, git, memory } = work
  const { path } = delivery.spec
  const key = digestOfValue([remote.url, revision, path])
  const known = memory.revisions.get(key)
  if (known) return known
  const read = await readRevision(git, remote, revision, path, delivery.metadata.namespace ?? '', signal)
  memory.revisions.set(key, read)
  for (const old of [...memory.revisions.keys()].slice(0, -2)) memory.revisions.delete(old)
  return read
}

/**
 * Writes down what is about to be applied, before the first write of it: a process that dies half-way leaves an
 * inventory from which everything can be pruned, and whoever sees an object of the commit finds its author.
 */
async function begin(
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

async function accept(work: Work, commit: Commit, synced: Synced & { result: 'applied' }): Promise<void> {
  const { delivery, context, memory } = work
  const { status } = delivery
  memory.incomplete = 0
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

async function refuse(work: Work, commit: Commit, message: string): Promise<void> {
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

/** Keeps the last good revision applied beside a refused one; says when that did not work. */
async function keep(work: Work, remote: Remote, revision: string, signal: AbortSignal): Promise<string> {
  const commit = await cachedCommit(work, remote, revision, signal)
  if (!commit) return `; ${revision.slice(0, 12)} stays applied but can not be read, so drift is not seen`
  const attempted = work.delivery.status.attempted
  const synced = await sync(work, remote, commit, signal)
  if (attempted !== undefined) work.delivery.status.attempted = attempted
  return synced.result === 'applied'
    ? `; ${shown(commit)} stays applied`
    : `; ${shown(commit)} can not be kept applied: ${synced.message}`
}

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
