import {
  assertSamePlan,
  type Decision,
  decide,
  type JudgeState,
  type MetricState,
  type Spent,
} from './judge.ts'
import { coverageLogE } from './metrics/coverage.ts'
import { meanOf } from './metrics/means.ts'
import { quantileLogE } from './metrics/quantile.ts'
import {
  coverageThreshold,
  type Metric,
  promoteThreshold,
  type RolloutPlan,
  rollbackThreshold,
} from './rollout-plan.ts'
import { logMeanExp } from './statistics/log-sum.ts'
import { amount, explain } from './verdict-message.ts'

/** A decision with what it rests on. The controller acts on `decision`; people read `message`. */
export interface Verdict {
  decision: Decision['decision']
  /** One word for the cause. */
  reason: Decision['reason']
  /** For the person on call: metric, evidence against its threshold, units. */
  message: string
  /** In the order of the plan's metrics. */
  evidence: MetricEvidence[]
}

/** E is evidence as a multiple: under the null hypothesis it ever reaches 20 with probability at most 1 in 20. */
export interface MetricEvidence {
  name: string
  kind: Metric['kind']
  /** Evidence that the candidate is worse (for a quantile: over its limit), and what it must reach. */
  rollback: { e: number; threshold: number }
  /** quality: evidence that it is not worse by the margin, gathered in this phase, and what it must reach. */
  promote?: { e: number; threshold: number; passed: boolean }
  /** quality: evidence that the arms' coverage differs, and coverage in this phase. */
  coverage?: { e: number; threshold: number; stable: number; candidate: number }
  /** Means in this phase; for `rare` the share of units with an event, for `quantile` the share at or under the limit. */
  stable?: number
  candidate?: number
  /** quality: mean of stable - candidate over all comparisons. */
  difference?: number
  /** Comparisons (quality) or units of the candidate (others) that the rollback evidence rests on. */
  n: number
}

/**
 * The decision with its evidence and reason.
 *
 * @throws Error when the plan was changed since the evidence was gathered
 */
export function verdict(plan: RolloutPlan, state: JudgeState, spent: Spent = {}): Verdict {
  assertSamePlan(plan, state)
  const decision = decide(plan, state, spent)
  const evidence = plan.metrics.flatMap((metric, i) => {
    const own = state.metrics[i]
    return own === undefined ? [] : [evidenceOf(plan, state, metric, own)]
  })
  return {
    decision: decision.decision,
    reason: decision.reason,
    message: explain(plan, state, decision, evidence),
    evidence,
  }
}

function evidenceOf(plan: RolloutPlan, state: JudgeState, metric: Metric, own: MetricState): MetricEvidence {
  const threshold = amount(rollbackThreshold(plan, state.step))
  const common = { name: metric.name, kind: metric.kind }
  if (own.kind === 'quantile') {
    const n = own.good + own.bad
    const e = metric.kind === 'quantile' ? amount(quantileLogE(metric, own)) : 1
    return {
      ...common,
      rollback: { e, threshold },
      n,
      ...optional({ candidate: n ? own.good / n : undefined }),
    }
  }
  const means = optional({ stable: meanOf(own.means.stable), candidate: meanOf(own.means.candidate) })
  const rollback = { e: amount(logMeanExp(own.rollback)), threshold }
  if (own.kind !== 'quality') return { ...common, rollback, n: own.means.candidate.units, ...means }
  const { stable, candidate } = own.coverage
  return {
    ...common,
    rollback,
    promote: {
      e: amount(logMeanExp(own.promotion)),
      threshold: amount(promoteThreshold(plan)),
      passed: own.passed,
    },
    coverage: {
      e: amount(coverageLogE(own.coverage)),
      threshold: amount(coverageThreshold(plan)),
      stable: stable.units ? stable.scored / stable.units : 0,
      candidate: candidate.units ? candidate.scored / candidate.units : 0,
    },
    ...means,
    ...optional({ difference: own.comparisons ? own.sumOfDifferences / own.comparisons : undefined }),
    n: own.comparisons,
  }
}

/** Leaves out what is undefined, so that evidence is the same after a round trip through JSON. */
function optional<T extends Record<string, number | undefined>>(values: T): { [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: number
  }
}
