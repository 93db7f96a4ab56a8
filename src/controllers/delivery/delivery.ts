import type { Kind } from '../../api/kind.ts'
import { Namespace, Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { type Commit, type Git, GitError, type Remote } from '../../git/git.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { deadline } from '../runtime/deadline.ts'
import { type Outcome, type Reconciler, ready, requeueIn } from '../runtime/reconciler.ts'
import { backOff, type Fetched, fetchHead } from './head.ts'
import { accept, begin, postpone, refuse, shown } from './history.ts'
import { type Memory, memoryOf, type Work } from './memory.ts'
import { shownAs } from './reference.ts'
import { isFinal, type Revision, readRevision } from './revision.ts'
import { type Synced, syncRevision } from './sync.ts'
import { watchesOf } from './watches.ts'

const madeByControllers = ['RouteRelease', 'EvaluationRun', 'Event', 'Lease']

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
  return {
    name: 'delivery',
    kind: Delivery,
    watches: watchesOf(watched),
    timeoutMs: 20 * 60_000,
    concurrency: 2,
    async reconcile(delivery, context) {
      if (delivery.spec.suspend) return ready('Suspended', 'syncing is suspended; what is applied stays')
      const memory = memoryOf(memories, delivery, context.informer(Delivery).list())
      const work: Work = { delivery, context, git, ledger, kinds: watched, memory }
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

/** Applies the newest revision, or when that is refused or can not be fetched keeps the last good one applied. */
async function bringAbout(work: Work, fetched: Fetched, signal: AbortSignal): Promise<Outcome> {
  const { delivery, memory } = work
  const { remote, nextMs } = fetched
  const applied = delivery.status.revision
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
      postpone(work, head, synced.message)
      return requeueIn(
        Math.min(nextMs, backOff(memory.incomplete)),
        notReady('Incomplete', `${synced.message}; it is tried again`),
      )
    }
    case 'applied':
      memory.incomplete = 0
      await accept(work, head, synced)
      return requeueIn(nextMs, outcomeOf(head, synced, fetched))
  }
}

const notReady = (reason: string, message: string): Outcome => ({
  ready: { status: 'False', reason, message },
})

function outcomeOf(head: Commit, synced: Synced & { result: 'applied' }, { fault }: Fetched): Outcome {
  if (fault !== undefined)
    return notReady('FetchFailed', `${fault}; ${shown(head)}, the last one fetched, stays applied`)
  if (synced.attention) return notReady(synced.attention.reason, synced.attention.message)
  const { created, updated, unchanged, skipped } = synced.counts
  const total = created + updated + unchanged
  const where = total === 0 ? ['its path holds none'] : []
  const more = [...where, ...(skipped > 0 ? [`${skipped} skipped`] : []), ...synced.notes]
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
