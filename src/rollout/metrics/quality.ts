import { compareNext, type Pairing, startPairing } from '../blocks.ts'
import { type Observation, scoreIn } from '../observation.ts'
import { promoteThreshold, type QualityMetric, type RolloutPlan } from '../rollout-plan.ts'
import { type BettingState, observeBet, startBetting } from '../statistics/betting.ts'
import { reaches } from '../statistics/log-sum.ts'
import {
  type Coverage,
  observePairCoverage,
  observeSingleCoverage,
  startCoverage,
  startCoveragePhase,
} from './coverage.ts'
import { type ArmMeans, addToArm, startArmMeans } from './means.ts'

/**
 * Evidence on a score in [0, 1]. With D = stable - candidate: the rollback process bets on D against "mean D <= 0"
 * through all phases; the promotion process bets on -D against "mean D >= margin", afresh in each phase and only on
 * units of that phase.
 */
export interface QualityState {
  kind: 'quality'
  rollback: BettingState
  promotion: BettingState
  /** Whether the promotion process has reached its threshold in this phase. */
  passed: boolean
  /** Comparisons made in all, and in this phase. */
  comparisons: number
  comparisonsInPhase: number
  sumOfDifferences: number
  means: ArmMeans
  coverage: Coverage
  pairing: Pairing
}

export const startQuality = (): QualityState => ({
  kind: 'quality',
  rollback: startBetting(),
  promotion: startBetting(),
  passed: false,
  comparisons: 0,
  comparisonsInPhase: 0,
  sumOfDifferences: 0,
  means: startArmMeans(),
  coverage: startCoverage(),
  pairing: startPairing(),
})

/** Promotion must be earned anew by each phase; the rollback process goes on. */
export function startQualityPhase(state: QualityState): void {
  state.promotion = startBetting()
  startCoveragePhase(state.coverage)
  state.passed = false
  state.comparisonsInPhase = 0
}

/** Returns whether evidence for a rollback may have risen. */
export function observeQuality(
  plan: RolloutPlan,
  metric: QualityMetric,
  state: QualityState,
  observation: Observation,
  phase: number,
): boolean {
  if (observation.kind === 'paired') {
    const stable = scoreIn(observation.stable, metric.name)
    const candidate = scoreIn(observation.candidate, metric.name)
    const scored = { stable: stable !== null, candidate: candidate !== null }
    observePairCoverage(plan, state.coverage, scored)
    if (stable === null || candidate === null) return false
    addToArm(state.means.stable, score(metric, stable))
    addToArm(state.means.candidate, score(metric, candidate))
    return compare(plan, metric, state, stable - candidate, true)
  }
  const { arm, weight } = observation
  const value = scoreIn(observation.scores, metric.name)
  observeSingleCoverage(plan, state.coverage, arm, value !== null, weight, phase)
  if (value === null) return false
  addToArm(state.means[arm], score(metric, value))
  const done = compareNext(state.pairing, arm, value, weight, phase)
  if (done === undefined) return false
  return compare(plan, metric, state, done.stable - done.candidate, done.phase === phase)
}

function compare(
  plan: RolloutPlan,
  metric: QualityMetric,
  state: QualityState,
  difference: number,
  ofThisPhase: boolean,
): boolean {
  state.comparisons += 1
  state.sumOfDifferences += difference
  observeBet(state.rollback, difference, 0)
  if (!ofThisPhase) return difference > 0
  state.comparisonsInPhase += 1
  observeBet(state.promotion, -difference, -metric.margin)
  state.passed ||= reaches(state.promotion, promoteThreshold(plan))
  return difference > 0
}

function score(metric: QualityMetric, value: number): number {
  if (value < 0 || value > 1)
    throw new RangeError(`metric ${metric.name}: a quality score must lie in [0, 1], not ${value}`)
  return value
}
