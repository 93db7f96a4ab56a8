import { Autonomy } from '../api/kinds/autonomy.ts'
import { Proposal } from '../api/kinds/proposal.ts'
import { EVERYWHERE } from '../policy/autonomy.ts'
import { createSkillContext } from './context.ts'
import type { GuardianFacts } from './guardian.ts'
import type { IntentModel } from './intent/intent.ts'
import type { Asker, OrchestratorParts, SkillRequest, SkillRun } from './orchestrator.ts'
import { recordedContext } from './record/recorded-context.ts'
import type { Tape } from './record/tape.ts'
import type { Skill, SkillContext } from './skill.ts'
import type { Turnstile } from './turnstile.ts'

/** One run: everything from outside goes over the tape, so that the same code repeats it. */
export interface Run {
  parts: OrchestratorParts
  request: SkillRequest
  asker: Asker
  intent: () => IntentModel
  turnstile: Turnstile
  tape: Tape
  now: number
  signal: AbortSignal
  step(what: string): void
}

export type Result = Omit<SkillRun, 'steps'>
export const unclear = (text: string, notes: readonly string[] = []): Result => ({
  outcome: 'unclear',
  text,
  notes,
  proposals: [],
  refused: [],
})

/** What a skill reads in this run. */
export function contextOf(run: Run, skill: Skill, namespace: string): SkillContext {
  const { tape, parts, now, signal, step, asker } = run
  const context = { now, namespace, signal, step: (what: string) => step(`${skill.name}: ${what}`) }
  return recordedContext(tape, context, () =>
    createSkillContext({ skill, namespace, signal }, { ...parts, client: asker.client }),
  )
}

/** What the guardian knows, read as automation: a user who may not see an Autonomy is held by it all the same. */
export function factsOf({ tape, parts, turnstile, asker }: Run, namespace: string): Promise<GuardianFacts> {
  return tape.take('guardian', [namespace], async () => {
    const autonomies = [namespace, EVERYWHERE].map(
      async place => (await parts.client.list(Autonomy, { namespace: place })).items,
    )
    const proposals = (await parts.client.list(Proposal, { namespace })).items
    return {
      autonomies: (await Promise.all(autonomies)).flat().map(({ apiVersion, kind, metadata, spec }) => ({
        apiVersion,
        kind,
        metadata: place(metadata),
        spec,
      })),
      proposals: proposals.map(({ metadata, spec, status }) => ({
        metadata: place(metadata),
        spec,
        ...(status && { status }),
      })),
      runsLately: turnstile.lately(asker.user),
    }
  })
}

const place = ({
  name,
  namespace,
  creationTimestamp,
}: {
  name: string
  namespace?: string
  creationTimestamp?: string
}) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  ...(creationTimestamp !== undefined && { creationTimestamp }),
})
