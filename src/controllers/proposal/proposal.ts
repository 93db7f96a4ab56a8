import { setCondition } from '../../api/conditions.ts'
import { Autonomy } from '../../api/kinds/autonomy.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { Proposal } from '../../api/kinds/proposal.ts'
import { ForgeError } from '../../git/forges/forge.ts'
import { GitError, GitMoved } from '../../git/git.ts'
import { timestamp } from '../../lib/clock.ts'
import { EVERYWHERE } from '../../policy/autonomy.ts'
import { type Cache, done, type Outcome, type Reconciler, requeueIn, Waiting } from '../runtime/reconciler.ts'
import { knownCommits } from './branch.ts'
import { bring } from './bring.ts'
import { flightsOf } from './flights.ts'
import { follow, proposeRevert } from './follow.ts'
import { gates } from './gates/index.ts'
import { type Place, placeOf } from './place.ts'
import { plainLine } from './plain-text.ts'
import { environmentOf, isAutomatic, policyFor } from './reach.ts'
import { adopt, end, hasEnded, ownEntries, record } from './record.ts'
import { digestOfSpec } from './texts.ts'
import { goesOn, Held, type ProposalDependencies, type Work } from './work.ts'

/** Proposals that have ended are deleted after this long. */
const KEPT_MS = 90 * 86_400_000
const LONGEST_MS = 86_400_000

/**
 * Carries a Proposal from its gates over approval, merge and sync to the signal that says whether it helped, and proposes
 * the way back when it did not. Nothing but Git is written. Each step is looked up in Git and in the ledger before it is
 * taken, so that a controller that is killed at any moment goes on where it was, and takes no step twice.
 */
export function proposalReconciler(dependencies: ProposalDependencies): Reconciler<typeof Proposal> {
  const flights = flightsOf(dependencies.ledger)
  return {
    name: 'proposal',
    kind: Proposal,
    timeoutMs: 5 * 60_000,
    watches: [
      {
        kind: Delivery,
        wakes: ({ metadata }, cache) =>
          open(cache, metadata.namespace)
            .filter(({ spec }) => spec.delivery === metadata.name)
            .map(named),
      },
      {
        kind: Incident,
        wakes: ({ metadata }, cache) =>
          open(cache, metadata.namespace)
            .filter(({ spec }) => spec.expected.signal.incident === metadata.name)
            .map(named),
      },
      {
        kind: Autonomy,
        wakes: ({ metadata }, cache) =>
          [...open(cache, metadata.namespace === EVERYWHERE ? undefined : metadata.namespace)].map(named),
      },
      {
        kind: Proposal,
        // One that was taken back is told so.
        wakes: (changed, cache) => {
          const { name, namespace } = changed.metadata
          const { reverts } = (changed as unknown as Proposal).spec
          const original = cache.informer(Proposal).get(reverts ?? '', namespace)
          return original && original.metadata.name !== name ? [named(original)] : []
        },
      },
    ],
    finalizer: 'keelway.dev/proposal',
    async finalize(deleted, context) {
      const proposal = { status: {}, ...structuredClone(deleted) }
      const { ledger } = dependencies
      const entries = await ownEntries(proposal, { ledger, context })
      adopt(proposal, entries)
      const work: Work = { proposal, context, dependencies, ledger, gates, flights, entries }
      if (!hasEnded(proposal.status)) await end(proposal, { ledger, context }, 'Withdrawn', 'it was deleted')
      try {
        await clean(work)
      } catch (error) {
        // A branch that is left does less harm than an object that can not be deleted.
        if (!(error instanceof GitError || error instanceof ForgeError)) throw error
      }
    },
    async reconcile(proposal, context) {
      const { ledger } = dependencies
      const { status } = proposal
      status.environment ??= environmentOf(proposal.metadata.namespace ?? '', context)
      status.automatic = isAutomatic(proposal)
      const entries = await ownEntries(proposal, { ledger, context })
      adopt(proposal, entries)
      const work: Work = { proposal, context, dependencies, ledger, gates, flights, entries }
      const outcome = await guarded(work, () => advance(work))
      note(work, outcome)
      return outcome
    },
  }
}

async function advance(work: Work): Promise<Outcome> {
  const { proposal, context, ledger } = work
  const { status, spec } = proposal
  const recorder = { ledger, context }
  if (hasEnded(status)) return ended(work)
  if (work.entries.length === 0)
    await record(proposal, recorder, 'proposal', '', { title: spec.title, createdBy: spec.createdBy ?? '' })
  const digest = digestOfSpec(spec)
  status.digest ??= digest
  if (status.digest !== digest) {
    await end(proposal, recorder, 'Refused', 'its spec was changed after it was made: make another Proposal')
    return done
  }
  await recordDecisions(work)
  const place = placeOf(proposal, work.dependencies, context)
  return status.merge ? follow(work, place) : bring(work, place)
}

