import { type Random, seededRandom } from '../lib/random.ts'
import { expectedUnits, pairedRates } from './expected-units.ts'
import { type Decision, decide, observe, startJudge, startPhase } from './judge.ts'
import type { Observation } from './observation.ts'
import { linesOf } from './plan-lines.ts'
import { checkPlan, qualityMetrics, type RolloutPlan, type Step } from './rollout-plan.ts'

/** What is assumed, or was measured, before the first unit. */
export interface Assumptions {
  /** Mean score of stable, in (0, 1). */
  quality: number
  /** Share of units that get a score. */
  coverage: number
  /** Units (sessions) of the route per hour, over both arms. */
  unitsPerHour: number
}

/** What to expect of a rollout, from running its very judge on made-up traffic. */
export interface Forecast {
  steps: StepForecast[]
  /** When the candidate is as good as stable. */
  equal: Odds
  /** When the candidate is worse by the margin of the first quality metric. */
  worse: Odds
  /** Simulated rollouts of each kind, and the largest error of a share (95 %). */
  runs: number
  error: number
  /** The plan in plain words, most important first. */
  lines: string[]
}

export interface StepForecast {
  step: Step
  /** Units of the candidate that an equal candidate needs to pass, from the closed form; with Infinity for never. */
  units: number
  /** Hours until then with this traffic. */
  hours: number
  /** Units of the candidate that the budget allows with this traffic. */
  most: number
}

export interface Odds {
  promote: number
  hold: number
  rollback: number
  /** Mean units of the candidate until the end, over all steps, and hours. */
  units: number
  hours: number
}

/**
 * States before the start what a rollout needs and how likely it ends how. Deterministic for a seed.
 *
 * @throws Error when the plan states no computable test, RangeError for impossible assumptions
 */
export function forecastRollout(plan: RolloutPlan, assumed: Assumptions, seed = 1): Forecast {
  checkPlan(plan)
  checkAssumptions(assumed)
  const steps = plan.steps.map(step => stepForecast(plan, assumed, step))
  const perRun = steps.reduce(
    (sum, { step, units, most }) => sum + Math.min(most, 1.5 * units) / candidateShare(step),
    1,
  )
  const runs = Math.round(Math.min(MOST_RUNS, Math.max(FEWEST_RUNS, OBSERVATIONS / perRun)))
  const random = seededRandom(seed)
  const losses = (worse: boolean): Losses =>
    new Map(qualityMetrics(plan).map(({ name, margin }, i) => [name, worse && i === 0 ? margin : 0]))
  const equal = oddsOf(plan, assumed, losses(false), { runs, random })
  const worse = oddsOf(plan, assumed, losses(true), { runs, random })
  const error = Math.max(...[equal, worse].flatMap(odds => halfWidths(odds, runs)))
  const numbers = { steps, equal, worse, runs, error }
  return { ...numbers, lines: linesOf(plan, assumed, numbers) }
}

// Together they keep a forecast to some tenths of a second.
const OBSERVATIONS = 400_000
const FEWEST_RUNS = 25
const MOST_RUNS = 200

/** 95 % half widths of the shares (Agresti and Coull 1998), which hold for shares near 0 and 1 too. */
const halfWidths = ({ promote, hold, rollback }: Odds, runs: number): number[] =>
  [promote, hold, rollback].map(share => {
    const middle = (share * runs + 2) / (runs + 4)
    return 1.96 * Math.sqrt((middle * (1 - middle)) / (runs + 4))
  })

function checkAssumptions({ quality, coverage, unitsPerHour }: Assumptions): void {
  if (!(quality > 0 && quality < 1)) throw new RangeError(`quality must lie between 0 and 1, not ${quality}`)
  if (!(coverage > 0 && coverage <= 1)) throw new RangeError(`coverage must lie in (0, 1], not ${coverage}`)
  if (!(unitsPerHour >= 0)) throw new RangeError(`unitsPerHour must be 0 or more, not ${unitsPerHour}`)
}

