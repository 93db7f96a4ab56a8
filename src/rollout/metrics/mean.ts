import { compareNext, type Pairing, startPairing } from '../blocks.ts'
import { type Observation, scoreIn } from '../observation.ts'
import type { MeanMetric } from '../rollout-plan.ts'
import { type BettingState, observeBet, startBetting } from '../statistics/betting.ts'
import { type ArmMeans, addToArm, startArmMeans } from './means.ts'

/**
 * Evidence that the candidate's mean (of a cost) exceeds (1 + margin) times stable's. Betting needs bounded values, so
 * each is cut at a range L: the claim is about `min(value, L)`. L is stated in the plan, or set once to four times the
 * largest of the first units, which are then not bet on; either way it is fixed before any value it cuts.
 */
export interface MeanState {
  kind: 'mean'
  rollback: BettingState
  means: ArmMeans
  pairing: Pairing
  /** L; 0 while it is being learned. */
  range: number
  /** Units seen and their largest value while L is being learned. */
  learned: { units: number; largest: number }
}

const UNITS_TO_LEARN_RANGE = 20
const ROOM_ABOVE_LARGEST = 4

export const startMean = (metric: MeanMetric): MeanState => ({
  kind: 'mean',
  rollback: startBetting(),
  means: startArmMeans(),
  pairing: startPairing(),
  range: metric.limit ?? 0,
  learned: { units: 0, largest: 0 },
})

/** Returns whether the evidence may have risen. */
export function observeMean(
  metric: MeanMetric,
  state: MeanState,
  observation: Observation,
  phase: number,
): boolean {
  if (observation.kind === 'paired') {
    const stable = scoreIn(observation.stable, metric.name)
    const candidate = scoreIn(observation.candidate, metric.name)
    if (stable === null || candidate === null) return false
    addToArm(state.means.stable, stable)
    addToArm(state.means.candidate, candidate)
    if (learnRange(state, Math.max(stable, candidate))) return false
    bet(metric, state, share(stable, state.range), share(candidate, state.range))
    return true
  }
  const { arm, scores, weight } = observation
  const value = scoreIn(scores, metric.name)
  if (value === null) return false
  addToArm(state.means[arm], value)
  if (learnRange(state, value)) return false
  const done = compareNext(state.pairing, arm, share(value, state.range), weight, phase)
  if (done === undefined) return false
  bet(metric, state, done.stable, done.candidate)
  return true
}

function learnRange(state: MeanState, value: number): boolean {
  if (state.range > 0) return false
  state.learned.units += 1
  state.learned.largest = Math.max(state.learned.largest, value)
  if (state.learned.units >= UNITS_TO_LEARN_RANGE) state.range = ROOM_ABOVE_LARGEST * state.learned.largest
  return true
}

const share = (value: number, range: number): number => Math.min(1, Math.max(0, value / range))

/** Scaled so that the worst loss of a bet is 1 for any margin. */
function bet(metric: MeanMetric, state: MeanState, stable: number, candidate: number): void {
  observeBet(state.rollback, candidate / (1 + metric.margin) - stable, 0)
}
