import type { Case } from '../channel.ts'
import { externalCauses, type FoundExternal } from '../external/judged.ts'
import { type Cleared, type Suspect, scored } from './score.ts'
import type { Symptoms } from './symptoms/symptom.ts'
import { symptomsOf } from './symptoms/symptoms.ts'

export interface Weighed {
  symptoms: Symptoms
  suspects: readonly (Suspect & { strength: number })[]
  cleared: readonly Cleared[]
  externals: readonly (FoundExternal & { strength: number })[]
}

/**
 * The score at which a change is as likely the cause as none of those known, and how fast that turns. Between the best
 * innocent change where none was to blame and the worst true one on the development data; lower where nothing outside is
 * evidenced, since most incidents come from changes.
 */
const none = { score: 0.28, alone: 0.14, sharpness: 5, outside: 0.5 } as const
/** How much a cause outside and a change take from each other, as either explains what the other would. */
const rivalry = 0.8

const known = new WeakMap<Case, Weighed>()

/** Changes and causes outside against each other: each explains away what the other would. */
export function weighed(evidence: Case): Weighed {
  const done = known.get(evidence)
  if (done) return done
  const symptoms = symptomsOf(evidence)
  const { suspects, cleared } = scored(evidence, symptoms)
  const externals = externalCauses(evidence, symptoms)
  const told = Math.min(1, (externals[0]?.strength ?? 0) / none.outside)
  const alone = shares(
    suspects.map(({ score }) => score),
    none.alone + told * (none.score - none.alone),
  )
  const [change, outside] = [alone[0] ?? 0, externals[0]?.strength ?? 0]
  const definite = externals[0]?.definite ?? false
  const result = {
    symptoms,
    cleared,
    suspects: suspects.map((suspect, index) => ({
      ...suspect,
      strength: lessened(alone[index] ?? 0, outside, definite && suspect.direct === undefined),
    })),
    externals: externals.map(cause => ({ ...cause, strength: lessened(cause.strength, change, false) })),
  }
  known.set(evidence, result)
  return result
}

/** Shares of one truth among the changes and none of them. */
function shares(scores: readonly number[], innocent: number): number[] {
  const powers = scores.map(score => (score / innocent) ** none.sharpness)
  const all = 1 + powers.reduce((sum, power) => sum + power, 0)
  return powers.map(power => power / all)
}

/** What is unsure by itself loses most to a rival. */
const lessened = (own: number, rival: number, definite: boolean): number =>
  own * (1 - rivalry * rival * (definite ? 1 : 1 - own))
