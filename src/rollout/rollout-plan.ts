import { canonicalJson } from '../lib/digest.ts'

/** A score in [0, 1] that must not be worse by `margin`. Only these metrics can promote. */
export interface QualityMetric {
  kind: 'quality'
  name: string
  from: string
  /** Loss that still counts as no worse, in (0, 1). */
  margin: number
}

/** Units with an event (value above 0), such as an error: the candidate's share of events against its share of traffic. */
export interface RareMetric {
  kind: 'rare'
  name: string
  from: string
}

/** The share `quantile` of the candidate's units must be at or under `limit`. */
export interface QuantileMetric {
  kind: 'quantile'
  name: string
  from: string
  /** Such as 0.95. */
  quantile: number
  /** In the unit of the value, such as milliseconds. */
  limit: number
}

/** The candidate's mean must not exceed stable's by more than the share `margin`. */
export interface MeanMetric {
  kind: 'mean'
  name: string
  from: string
  /** 0.2 accepts 20 % more. */
  margin: number
  /** Values are cut at this one; without it, at four times the largest of the first units. */
  limit?: number
}

export type Metric = QualityMetric | RareMetric | QuantileMetric | MeanMetric

export type Step = 'shadow' | number

/**
 * What a rollout is judged by, fixed before its first unit.
 *
 * Error rates: a candidate that is no worse on any metric is rolled back with probability at most `alpha` (at most
 * `shadowAlpha` when the false alarms of shadow, which no user notices, are counted too): each of K metrics gets 1/K of
 * it (Bonferroni). A candidate that is worse by the margin on a quality metric is promoted by a step with
 * probability at most `alpha`: every quality metric must pass on its own, which needs no correction.
 */
export interface RolloutPlan {
  metrics: Metric[]
  alpha: number
  shadowAlpha: number
  /** `shadow`, then percent of traffic, rising. */
  steps: Step[]
  /** Budget of one step. Units are those the candidate answered. */
  atMost: { units: number; hours?: number; usd?: number }
}

/** @throws Error naming the field, when the plan states no test that can be computed. */
export function checkPlan(plan: RolloutPlan): void {
  const inside = (value: number, low: number, high: number) => value > low && value < high
  for (const name of ['alpha', 'shadowAlpha'] as const)
    if (!inside(plan[name], 0, 1)) throw new Error(`${name} must lie between 0 and 1, not ${plan[name]}`)
  if (!(plan.atMost.units >= 1)) throw new Error(`atMost.units must be at least 1, not ${plan.atMost.units}`)
  if (new Set(plan.metrics.map(({ name }) => name)).size < plan.metrics.length)
    throw new Error('two metrics have the same name; give each its own')
  for (const metric of plan.metrics) checkMetric(metric)
  for (const step of plan.steps)
    if (step !== 'shadow' && !inside(step, 0, 100))
      throw new Error(`a step must be shadow or percent between 0 and 100, not ${step}`)
}

function checkMetric(metric: Metric): void {
  const wrong = (what: string) => new Error(`metric ${metric.name}: ${what}`)
  switch (metric.kind) {
    case 'quality':
      if (!(metric.margin >= 0 && metric.margin < 1)) throw wrong('margin must lie in [0, 1)')
      return
    case 'quantile':
      if (!(metric.quantile > 0 && metric.quantile < 1)) throw wrong('quantile must lie between 0 and 1')
      if (!(metric.limit > 0)) throw wrong('a quantile needs a limit above 0 to be compared with')
      return
    case 'mean':
      if (!(metric.margin >= 0)) throw wrong('margin must be 0 or more')
      if (metric.limit !== undefined && !(metric.limit > 0)) throw wrong('limit must be above 0')
      return
    case 'rare':
      return
  }
}

/**
 * The part of a plan that evidence belongs to. Evidence gathered under other metrics, margins or error rates can not be
 * continued: a change needs a new process.
 */
export const planIdentity = ({ metrics, alpha, shadowAlpha }: RolloutPlan): string =>
  canonicalJson({ metrics, alpha, shadowAlpha })

/** Metrics that can promote. */
export const qualityMetrics = (plan: RolloutPlan): QualityMetric[] =>
  plan.metrics.filter(metric => metric.kind === 'quality')

/** `ln(1 / level)` at which one metric's evidence rolls back in this step. */
export const rollbackThreshold = (plan: RolloutPlan, step: Step): number =>
  Math.log(Math.max(1, plan.metrics.length) / (step === 'shadow' ? plan.shadowAlpha : plan.alpha))

/** `ln(1 / level)` that every quality metric's evidence must reach to promote. */
export const promoteThreshold = (plan: RolloutPlan): number => Math.log(1 / plan.alpha)

/** `ln(1 / level)` at which unequal coverage is called, over all quality metrics. */
export const coverageThreshold = (plan: RolloutPlan): number =>
  Math.log(Math.max(1, qualityMetrics(plan).length) / plan.alpha)
