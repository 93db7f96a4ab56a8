import { gapTooLarge } from './metrics/coverage.ts'
import { type MeanState, observeMean, startMean } from './metrics/mean.ts'
import { startArmMeans } from './metrics/means.ts'
import { observeQuality, type QualityState, startQuality, startQualityPhase } from './metrics/quality.ts'
import { observeQuantile, type QuantileState, quantileReaches, startQuantile } from './metrics/quantile.ts'
import { observeRare, type RareState, startRare } from './metrics/rare.ts'
import type { Observation } from './observation.ts'
import {
  checkPlan,
  type Metric,
  planIdentity,
  type RolloutPlan,
  rollbackThreshold,
  type Step,
} from './rollout-plan.ts'
import { reaches } from './statistics/log-sum.ts'

/**
 * The sequential judge: the rollout controller and `keelway rollout simulate` drive these very functions.
 * Its state is plain JSON and a pure function of the plan and the observations in their order, so a decision can be
 * replayed from what was stored. One may look after every unit; the stated error rates hold all the same, because
 * all evidence is e-processes (see statistics/).
 */
export interface JudgeState {
  /** Identity of the plan that the evidence belongs to. */
  plan: string
  /** Counted from 1; which step it is. */
  phase: number
  step: Step
  /** Units answered per arm, in this phase and in all. In shadow one unit counts for both arms. */
  inPhase: Units
  inAll: Units
  /** In the order of the plan's metrics. */
  metrics: MetricState[]
  /** The first metric whose evidence reached its rollback threshold, and after how many units of the candidate. */
  stopped?: { metric: string; units: number }
}

interface Units {
  stable: number
  candidate: number
}

export type MetricState = QualityState | RareState | QuantileState | MeanState

/** Evidence of nothing yet, in the plan's first step. @throws Error when the plan states no computable test. */
export function startJudge(plan: RolloutPlan): JudgeState {
  checkPlan(plan)
  return {
    plan: planIdentity(plan),
    phase: 1,
    step: plan.steps[0] ?? 50,
    inPhase: { stable: 0, candidate: 0 },
    inAll: { stable: 0, candidate: 0 },
    metrics: plan.metrics.map(startMetric),
  }
}

/** The state with which the next step starts: evidence for a rollback goes on, evidence for promotion is earned anew. */
export function startPhase(plan: RolloutPlan, state: JudgeState, step: Step): JudgeState {
  assertSamePlan(plan, state)
  const next = structuredClone(state)
  next.phase += 1
  next.step = step
  next.inPhase = { stable: 0, candidate: 0 }
  for (const metric of next.metrics) {
    if (metric.kind === 'quality') startQualityPhase(metric)
    if (metric.kind !== 'quantile') metric.means = startArmMeans()
  }
  return next
}

/** Adds one closed unit to the state **in place** and returns it; copy it first where the old one is still needed. */
export function observe(plan: RolloutPlan, state: JudgeState, observation: Observation): JudgeState {
  countUnit(state, observation)
  // Without traffic to both arms there is nothing to compare with.
  if (observation.kind === 'single' && !(observation.weight > 0 && observation.weight < 1)) return state
  for (let i = 0; i < plan.metrics.length; i++) {
    const metric = plan.metrics[i]
    const own = state.metrics[i]
    if (metric === undefined || own === undefined) continue
    if (!observeMetric(plan, metric, own, observation, state.phase)) continue
    // Kept once reached: what the evidence does until somebody looks must not matter.
    if (state.stopped === undefined && metricReaches(metric, own, rollbackThreshold(plan, state.step)))
      state.stopped = { metric: metric.name, units: state.inAll.candidate }
  }
  return state
}

/** What has been spent on this step besides units, by the caller's clock and bills. */
export interface Spent {
  hours?: number
  usd?: number
}