function stepForecast(plan: RolloutPlan, assumed: Assumptions, step: Step): StepForecast {
  const { unitsPerHour } = assumed
  const { units: budget, hours = Number.POSITIVE_INFINITY } = plan.atMost
  const perHour = unitsPerHour * candidateShare(step)
  const units = Math.max(0, ...qualityMetrics(plan).map(metric => expectedUnits(plan, metric, assumed, step)))
  return {
    step,
    units,
    hours: perHour > 0 ? units / perHour : Number.POSITIVE_INFINITY,
    most: Math.floor(Math.min(budget, perHour > 0 ? perHour * hours : 0)),
  }
}

const candidateShare = (step: Step): number => (step === 'shadow' ? 1 : step / 100)

/** How much worse the candidate is on each quality metric, by name. */
type Losses = ReadonlyMap<string, number>

function oddsOf(
  plan: RolloutPlan,
  assumed: Assumptions,
  losses: Losses,
  { runs, random }: { runs: number; random: Random },
): Odds {
  const ends = { promote: 0, hold: 0, rollback: 0 }
  let [units, hours] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const end = oneRollout(plan, assumed, losses, random)
    ends[end.decision] += 1
    units += end.units
    hours += end.hours
  }
  return {
    promote: ends.promote / runs,
    hold: ends.hold / runs,
    rollback: ends.rollback / runs,
    units: units / runs,
    hours: hours / runs,
  }
}

function oneRollout(plan: RolloutPlan, assumed: Assumptions, losses: Losses, random: Random) {
  let state = startJudge(plan)
  let seen = 0
  const end = (decision: 'promote' | 'hold' | 'rollback') => ({
    decision,
    units: state.inAll.candidate,
    hours: assumed.unitsPerHour > 0 ? seen / assumed.unitsPerHour : 0,
  })
  for (const [index, step] of plan.steps.entries()) {
    if (index > 0) state = startPhase(plan, state, step)
    const next = unitsOf(step, assumed, losses, random)
    const most = Math.floor(assumed.unitsPerHour * (plan.atMost.hours ?? Number.POSITIVE_INFINITY))
    let decision: Decision['decision'] = 'continue'
    for (let units = 0; decision === 'continue' && units < most; units++, seen++)
      decision = decide(plan, observe(plan, state, next())).decision
    if (decision !== 'promote') return end(decision === 'rollback' ? 'rollback' : 'hold')
  }
  return end('promote')
}

/** Made-up units of one step, one per call, with their scores missing at random. */
function unitsOf(
  step: Step,
  { quality, coverage }: Assumptions,
  losses: Losses,
  random: Random,
): () => Observation {
  // The judge keeps no observation, so one object serves all of them.
  const stable: Record<string, number | null> = {}
  const candidate: Record<string, number | null> = {}
  const rates = [...losses].map(([name, loss]) => ({ name, loss, ...pairedRates(quality, loss) }))
  if (step === 'shadow') {
    const unit: Observation = { kind: 'paired', stable, candidate }
    return () => {
      for (const { name, regress, improve } of rates) {
        const draw = random()
        // In shadow one label serves both arms, so both have a score or neither.
        const scored = coverage >= 1 || random() < coverage
        stable[name] = scored ? Number(draw >= improve) : null
        candidate[name] = scored ? Number(draw < improve || draw >= improve + regress) : null
      }
      return unit
    }
  }
  const weight = step / 100
  const ofStable: Observation = { kind: 'single', arm: 'stable', scores: stable, weight }
  const ofCandidate: Observation = { kind: 'single', arm: 'candidate', scores: candidate, weight }
  return () => {
    const isStable = random() >= weight
    const scores = isStable ? stable : candidate
    for (const { name, loss } of rates) {
      const right = random() < (isStable ? quality : quality - loss)
      scores[name] = coverage >= 1 || random() < coverage ? Number(right) : null
    }
    return isStable ? ofStable : ofCandidate
  }
}