/** Each decision stands in the ledger once, whatever it leads to. */
async function recordDecisions({ proposal, ledger, context }: Work): Promise<void> {
  const { status, spec } = proposal
  for (const [i, { action, reason, by }] of spec.decisions.entries()) {
    if (i < (status.decisionsSeen ?? 0)) continue
    const actor = `user:${by ?? 'unknown'}`
    await record(proposal, { ledger, context }, action, `decision-${i}`, { reason }, actor)
    status.decisionsSeen = i + 1
  }
}

/** What is left to do at an end: the way back, what was left lying about, and in the end the object itself. */
async function ended(work: Work): Promise<Outcome> {
  const { proposal, context, ledger } = work
  const { status, metadata, spec } = proposal
  const age = context.clock.now() - Date.parse(status.endedAt ?? '')
  if (age > KEPT_MS) {
    await context.client.delete(Proposal, metadata.name, metadata.namespace)
    return done
  }
  const taken = context
    .informer(Proposal)
    .list(metadata.namespace)
    .find(other => other.spec.reverts === metadata.name && other.status?.phase === 'Verified')
  if (taken && status.merge && status.phase !== 'Reverted')
    await end(proposal, { ledger, context }, 'Reverted', `taken back by Proposal ${taken.metadata.name}`)
  if (policyFor(proposal, context).paused) return requeueIn(60_000, resting(work))
  if (status.phase === 'Ineffective' && spec.reverts === undefined) await proposeRevert(work)
  await clean(work)
  return requeueIn(Math.min(LONGEST_MS, Math.max(1000, KEPT_MS - age)), resting(work))
}

const resting = ({ proposal: { status } }: Work): Outcome => ({
  ready: {
    status: status.phase === 'Verified' ? 'True' : 'False',
    reason: status.phase ?? 'Ended',
    message: status.message ?? '',
  },
})

/** Closes the pull request and deletes the branch, as long as nobody else has pushed to it. */
async function clean(work: Work): Promise<void> {
  const { proposal, context, dependencies } = work
  const { status } = proposal
  if (!status.branch || status.branch.removed) return
  let place: Place
  try {
    place = placeOf(proposal, dependencies, context)
  } catch (error) {
    if (error instanceof Waiting) return
    throw error
  }
  const { name } = status.branch
  if (place.forge && status.pullRequest?.state === 'open') {
    const why = plainLine(`${status.phase}: ${status.message}`, 1000)
    await place.forge.close(status.pullRequest.number, why, context.signal)
    status.pullRequest.state = 'closed'
  }
  const now = await place.git.head(place.remote, name, context.signal)
  if (now !== undefined && knownCommits(work).some(({ revision }) => revision === now))
    await place.git.move(place.remote, { branch: name, from: now, to: undefined }, context.signal).catch(kept)
  status.branch.removed = true
}

/** A branch that the remote does not let go stays: it does no harm. */
const kept = (error: unknown): void => {
  if (!(error instanceof GitMoved)) throw error
}

/** What holds it up becomes an outcome; what Git and forges say goes to people. */
async function guarded({ proposal }: Work, run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Held) return goesOn(error.reason, error.message, error.retryMs)
    if (error instanceof GitError)
      return goesOn('GitFailed', error.message, error.retryable ? 15_000 : 60_000)
    if (error instanceof ForgeError) return goesOn('ForgeFailed', error.message, 60_000)
    if (error instanceof Waiting && !hasEnded(proposal.status))
      return goesOn(error.reason, error.message, error.retryMs)
    throw error
  }
}

/** Why it stands where it stands, for people who do not read conditions; and what holds it up, for those who do. */
function note({ proposal, context }: Work, outcome: Outcome): void {
  const { status, metadata } = proposal
  if (hasEnded(status)) {
    outcome.ready ??= resting({ proposal } as Work).ready as NonNullable<Outcome['ready']>
    status.conditions = (status.conditions ?? []).filter(({ type }) => type !== 'Held')
    return
  }
  const { reason = 'Checking', message = '' } = outcome.ready ?? {}
  status.message = message
  const observed = metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }
  const held = !progressing.has(reason)
  status.conditions = held
    ? setCondition(
        status.conditions,
        { type: 'Held', status: 'True', reason, message, ...observed },
        timestamp(context.clock),
      )
    : (status.conditions ?? []).filter(({ type }) => type !== 'Held')
}

/** Reasons of what goes its way. */
const progressing = new Set([
  'Merged',
  'WaitsForApproval',
  'WaitsForMerge',
  'WaitsForSync',
  'Verifying',
  'Checking',
])

const named = ({ metadata: { name, namespace } }: Pick<Proposal, 'metadata'>) => ({ name, namespace })

const open = (cache: Cache, namespace: string | undefined): readonly Proposal[] =>
  cache
    .informer(Proposal)
    .list(namespace)
    .filter(({ status }) => !hasEnded(status ?? {}))
