import type { Assumptions, Forecast, Odds, StepForecast } from './plan.ts'
import { qualityMetrics, type RolloutPlan, type Step } from './rollout-plan.ts'

/** A forecast in plain words: the odds, what each step needs, what can not work, and what was assumed. */
export function linesOf(
  plan: RolloutPlan,
  assumed: Assumptions,
  { steps, equal, worse, runs, error }: Omit<Forecast, 'lines'>,
): string[] {
  const quality = qualityMetrics(plan)
  const first = quality[0]
  if (first === undefined)
    return ['no quality metric: nothing is promoted by itself, guards can only stop; a person decides']
  if (assumed.unitsPerHour === 0) return [...needs(steps), 'no traffic is known yet, so there are no odds']
  return [
    `if as good as stable: ${oddsText(equal)}`,
    `if worse by ${first.margin} on ${first.name}: ${oddsText(worse)}`,
    ...needs(steps),
    ...warnings(steps, plan),
    `a candidate that is no worse is rolled back with probability at most ${plan.alpha}${shadowText(plan)}, shared by ${count(plan.metrics.length, 'metric')}; one that is worse by the margin passes a step with probability at most ${plan.alpha}`,
    `assumed: quality ${short(assumed.quality)}, a score for ${percent(assumed.coverage)} of units, ${short(assumed.unitsPerHour)} units an hour; ${runs} simulated rollouts each, shares +/- ${percent(error)}`,
  ]
}

const shadowText = ({ steps, shadowAlpha, alpha }: RolloutPlan): string =>
  steps.includes('shadow') && shadowAlpha !== alpha ? ` (${shadowAlpha} with shadow, which no user sees)` : ''

const oddsText = ({ promote, hold, rollback, units, hours }: Odds): string =>
  `promoted ${percent(promote)}, held ${percent(hold)}, rolled back ${percent(rollback)}; after ${whole(units)} units of the candidate and ${time(hours)} on average`

const needs = (steps: readonly StepForecast[]): string[] =>
  steps.map(({ step, units, hours }) => {
    const after = Number.isFinite(hours) ? `, ${time(hours)}` : ''
    return `${name(step)}: an equal candidate needs about ${whole(units)} of its units${after}`
  })

const warnings = (steps: readonly StepForecast[], { atMost }: RolloutPlan): string[] =>
  steps.flatMap(({ step, units, most }) => {
    if (most >= units) return []
    const why =
      most >= atMost.units ? 'the budget of units allows' : `the traffic brings in ${atMost.hours} hours`
    return [`${name(step)} will probably end in a hold: ${why} ${whole(most)} units of the candidate`]
  })

const name = (step: Step): string => (step === 'shadow' ? 'shadow' : `${step} %`)
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
const whole = (n: number): string => (Number.isFinite(n) ? Math.ceil(n).toLocaleString('en-US') : 'endless')
const short = (n: number): string => String(Number(n.toPrecision(3)))
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

function time(hours: number): string {
  if (hours < 1 / 60) return `${whole(hours * 3600)} s`
  if (hours < 2) return `${whole(hours * 60)} min`
  return `${short(hours)} h`
}
