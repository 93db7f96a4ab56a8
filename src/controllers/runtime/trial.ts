import type { ModelRoute } from '../../api/kinds/model-route.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { checkPlan, type Metric, type RolloutPlan } from '../../rollout/rollout-plan.ts'
import { Stalled } from './reconciler.ts'

export interface Trial {
  plan: RolloutPlan
  /** Digest of plan and scorers: another alpha, margin, metric or scorer is another process that starts anew. */
  digest: string
  closeAfterMs: number
}

/** What a route says about trying a candidate, checked. @throws Stalled naming the wrong step. */
export function trialOf(route: ModelRoute): Trial {
  const { steps, metrics, alpha, shadowAlpha, atMost, closeAfter } = route.spec.rollout
  const plan: RolloutPlan = {
    steps: checkedSteps(steps),
    metrics: metrics.map(metricOf),
    alpha,
    shadowAlpha,
    atMost: {
      units: atMost.units,
      hours: atMost.hours,
      ...(atMost.usd === undefined ? {} : { usd: atMost.usd }),
    },
  }
  checked(plan)
  return {
    plan,
    digest: shortDigest(digestOfValue({ plan, closeAfter, scorers: route.spec.scorers }), 8),
    closeAfterMs: parseDuration(closeAfter),
  }
}

function checkedSteps(steps: (string | number)[]): RolloutPlan['steps'] {
  let last = 0
  return steps.map((step, i) => {
    if (step === 'shadow') {
      if (i > 0) throw new Stalled('BadSteps', `spec.rollout.steps[${i}]: shadow must be the first step`)
      return step
    }
    const percent = Number(step)
    if (!Number.isInteger(percent) || percent <= last || percent > 99) {
      throw new Stalled(
        'BadSteps',
        `spec.rollout.steps[${i}] is "${step}": use shadow, then whole percents that rise, 1 to 99`,
      )
    }
    last = percent
    return percent
  })
}

function metricOf({
  name,
  from,
  kind,
  margin,
  marginPercent,
  quantile,
  limit,
}: ModelRoute['spec']['rollout']['metrics'][number]): Metric {
  switch (kind) {
    case 'quality':
      return { kind, name, from, margin }
    case 'rare':
      return { kind, name, from }
    case 'mean':
      return { kind, name, from, margin: marginPercent / 100, ...(limit === undefined ? {} : { limit }) }
    case 'quantile':
      if (limit === undefined)
        throw new Stalled('BadMetric', `spec.rollout.metrics ${name}: kind quantile needs limit`)
      return { kind, name, from, quantile, limit }
  }
}

function checked(plan: RolloutPlan): void {
  try {
    checkPlan(plan)
  } catch (error) {
    throw new Stalled('BadPlan', `spec.rollout: ${(error as Error).message}`, { cause: error })
  }
}
