import type { Autonomy } from '../api/kinds/autonomy.ts'
import type { Proposal, ProposalDraft } from '../api/kinds/proposal.ts'
import { type Effective, effective } from '../policy/autonomy.ts'
import type { Skill } from './skill.ts'

/** Whether something may be done; where not, why, and what can be done instead. */
export type Decision = { allowed: true } | { allowed: false; reason: string; instead: string }

/** What the guardian knows when it decides. */
export interface GuardianFacts {
  /** Those of the namespace and those that hold everywhere. */
  autonomies: readonly Autonomy[]
  /** Proposals of the namespace. */
  proposals: readonly Pick<Proposal, 'metadata' | 'spec' | 'status'>[]
  /** Runs that this user began in the last minute, this one left out. */
  runsLately: number
}

export const limits = {
  /** By one user. */
  runsPerMinute: 60,
  /** Calls of a model by all runs. */
  modelCallsPerHour: 240,
} as const

const yes: Decision = { allowed: true }
const no = (reason: string, instead: string): Decision => ({ allowed: false, reason, instead })
const hourMs = 3_600_000

/** May this skill run now? */
export function mayRun(
  { name, permissions }: Pick<Skill, 'name' | 'permissions'>,
  facts: GuardianFacts,
): Decision {
  if (permissions.some(permission => 'objects' in permission && permission.objects === 'v1/Secret'))
    return no(`skill ${name} wants to read values of Secrets`, 'take that permission from the skill')
  if (facts.runsLately >= limits.runsPerMinute)
    return no(`there were ${facts.runsLately} requests of yours in the last minute`, 'ask again in a minute')
  return yes
}

/** May this draft become a Proposal now? Its controller decides anew, also what is merged and with whose approval. */
export function mayPropose(
  draft: ProposalDraft,
  facts: GuardianFacts,
  { now, namespace, unasked }: { now: number; namespace: string; unasked: boolean },
): Decision {
  const policy = effective(facts.autonomies, [namespace])
  const by = policy.sources.length > 0 ? `Autonomy ${policy.sources.join(', ')}` : 'the default of Autonomies'
  if (policy.paused)
    return no(
      `Autonomy ${policy.paused.by} has stopped automation: ${policy.paused.reason}`,
      'change Git yourself, or take spec.paused away',
    )
  if (policy.mode === 'observe')
    return no(`${by} has mode observe`, 'change Git yourself, or set spec.mode to propose or approve')
  if (policy.skills && !policy.skills.has(draft.skill))
    return no(
      `${by} does not let skill ${draft.skill} propose`,
      `change Git yourself, or add ${draft.skill} to spec.skills`,
    )
  return firstNo(
    () => withinLimits(policy, by, facts, now),
    // People may insist; automation does not change the same thing again and again by itself.
    () => (unasked ? steady(draft, policy, by, facts, now) : yes),
    () => taken(draft, facts),
  )
}

const firstNo = (...checks: readonly (() => Decision)[]): Decision => {
  for (const check of checks) {
    const decision = check()
    if (!decision.allowed) return decision
  }
  return yes
}

function withinLimits(
  { limits: most }: Effective,
  by: string,
  { proposals }: GuardianFacts,
  now: number,
): Decision {
  const automatic = proposals.filter(({ status }) => status?.automatic !== false)
  const open = automatic.filter(isOpen).length
  if (open >= most.open)
    return no(
      `${open} proposals are open, ${by} allows ${most.open}`,
      'decide on those first: kubectl get proposals',
    )
  const fresh = automatic.filter(({ metadata }) => createdAt(metadata) > now - hourMs).length
  if (fresh >= most.perHour)
    return no(
      `${fresh} proposals were made in the last hour, ${by} allows ${most.perHour}`,
      'ask again later',
    )
  return yes
}

function steady(
  draft: ProposalDraft,
  { flapping }: Effective,
  by: string,
  { proposals }: GuardianFacts,
  now: number,
): Decision {
  const since = now - flapping.withinMs
  for (const object of objectsOf(draft)) {
    const changes = proposals.filter(
      proposal =>
        createdAt(proposal.metadata) > since &&
        wasMerged(proposal) &&
        objectsOf(proposal.spec).includes(object),
    ).length
    if (changes >= flapping.changes)
      return no(
        `${object} was changed ${changes} times within ${flapping.withinMs / hourMs} h, ${by} stops at ${flapping.changes}`,
        'find out why it does not hold before it is changed again',
      )
  }
  return yes
}

/** No two changes of one object at once. */
function taken(draft: ProposalDraft, { proposals }: GuardianFacts): Decision {
  const objects = objectsOf(draft)
  const other = proposals.find(
    proposal => isOpen(proposal) && objectsOf(proposal.spec).some(object => objects.includes(object)),
  )
  if (!other) return yes
  const object = objectsOf(other.spec).find(name => objects.includes(name)) ?? ''
  return no(
    `Proposal ${other.metadata.name} changes ${object} already`,
    `decide on it first: keelway approve ${other.metadata.name}, or keelway reject ${other.metadata.name}`,
  )
}

/** What a draft changes: objects as `Kind/namespace/name`, files that hold no object by their path. */
export const objectsOf = ({ delivery, changes }: Pick<ProposalDraft, 'delivery' | 'changes'>): string[] => [
  ...new Set(
    changes.map(({ object, file }) =>
      object ? [object.kind, object.namespace, object.name].filter(Boolean).join('/') : `${delivery}:${file}`,
    ),
  ),
]

const ended: readonly string[] = [
  ...['Verified', 'Ineffective', 'Reverted', 'Refused', 'Rejected', 'Withdrawn', 'Expired', 'Superseded'],
]
const merged: readonly string[] = ['Merged', 'Verifying', 'Verified', 'Ineffective', 'Reverted']

type Seen = Pick<Proposal, 'status'>
/** Empty of one that nobody looked at yet. */
export const phaseOf = ({ status }: Seen): string => status?.phase ?? ''
export const isOpen = (proposal: Seen): boolean => !ended.includes(phaseOf(proposal))
const wasMerged = (proposal: Seen): boolean => merged.includes(phaseOf(proposal))
const createdAt = ({ creationTimestamp }: { creationTimestamp?: string }): number =>
  creationTimestamp === undefined ? 0 : Date.parse(creationTimestamp)
