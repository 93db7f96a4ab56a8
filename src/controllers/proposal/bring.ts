import { Proposal } from '../../api/kinds/proposal.ts'
import type { PullRequest, Review } from '../../git/forges/forge.ts'
import type { Effective } from '../../policy/autonomy.ts'
import { countApprovals, quorumOf } from '../../policy/autonomy-approvals.ts'
import { done, type Outcome } from '../runtime/reconciler.ts'
import { askGates, notePolicy, noteReach, unfit } from './asking.ts'
import { bringBranch, renderOn, stillFits, thingsOf } from './branch.ts'
import { landed } from './landing.ts'
import { checkCount, checkPause, unwanted } from './limits.ts'
import { merge } from './merging.ts'
import type { Place } from './place.ts'
import { authorsOf, policyFor } from './reach.ts'
import { end, hasEnded } from './record.ts'
import type { Rendered } from './rendering.ts'
import { pullRequestOf } from './texts.ts'
import { goesOn, LOOK_MS, type Work } from './work.ts'

const DIFF_BYTES = 32 * 1024
/** Forges count calls. */
const FORGE_LOOK_MS = 60_000

/** Everything up to the merge: made on Git, looked at by gates, decided on by people or policy. */
export async function bring(work: Work, place: Place): Promise<Outcome> {
  const { proposal, context } = work
  const { status, spec, metadata } = proposal
  const recorder = { ledger: work.ledger, context }
  status.phase ??= 'Checking'
  const first = notePolicy(proposal, policyFor(proposal, context))
  const reverted =
    spec.reverts === undefined ? undefined : context.informer(Proposal).get(spec.reverts, metadata.namespace)
  const seen = await look(work, place, reverted?.status?.merge?.revision).catch(error => error as Error)
  if (!(seen instanceof Error) && seen.landed) return goesOn('Merged', 'it is merged', 0)
  // People may end it also while Git is away.
  if (await decided(work, first, [], '')) return done
  if (seen instanceof Error) throw seen
  const { head, pull, since } = seen
  checkPause(first)
  if (pull?.state === 'closed') {
    const message = `its pull request ${pull.url} was closed`
    await end(proposal, recorder, 'Rejected', message, {}, `forge:${place.forge?.name ?? ''}`)
    return done
  }
  if (status.phase === 'Checking' && context.clock.now() >= Date.parse(status.expiresAt ?? '')) {
    await end(proposal, recorder, 'Expired', `nobody could decide on it until ${status.expiresAt}`)
    return done
  }
  const rendered = await renderOn(work, place, head, since)
  if (rendered.result === 'unfit') await unfit(work, rendered.why, head)
  if (rendered.result === 'stale')
    await end(proposal, recorder, 'Superseded', `Git says something else by now: ${rendered.why}`)
  if (rendered.result === 'said') await end(proposal, recorder, 'Superseded', 'Git says it already')
  if (rendered.result !== 'rendered') return done
  const policy = noteReach(work, rendered, place, reverted)
  const why = unwanted(work, policy)
  if (why) {
    await end(proposal, recorder, 'Refused', why)
    return done
  }
  checkPause(policy)
  checkCount(work, policy)
  const settled =
    status.base !== undefined && status.gates && (await stillFits(work, place, status.base, head))
  if (!settled && !(await askGates(work, place, rendered, head))) return done
  const branch = await bringBranch(work, place, head, rendered)
  if (branch.base !== status.base || status.diff === undefined)
    status.diff = await place.git.diff(place.remote, branch.base, branch.revision, DIFF_BYTES, context.signal)
  status.base = branch.base
  status.branch = { name: branch.name, revision: branch.revision }
  status.phase = 'Proposed'
  const request = await openPull(work, place)
  return decide({ work, place, head, rendered, policy, request, branch })
}

/** What Git and the forge say now, and whether it came into the ref by whatever way; nothing is written there. */
async function look(work: Work, place: Place, since: string | undefined) {
  const { proposal, context } = work
  const { status } = proposal
  const { revision: head } = await place.git.fetch(place.remote, context.signal)
  status.since ??= since ?? head
  const pull = await pullOf(work, place)
  return { head, pull, since: status.since, landed: await landed(work, place, head, pull) }
}

