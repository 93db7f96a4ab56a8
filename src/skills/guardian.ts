import type { Autonomy } from '../api/kinds/autonomy.ts'
import type { Proposal, ProposalDraft } from '../api/kinds/proposal.ts'
import { parseDuration } from '../lib/duration.ts'
import type { Skill } from './skill.ts'

/** Whether something may be done; where not, why, and what can be done instead. */
export type Decision = { allowed: true } | { allowed: false; reason: string; instead: string }

/** What the guardian knows when it decides. */
export interface GuardianFacts {
  /** Those of the namespace and those that hold everywhere. */
  autonomies: readonly Pick<Autonomy, 'metadata' | 'spec'>[]
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

/** Namespace of the Autonomies that hold everywhere. */
export const EVERYWHERE = 'keelway-system'

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

/** May this draft become a Proposal now? It is decided anew when it is merged. */
export function mayPropose(draft: ProposalDraft, facts: GuardianFacts, now: number): Decision {
  for (const { metadata, spec } of facts.autonomies) {
    const by = `Autonomy ${metadata.namespace}/${metadata.name}`
    if (spec.paused)
      return no(
        `${by} has stopped automation: ${spec.paused.reason}`,
        'change Git yourself, or take spec.paused away',
      )
    if (spec.mode === 'observe')
      return no(`${by} has mode observe`, 'change Git yourself, or set spec.mode to propose or approve')
    if (spec.skills && !spec.skills.includes(draft.skill))
      return no(
        `${by} does not let skill ${draft.skill} propose`,
        `change Git yourself, or add ${draft.skill} to spec.skills`,
      )
    const decision = withinLimits(draft, spec, by, facts, now)
    if (!decision.allowed) return decision
  }
  return taken(draft, facts)
}

function withinLimits(
  draft: ProposalDraft,
  { limits: most, flapping }: Autonomy['spec'],
  by: string,
  { proposals }: GuardianFacts,
  now: number,
): Decision {
  const open = proposals.filter(isOpen).length
  if (open >= most.open)
    return no(
      `${open} proposals are open, ${by} allows ${most.open}`,
      'decide on those first: kubectl get proposals',
    )
  const fresh = proposals.filter(({ metadata }) => createdAt(metadata) > now - hourMs).length
  if (fresh >= most.perHour)
    return no(
      `${fresh} proposals were made in the last hour, ${by} allows ${most.perHour}`,
      'ask again later',
    )
  const since = now - parseDuration(flapping.within)
  for (const object of objectsOf(draft)) {
    const changes = proposals.filter(
      proposal =>
        createdAt(proposal.metadata) > since &&
        wasMerged(proposal) &&
        objectsOf(proposal.spec).includes(object),
    ).length
    if (changes >= flapping.changes)
      return no(
        `${object} was changed ${changes} times within ${flapping.within}, ${by} stops at ${flapping.changes}`,
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

const ended = [
  'Verified',
  'Ineffective',
  'Reverted',
  'Rejected',
  'Refused',
  'Expired',
  'Withdrawn',
  'Failed',
  'Void',
  'Superseded',
  'Closed',
]
const merged = ['Merged', 'Applied', 'Verifying', 'Verified', 'Ineffective', 'Reverted']

type Seen = Pick<Proposal, 'status'>
/** Phases are written by the controller of Proposals; one without is new. */
export const phaseOf = ({ status }: Seen): string => {
  const phase = (status as { phase?: unknown } | undefined)?.phase
  return typeof phase === 'string' ? phase : ''
}
export const isOpen = (proposal: Seen): boolean => !ended.includes(phaseOf(proposal))
const wasMerged = (proposal: Seen): boolean => merged.includes(phaseOf(proposal))
const createdAt = ({ creationTimestamp }: { creationTimestamp?: string }): number =>
  creationTimestamp === undefined ? 0 : Date.parse(creationTimestamp)
