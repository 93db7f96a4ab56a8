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
 * What speaks for a change, for a cause outside and for neither, as a conditional logit: exactly one of them is true, and
 * each explains away what the others would. Fitted by maximum likelihood on the development data and the made incidents
 * beside it, with a penalty that keeps each weight near what was thought before; without one set of
 * them, from 80 % (the hardest) to all of it are right still.
 */
const change = {
  ...{ base: 7.94, impact: 3.27, mechanism: 4.06, link: 1.8 },
  ...{ reach: 1.3, time: 3.08, direct: 0.6, namedFlag: 0.5, flag: -0.3, library: -1 },
} as const
const outside = { base: 2.57, strength: 3.43, definite: 1.54 } as const

const known = new WeakMap<Case, Weighed>()

/** Every change and every cause outside by how likely it is the one. */
export function weighed(evidence: Case): Weighed {
  const done = known.get(evidence)
  if (done) return done
  const symptoms = symptomsOf(evidence)
  const { suspects, cleared } = scored(evidence, symptoms)
  const externals = externalCauses(evidence, symptoms)
  const likely = shares([...suspects.map(forChange), ...externals.map(forOutside)])
  const result = {
    symptoms,
    cleared,
    suspects: suspects
      .map((suspect, index) => ({ ...suspect, strength: likely[index] ?? 0 }))
      .sort((a, b) => b.strength - a.strength || (a.change.id < b.change.id ? -1 : 1)),
    externals: externals
      .map((cause, index) => ({ ...cause, strength: likely[suspects.length + index] ?? 0 }))
      .sort((a, b) => b.strength - a.strength || (a.rule.name < b.rule.name ? -1 : 1)),
  }
  known.set(evidence, result)
  return result
}

const forChange = ({
  impact,
  mechanism,
  link,
  reach,
  time,
  direct,
  arrival,
  change: { change: kind },
}: Suspect): number =>
  change.base +
  change.impact * Math.log(Math.max(0.05, impact)) +
  change.mechanism * Math.log(0.1 + mechanism) +
  change.link * Math.log(0.4 + link) +
  change.reach * Math.log(Math.max(0.05, reach)) +
  change.time * Math.log(Math.max(0.02, time)) +
  change.direct * (direct?.share ?? 0) +
  (kind === 'flag' ? (link > 0.3 ? change.namedFlag : change.flag) : 0) +
  (arrival.shared ? change.library * (1 - Math.min(1, 2 * link)) : 0)

const forOutside = ({ strength, definite }: FoundExternal): number =>
  outside.base +
  outside.strength * Math.log(strength / (1 - Math.min(0.95, strength))) +
  (definite ? outside.definite : 0)

/** Shares of one truth among these and none of them. */
function shares(weights: readonly number[]): number[] {
  const greatest = Math.max(0, ...weights)
  const powers = weights.map(weight => Math.exp(weight - greatest))
  const all = Math.exp(-greatest) + powers.reduce((sum, power) => sum + power, 0)
  return powers.map(power => power / all)
}
