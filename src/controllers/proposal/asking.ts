import type { Proposal } from '../../api/kinds/proposal.ts'
import type { Effective } from '../../policy/autonomy.ts'
import type { Place } from './place.ts'
import { policyFor, riskFor } from './reach.ts'
import { end } from './record.ts'
import type { Rendered } from './rendering.ts'
import { note, type Work } from './work.ts'

const MOST_OBJECTS = 100

/** Writes down what it reaches and what can go wrong; gives the policy that holds there. */
export function noteReach(
  { proposal, context }: Work,
  rendered: Rendered,
  place: Place,
  reverted: Proposal | undefined,
): Effective {
  const { status } = proposal
  status.risk = riskFor(proposal, rendered, place, reverted, context)
  status.objects = rendered.objects
    .slice(0, MOST_OBJECTS)
    .map(({ apiVersion, kind, name, namespace, before, after }) => ({
      apiVersion,
      kind,
      name,
      ...(namespace !== undefined && { namespace }),
      change: !before ? 'add' : !after ? 'remove' : 'change',
    }))
  return notePolicy(proposal, policyFor(proposal, context))
}

export function notePolicy({ status, metadata }: Work['proposal'], policy: Effective): Effective {
  status.mode = policy.mode
  status.policies = policy.sources
  status.expiresAt = new Date(
    Date.parse(metadata.creationTimestamp ?? '') + policy.expiresAfterMs,
  ).toISOString()
  return policy
}

/**
 * Asks every gate; a closed one ends the proposal.
 * @returns whether all are open
 */
export async function askGates(work: Work, place: Place, rendered: Rendered, head: string): Promise<boolean> {
  const { proposal, gates, context, dependencies } = work
  const question = { proposal, place, rendered, kinds: dependencies.kinds, context }
  const answers: NonNullable<typeof proposal.status.gates> = []
  for (const gate of gates) answers.push({ gate: gate.name, ...(await gate.check(question)) })
  return conclude(work, answers, head)
}

/** A change that does not fit the files: the first gate says so. */
export async function unfit(work: Work, why: string, head: string): Promise<void> {
  await conclude(work, [{ gate: 'renders', state: 'closed', message: why }], head)
}

type Answers = NonNullable<Work['proposal']['status']['gates']>

async function conclude(work: Work, answers: Answers, head: string): Promise<boolean> {
  const { proposal, ledger, context } = work
  proposal.status.gates = answers
  const closed = answers.find(({ state }) => state === 'closed')
  const data = { base: head, gates: answers, risk: proposal.status.risk }
  await note(work, 'proposal-gate', `${head}/${closed?.gate ?? 'open'}`, data)
  if (closed) await end(proposal, { ledger, context }, 'Refused', `gate ${closed.gate}: ${closed.message}`)
  return closed === undefined
}
