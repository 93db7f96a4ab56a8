import { type Observation, scoreIn } from '../observation.ts'
import type { QuantileMetric } from '../rollout-plan.ts'
import { belowShareLogE } from '../statistics/beta-binomial.ts'

/** Evidence that the candidate's quantile is over the limit, from the counts of its units at or under it and over it. */
export interface QuantileState {
  kind: 'quantile'
  good: number
  bad: number
}

export const startQuantile = (): QuantileState => ({ kind: 'quantile', good: 0, bad: 0 })

/** Returns whether the evidence may have risen. */
export function observeQuantile(
  metric: QuantileMetric,
  state: QuantileState,
  observation: Observation,
): boolean {
  if (observation.kind === 'single' && observation.arm === 'stable') return false
  const scores = observation.kind === 'single' ? observation.scores : observation.candidate
  const value = scoreIn(scores, metric.name)
  if (value === null) return false
  const over = value > metric.limit
  state.good += Number(!over)
  state.bad += Number(over)
  return over
}

export function quantileLogE(metric: QuantileMetric, state: QuantileState): number {
  return belowShareLogE(state, metric.quantile)
}

/** At most 1 as long as no more units than allowed are over the limit: then it need not be computed. */
export const quantileReaches = (metric: QuantileMetric, state: QuantileState, threshold: number): boolean =>
  state.bad > (1 - metric.quantile) * (state.good + state.bad) && quantileLogE(metric, state) >= threshold
