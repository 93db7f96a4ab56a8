import type { Symptoms } from '../changes/symptoms/symptom.ts'
import type { Case } from '../channel.ts'
import type { Evidence, FaultClass } from '../diagnosis.ts'

/** One kind of cause that is not ours to change; one file each. Pure. */
export interface ExternalRule {
  name: string
  fault: FaultClass
  look(facts: ExternalFacts): ExternalCause | undefined
}

export interface ExternalFacts {
  evidence: Case
  symptoms: Symptoms
}

export interface ExternalCause {
  /** What it is, such as `provider stripe` or `node pool-3-a1b2`. */
  name: string
  /** 0 to 1, as if no change were there that explains the same. */
  strength: number
  /** Nothing of ours brings forth such evidence: a change is hardly the cause beside it. */
  definite?: boolean
  statement: string
  evidence: readonly Evidence[]
}
