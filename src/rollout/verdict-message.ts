import type { Decision, JudgeState } from './judge.ts'
import { qualityMetrics, type RolloutPlan } from './rollout-plan.ts'
import type { MetricEvidence } from './verdict.ts'

/** `exp(log)` as a number that JSON can hold. */
export const amount = (log: number): number => Math.exp(Math.min(log, 700))

/** The decision in one or two sentences for the person on call. */
export function explain(
  plan: RolloutPlan,
  state: JudgeState,
  decision: Decision,
  evidence: readonly MetricEvidence[],
): string {
  const units = `${count(state.inPhase.candidate)} of ${count(plan.atMost.units)} units in ${step(state)}`
  switch (decision.reason) {
    case 'Worse':
      return worse(
        plan,
        state,
        evidence.find(({ name }) => name === decision.metric),
      )
    case 'NotWorse':
      return `${each(plan, evidence, passedText)}; ${units}`
    case 'UnequalCoverage':
      return `${evidence.filter(uneven).map(coverageText).join('; ')}: what is missing may hide bad answers, so this can not decide; ${units}`
    case 'CoverageGap':
      return `waiting with the promotion: ${evidence.map(coverageText).filter(Boolean).join('; ')}; ${units}`
    case 'BudgetUsedUp':
      return `budget used up without a verdict: ${progress(plan, evidence)}; ${units}; promote, roll back or raise the budget`
    case 'NoData':
      return `no unit of the candidate has closed in ${step(state)} yet`
    case 'Undecided':
      return `${progress(plan, evidence)}; ${units}`
  }
}

function worse(plan: RolloutPlan, state: JudgeState, found: MetricEvidence | undefined): string {
  if (found === undefined) return 'the candidate is worse'
  const { stopped } = state
  const shared = plan.metrics.length > 1 ? `, alpha shared by ${plan.metrics.length} metrics` : ''
  return `${found.name}: ${worseText(plan, found)}; evidence reached ${number(found.rollback.threshold)} (now ${number(found.rollback.e)}${shared}) after ${count(stopped?.units ?? 0)} units of the candidate`
}

function worseText(plan: RolloutPlan, found: MetricEvidence): string {
  const means =
    found.candidate === undefined || found.stable === undefined
      ? ''
      : ` (${number(found.candidate)} against ${number(found.stable)} in this step)`
  const metric = plan.metrics.find(({ name }) => name === found.name)
  switch (metric?.kind) {
    case 'quantile':
      return `${percent(found.candidate ?? 0)} of the candidate's units are at or under ${metric.limit}, needed are ${percent(metric.quantile)}`
    case 'rare':
      return `the candidate has more events than its share of traffic${means}`
    case 'mean':
      return `the candidate's mean is more than ${percent(metric.margin)} above stable's${means}`
    default:
      return `the candidate is worse than stable by ${number(found.difference ?? 0)} on average${means}`
  }
}

const passedText = (found: MetricEvidence, margin: number): string =>
  `${found.name}: no worse than stable by ${margin} (${number(found.candidate ?? 0)} against ${number(found.stable ?? 0)}), evidence reached ${number(found.promote?.threshold ?? 0)}`

const progressText = (found: MetricEvidence): string =>
  `${found.name}: evidence ${number(found.promote?.e ?? 0)} of ${number(found.promote?.threshold ?? 0)} for a promotion, ${number(found.rollback.e)} of ${number(found.rollback.threshold)} for a rollback`

function progress(plan: RolloutPlan, evidence: readonly MetricEvidence[]): string {
  if (qualityMetrics(plan).length === 0) return 'no quality metric, so nothing is promoted by itself'
  return each(plan, evidence, progressText)
}

const each = (
  plan: RolloutPlan,
  evidence: readonly MetricEvidence[],
  text: (found: MetricEvidence, margin: number) => string,
): string =>
  qualityMetrics(plan)
    .flatMap(({ name, margin }) =>
      evidence.filter(found => found.name === name).map(found => text(found, margin)),
    )
    .join('; ')

const uneven = ({ coverage }: MetricEvidence): boolean =>
  coverage !== undefined && coverage.e >= coverage.threshold

const coverageText = ({ name, coverage }: MetricEvidence): string =>
  coverage === undefined
    ? ''
    : `${name} has a score for ${percent(coverage.candidate)} of the candidate's units and ${percent(coverage.stable)} of stable's`

const step = ({ step }: JudgeState): string => (step === 'shadow' ? 'shadow' : `the ${step} % step`)
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`
const count = (n: number): string => n.toLocaleString('en-US')

/** Three significant digits, whole from 1,000 on. */
const number = (value: number): string =>
  Math.abs(value) >= 1000
    ? value > 1e9
      ? '> 1e9'
      : Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)))
