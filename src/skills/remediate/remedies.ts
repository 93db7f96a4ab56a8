import type { Diagnosis, FaultClass, Hypothesis } from '../../diagnosis/diagnosis.ts'

/** A skill that could mend a cause, with its input. */
export interface RemedyCandidate {
  skill: string
  input: Readonly<Record<string, unknown>>
  summary: string
  hypothesis: Hypothesis
  class: FaultClass
}

/** Puts remedies in the order in which they are tried, such as by what outcomes taught; leaving some out is allowed. */
export type RemedyOrder = (remedies: readonly RemedyCandidate[]) => readonly RemedyCandidate[]

/** Below it a hypothesis is more likely wrong than right. */
const leastConfidence = 0.5

/** What operators try for a class when the diagnosis names no remedy of its own, best first. */
const usual: Partial<Record<FaultClass, readonly string[]>> = {
  memory: ['right-size', 'tune-limit'],
  cpu: ['scale', 'right-size'],
  traffic: ['scale'],
  scaling: ['scale'],
  probe: ['tune-probe'],
  reference: ['fix-reference'],
  selector: ['fix-reference'],
  port: ['fix-reference'],
  quota: ['tune-quota'],
}

/**
 * What could mend what was found: of each hypothesis that is likely, first what the diagnosis names, then what is usual
 * for its class; a change is always taken back. Nothing for what is external.
 */
export function remediesOf({ hypotheses }: Diagnosis): RemedyCandidate[] {
  return hypotheses
    .filter(
      ({ confidence, cause, rank }) =>
        cause.kind !== 'external' && cause.kind !== 'none' && (rank === 1 || confidence >= leastConfidence),
    )
    .flatMap(hypothesis => {
      const { remedy, cause, class: fault } = hypothesis
      const own = remedy ? [{ ...remedy }] : []
      const back =
        cause.kind === 'change' && remedy?.skill !== 'rollback'
          ? [{ skill: 'rollback', input: { change: cause.name }, summary: 'Take the change back.' }]
          : []
      const target =
        cause.kind === 'resource'
          ? { object: cause.name }
          : cause.kind === 'service'
            ? { service: cause.name }
            : undefined
      const others = target
        ? (usual[fault] ?? [])
            .filter(skill => skill !== remedy?.skill)
            .map(skill => ({ skill, input: target, summary: `Try ${skill} of ${cause.name}.` }))
        : []
      return [...own, ...back, ...others].map(one => ({ ...one, hypothesis, class: fault }))
    })
}
