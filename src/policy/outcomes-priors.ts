import type { Random } from '../lib/random.ts'
import type { Outcome } from './outcomes.ts'

/** Of each cell the newest so many count, so that what changed in the world is learnt anew. */
const newest = 50
/**
 * Outcomes that are imagined each way before the first real one: one confirmed diagnosis alone moves its odds by a
 * twentieth, and twenty in a row double them.
 */
const doubt = 20
const bound = 2

/**
 * The factor on the odds of a diagnosis' rule that outcomes of its remedies taught, within 0.5 and 2, with where it comes
 * from in words: `x1.32 from 9 of 11 confirmed`. A remedy that was verified confirms the rules it rested on; one that
 * did not help, or was taken back, speaks against them; that people did not want it says nothing of the diagnosis.
 * Odds of the posterior mean of Beta(20 + confirmed, 20 + not). Fits `Priors` of the ranking.
 */
export function rulePriors(
  outcomes: readonly Outcome[],
): (rule: string) => { factor: number; detail: string } {
  const settled = outcomes.filter(({ result }) => result !== 'rejected')
  const known = new Map<string, { factor: number; detail: string }>()
  for (const rule of new Set(settled.flatMap(({ rules }) => rules))) {
    const all = settled.filter(({ rules }) => rules.includes(rule)).slice(-newest)
    const confirmed = all.filter(({ result }) => result === 'verified').length
    const odds = (doubt + confirmed) / (doubt + all.length - confirmed)
    const factor = Math.min(bound, Math.max(1 / bound, odds))
    known.set(rule, { factor, detail: `x${factor.toFixed(2)} from ${confirmed} of ${all.length} confirmed` })
  }
  return rule => known.get(rule) ?? { factor: 1, detail: '' }
}

export interface Cell {
  skill: string
  class: string
  environment: string
}

/** What outcomes say of a remedy: a Beta distribution of how likely it helps. */
export interface Belief {
  a: number
  b: number
  /** Where it comes from, in words. */
  detail: string
}

/** As many outcomes as what is known of other environments counts for in one of which nothing is known. */
const borrowed = 4

/**
 * How likely a skill's remedy for a class of fault helps in an environment. What is known of the class in other
 * environments counts as at most four outcomes, so that the first own ones weigh more. Rejections count as failures
 * here: a remedy that people do not want is not the one to propose.
 */
export function beliefOf(outcomes: readonly Outcome[], cell: Cell): Belief {
  const alike = outcomes.filter(outcome => outcome.skill === cell.skill && outcome.class === cell.class)
  const here = alike.filter(({ environment }) => environment === cell.environment).slice(-newest)
  const elsewhere = alike.filter(({ environment }) => environment !== cell.environment).slice(-newest)
  const good = (list: readonly Outcome[]) => list.filter(({ result }) => result === 'verified').length
  const weight = Math.min(1, borrowed / Math.max(1, elsewhere.length))
  const a = 1 + good(here) + weight * good(elsewhere)
  const b = 1 + (here.length - good(here)) + weight * (elsewhere.length - good(elsewhere))
  const words = [
    ...(here.length > 0 ? [`${good(here)} of ${here.length} helped in ${cell.environment}`] : []),
    ...(elsewhere.length > 0 ? [`${good(elsewhere)} of ${elsewhere.length} elsewhere`] : []),
  ]
  return { a, b, detail: words.join(', ') || 'not tried yet' }
}

/**
 * Remedies in the order in which to propose them, by Thompson sampling: each draws from what is known of it, so that the
 * better ones lead and the others are still tried now and then. Remedies that policy does not allow are left out before.
 * The order depends on the outcomes and the draws alone: equal seeds give equal orders.
 */
export function ranked<R extends { skill: string }>(
  remedies: readonly R[],
  outcomes: readonly Outcome[],
  where: Omit<Cell, 'skill'>,
  random: Random,
): { remedy: R; draw: number; belief: Belief }[] {
  return remedies
    .toSorted((x, y) => (x.skill < y.skill ? -1 : x.skill > y.skill ? 1 : 0))
    .map(remedy => {
      const belief = beliefOf(outcomes, { ...where, skill: remedy.skill })
      return { remedy, belief, draw: betaDraw(belief.a, belief.b, random) }
    })
    .sort((x, y) => y.draw - x.draw)
}

/** A draw from Beta(a, b) for a, b ≥ 1, as a ratio of gammas. */
function betaDraw(a: number, b: number, random: Random): number {
  const x = gammaDraw(a, random)
  return x / (x + gammaDraw(b, random))
}

/** A draw from Gamma(shape, 1) for shape ≥ 1 (Marsaglia and Tsang 2000, ACM TOMS 26:3). */
function gammaDraw(shape: number, random: Random): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normalDraw(random)
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    const u = 1 - random()
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v
  }
}

/** A standard normal draw (Box and Muller 1958). */
const normalDraw = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
