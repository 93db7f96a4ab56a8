import { Proposal } from '../../api/kinds/proposal.ts'
import { type Effective, freezeAt } from '../../policy/autonomy.ts'
import { hasEnded } from './record.ts'
import { Held, type Work } from './work.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** @throws Held while everything is stopped */
export function checkPause({ paused }: Effective): void {
  if (paused)
    throw new Held(
      'Paused',
      `stopped by Autonomy ${paused.by}: ${paused.reason}; take spec.paused away to go on`,
    )
}

/**
 * Why policy does not want this proposal at all; undefined when it does.
 */
export function unwanted({ proposal }: Work, policy: Effective): string | undefined {
  const { spec, status } = proposal
  if (!status.automatic) return undefined
  const by = policy.sources.join(', ')
  if (policy.mode === 'observe')
    return `mode observe (${by}) takes no proposals by automation: change Git yourself, or set mode to propose or approve`
  if (policy.skills && !policy.skills.has(spec.skill))
    return `skill ${spec.skill} may not propose here (${by}): change Git yourself, or add it to spec.skills`
  return undefined
}

/** @throws Held when automation has made too many; those that came first go first */
export function checkCount({ proposal, context }: Work, policy: Effective): void {
  const { metadata, status } = proposal
  if (!status.automatic) return
  const before = context
    .informer(Proposal)
    .list(metadata.namespace)
    .filter(other => other.status?.automatic !== false && comesBefore(other, proposal))
  const open = before.filter(other => !hasEnded(other.status ?? {})).length
  if (open >= policy.limits.open)
    throw new Held(
      'LimitReached',
      `${open} proposals are open before this one, ${policy.limits.open} may be: decide on those`,
    )
  const created = createdAt(proposal)
  const lately = before.filter(other => createdAt(other) > created - HOUR_MS).length
  // An hour after it was made it is not one of too many in an hour any more.
  const left = created + HOUR_MS - context.clock.now()
  if (lately >= policy.limits.perHour && left > 0)
    throw new Held(
      'LimitReached',
      `${lately} proposals were made in the hour before this one, ${policy.limits.perHour} may be; it goes on later`,
      Math.min(left, 600_000),
    )
}

const createdAt = ({ metadata }: Pick<Proposal, 'metadata'>): number =>
  Date.parse(metadata.creationTimestamp ?? '')

const comesBefore = (a: Pick<Proposal, 'metadata'>, b: Pick<Proposal, 'metadata'>): boolean =>
  createdAt(a) < createdAt(b) || (createdAt(a) === createdAt(b) && a.metadata.name < b.metadata.name)

/** @throws Held when nothing may be merged now although people or policy approved */
export function checkMerge(
  { proposal, context, flights }: Work,
  policy: Effective,
  objects: readonly string[],
): void {
  const now = context.clock.now()
  const freeze = freezeAt(policy, now)
  if (freeze)
    throw new Held(
      'Frozen',
      `nothing is merged until ${freeze.until} (Autonomy ${freeze.by}: ${freeze.reason})`,
      Math.min(600_000, Math.max(1000, Date.parse(freeze.until) - now || 60_000)),
    )
  const { namespace = '', uid = '' } = proposal.metadata
  const merged = flights.mergedSince(namespace, now - DAY_MS)
  if (proposal.status.automatic && merged >= policy.limits.mergesPerDay)
    throw new Held(
      'LimitReached',
      `${merged} proposals by automation were merged within 24 hours, ${policy.limits.mergesPerDay} may be: merge it yourself, or raise spec.limits.mergesPerDay`,
      600_000,
    )
  const busy = flights.busy(objects, uid, existing(context))
  if (busy)
    throw new Held(
      'ObjectBusy',
      `${busy.flight.subject} changes ${busy.object} and has not shown yet whether it helped: this waits for it`,
    )
}

/** Uids of all proposals that there are. */
export const existing = ({ informer }: Pick<Work['context'], 'informer'>): ReadonlySet<string> =>
  new Set(
    informer(Proposal)
      .list()
      .flatMap(({ metadata }) => metadata.uid ?? []),
  )