/** The pull request of the branch as the forge has it. */
async function pullOf({ proposal, context }: Work, place: Place): Promise<PullRequest | undefined> {
  const name = proposal.status.branch?.name
  if (!place.forge || name === undefined) return undefined
  return place.forge.find(name, place.ref, context.signal)
}

async function openPull(
  { proposal, context }: Work,
  { forge, ref }: Place,
): Promise<PullRequest | undefined> {
  if (!forge) return undefined
  const request = await forge.open(pullRequestOf(proposal, ref), context.signal)
  const { number, url, state } = request
  proposal.status.pullRequest = { forge: forge.name, number, url, state }
  return request
}

interface Decision {
  work: Work
  place: Place
  head: string
  rendered: Rendered
  policy: Effective
  request: PullRequest | undefined
  branch: { revision: string; base: string }
}

/** What people, or policy without them, say; merges what is approved. */
async function decide(decision: Decision): Promise<Outcome> {
  const { work, place, rendered, policy, request } = decision
  const { proposal, context, flights } = work
  const { status } = proposal
  const lookMs = place.forge ? FORGE_LOOK_MS : LOOK_MS
  const reviews = request && place.forge ? await place.forge.reviews(request.number, context.signal) : []
  if (await decided(work, policy, reviews, place.forge?.name ?? '')) return done
  const { changesWanted, approvals } = countOf(work, policy, reviews, place.forge?.name ?? '')
  await flights.refresh()
  const since = context.clock.now() - policy.flapping.withinMs
  const flapping = status.automatic
    ? flights.flapping(thingsOf(rendered, place), policy.flapping.changes, since)
    : undefined
  const quorum = quorumOf(policy, status.risk?.class ?? 'high', flapping !== undefined)
  status.quorum = quorum
  const byPeople = policy.mode === 'propose' || policy.mode === 'observe'
  const enough = approvals.length >= quorum && !byPeople
  if (!enough && context.clock.now() >= Date.parse(status.expiresAt ?? '')) {
    const recorder = { ledger: work.ledger, context }
    await end(proposal, recorder, 'Expired', `nobody decided on it until ${status.expiresAt}`)
    return done
  }
  if (byPeople)
    return goesOn(
      'WaitsForMerge',
      `mode ${policy.mode}: merge ${request?.url ?? `branch ${status.branch?.name}`} yourself, or keelway reject ${proposal.metadata.name}`,
      lookMs,
    )
  if (!enough)
    return goesOn('WaitsForApproval', waiting(decision, approvals.length, quorum, flapping), lookMs)
  if (changesWanted.length > 0)
    return goesOn(
      'ChangesWanted',
      `${changesWanted.join(', ')} want changes first: reject it and propose another`,
      lookMs,
    )
  return merge({ ...decision, approvals, quorum })
}

function waiting(
  { work: { proposal } }: Decision,
  have: number,
  quorum: number,
  flapping: { object: string; count: number } | undefined,
): string {
  const { name, namespace } = proposal.metadata
  const why = flapping
    ? `automation changed ${flapping.object} ${flapping.count} times lately, so a person has to look: find the cause first; `
    : ''
  return `${why}${have} of ${quorum} approvals of risk ${proposal.status.risk?.class}; keelway approve ${name} --namespace ${namespace} --reason …, or keelway reject`
}

const countOf = ({ proposal }: Work, policy: Effective, reviews: readonly Review[], forge: string) =>
  countApprovals({ decisions: proposal.spec.decisions, reviews, forge }, policy, authorsOf(proposal))

/** Writes down who approved; ends it where somebody rejected or withdrew it. */
async function decided(
  work: Work,
  policy: Effective,
  reviews: readonly Review[],
  forge: string,
): Promise<boolean> {
  const { proposal, context, ledger } = work
  const { status } = proposal
  const { approvals, ignored, ended } = countOf(work, policy, reviews, forge)
  if (reviews.length > 0 || !status.pullRequest) {
    status.approvals = approvals
    status.ignored = ignored.slice(0, 20)
  }
  if (!ended) return false
  const verb = ended.as === 'Rejected' ? 'rejected' : 'withdrawn'
  const message = `${verb} by ${ended.by}: ${ended.reason}`
  await end(proposal, { ledger, context }, ended.as, message, { reason: ended.reason }, `user:${ended.by}`)
  return hasEnded(status)
}
