import { compareNext, type Pairing, startPairing } from '../blocks.ts'
import type { Arm } from '../observation.ts'
import { coverageThreshold, type RolloutPlan } from '../rollout-plan.ts'
import { type BettingState, observeBet, startBetting } from '../statistics/betting.ts'
import { logMeanExp, reaches } from '../statistics/log-sum.ts'

/**
 * Which share of an arm's units has a score. Feedback that is missing more often on one arm may hide exactly the bad
 * answers, so unequal coverage leads to a hold. Tested both ways by betting, through all phases.
 */
export interface Coverage {
  /** Counts of this phase: traffic shares differ between phases, so sums over phases would compare different times. */
  stable: Count
  candidate: Count
  /** Bets that the candidate has fewer scores, and that it has more. */
  fewer: BettingState
  more: BettingState
  pairing: Pairing
  /** Set when the arms' coverage is known to differ. */
  uneven: boolean
}

interface Count {
  units: number
  scored: number
}

export const startCoverage = (): Coverage => ({
  stable: { units: 0, scored: 0 },
  candidate: { units: 0, scored: 0 },
  fewer: startBetting(),
  more: startBetting(),
  pairing: startPairing(),
  uneven: false,
})

/** The test goes on through all phases, the counts start anew. */
export function startCoveragePhase(coverage: Coverage): void {
  coverage.stable = { units: 0, scored: 0 }
  coverage.candidate = { units: 0, scored: 0 }
}

export function observePairCoverage(
  plan: RolloutPlan,
  coverage: Coverage,
  scored: { stable: boolean; candidate: boolean },
): void {
  count(coverage.stable, scored.stable)
  count(coverage.candidate, scored.candidate)
  bet(plan, coverage, Number(scored.stable) - Number(scored.candidate))
}

export function observeSingleCoverage(
  plan: RolloutPlan,
  coverage: Coverage,
  arm: Arm,
  scored: boolean,
  weight: number,
  phase: number,
): void {
  count(coverage[arm], scored)
  const done = compareNext(coverage.pairing, arm, Number(scored), weight, phase)
  if (done !== undefined) bet(plan, coverage, done.stable - done.candidate)
}

/** `ln E` of the two-sided test: the mean of both one-sided ones. */
export const coverageLogE = ({ fewer, more }: Coverage): number =>
  logMeanExp([logMeanExp(fewer), logMeanExp(more)])

/**
 * Whether so many more units lack a score on one arm that their scores could hide a loss of `margin`, were they all
 * bad. Then a promotion waits, whether or not the difference is proven.
 */
export function gapTooLarge({ stable, candidate }: Coverage, margin: number): boolean {
  if (stable.units === 0 || candidate.units === 0) return true
  const [a, b] = [stable.scored / stable.units, candidate.scored / candidate.units]
  return Math.abs(a - b) > margin * Math.max(a, b)
}

function count(arm: Count, scored: boolean): void {
  arm.units += 1
  if (scored) arm.scored += 1
}

function bet(plan: RolloutPlan, coverage: Coverage, x: number): void {
  if (x === 0) return
  const threshold = coverageThreshold(plan)
  observeBet(coverage.fewer, x, 0)
  observeBet(coverage.more, -x, 0)
  // The mean of two reaches a level only if one of them reaches it.
  coverage.uneven ||=
    (reaches(coverage.fewer, threshold) || reaches(coverage.more, threshold)) &&
    coverageLogE(coverage) >= threshold
}