export type Decision =
  | { decision: 'continue'; reason: 'Undecided' | 'NoData' | 'CoverageGap' }
  | { decision: 'promote'; reason: 'NotWorse' }
  | { decision: 'rollback'; reason: 'Worse'; metric: string }
  | { decision: 'hold'; reason: 'UnequalCoverage' | 'BudgetUsedUp' }

const noData: Decision = { decision: 'continue', reason: 'NoData' }
const undecided: Decision = { decision: 'continue', reason: 'Undecided' }

/**
 * What is to be done now. A rollback goes before everything, a hold for unequal coverage before a promotion; a
 * promotion needs every quality metric, so that without one, or without data, there is none.
 */
export function decide(plan: RolloutPlan, state: JudgeState, spent: Spent = {}): Decision {
  if (state.stopped) return { decision: 'rollback', reason: 'Worse', metric: state.stopped.metric }
  let quality = 0
  let passed = 0
  let gap = false
  for (let i = 0; i < plan.metrics.length; i++) {
    const metric = plan.metrics[i]
    const own = state.metrics[i]
    if (metric?.kind !== 'quality' || own?.kind !== 'quality') continue
    quality += 1
    if (own.coverage.uneven) return { decision: 'hold', reason: 'UnequalCoverage' }
    if (!own.passed) continue
    passed += 1
    gap ||= gapTooLarge(own.coverage, metric.margin)
  }
  const ready = quality > 0 && passed === quality
  if (ready && !gap) return { decision: 'promote', reason: 'NotWorse' }
  const { atMost } = plan
  if (
    state.inPhase.candidate >= atMost.units ||
    (spent.hours ?? 0) >= (atMost.hours ?? Number.POSITIVE_INFINITY) ||
    (spent.usd ?? 0) >= (atMost.usd ?? Number.POSITIVE_INFINITY)
  )
    return { decision: 'hold', reason: 'BudgetUsedUp' }
  if (ready) return { decision: 'continue', reason: 'CoverageGap' }
  return state.inPhase.candidate === 0 ? noData : undecided
}

/** @throws Error when the plan was changed under a state: such evidence can not be continued. */
export function assertSamePlan(plan: RolloutPlan, state: JudgeState): void {
  if (state.plan !== planIdentity(plan))
    throw new Error(
      'the rollout plan was changed after its first unit; evidence can not be carried over, start the rollout anew',
    )
}

function startMetric(metric: Metric): MetricState {
  switch (metric.kind) {
    case 'quality':
      return startQuality()
    case 'rare':
      return startRare()
    case 'quantile':
      return startQuantile()
    case 'mean':
      return startMean(metric)
  }
}

/** Returns whether evidence for a rollback may have risen. */
function observeMetric(
  plan: RolloutPlan,
  metric: Metric,
  state: MetricState,
  observation: Observation,
  phase: number,
): boolean {
  if (metric.kind === 'quality' && state.kind === 'quality')
    return observeQuality(plan, metric, state, observation, phase)
  if (metric.kind === 'rare' && state.kind === 'rare') return observeRare(metric, state, observation)
  if (metric.kind === 'quantile' && state.kind === 'quantile')
    return observeQuantile(metric, state, observation)
  if (metric.kind === 'mean' && state.kind === 'mean') return observeMean(metric, state, observation, phase)
  throw new Error(`metric ${metric.name} is of kind ${metric.kind} but its evidence of kind ${state.kind}`)
}

function metricReaches(metric: Metric, state: MetricState, threshold: number): boolean {
  if (metric.kind === 'quantile' && state.kind === 'quantile')
    return quantileReaches(metric, state, threshold)
  return state.kind !== 'quantile' && reaches(state.rollback, threshold)
}

function countUnit(state: JudgeState, observation: Observation): void {
  const { inPhase, inAll } = state
  if (observation.kind === 'paired' || observation.arm === 'stable') {
    inPhase.stable += 1
    inAll.stable += 1
  }
  if (observation.kind === 'paired' || observation.arm === 'candidate') {
    inPhase.candidate += 1
    inAll.candidate += 1
  }
}
