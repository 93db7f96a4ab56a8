import type { ScorableAnswer } from '../../gates/scorers/scorer.ts'
import type { Observation, Scores } from '../../rollout/observation.ts'
import type { Metric } from '../../rollout/rollout-plan.ts'
import type { Answer, Unit } from '../../telemetry/telemetry.ts'

type Metrics = readonly Pick<Metric, 'name' | 'from'>[]

/** Scores an answer by the scorer of that name; undefined when the route has none of that name. */
export type ScoreByName = (name: string, answer: ScorableAnswer) => number | null | undefined

/**
 * What one closed unit says of each metric. A unit with answers of both arms is a pair (shadow); else it belongs to the
 * arm that served it. One value per unit and metric: the mean over its answers. An error scores 0 for quality;
 * a missing score is null, never a guess.
 * @param weight the candidate's share of traffic, in [0, 1]
 * @returns undefined for a unit that says nothing, such as a shadowed call whose shadow answer was dropped under load
 */
export function observationOf(
  unit: Unit,
  metrics: Metrics,
  score: ScoreByName,
  shadow: boolean,
  weight: number,
): Observation | undefined {
  const of = (...arms: Answer['arm'][]) => unit.answers.filter(answer => arms.includes(answer.arm))
  const stable = of('stable')
  const candidate = of('candidate', 'shadow')
  const scores = (answers: Answer[]): Scores =>
    Object.fromEntries(metrics.map(metric => [metric.name, metricOf(answers, metric.from, score)]))
  if (shadow) {
    if (stable.length === 0 || candidate.length === 0) return undefined
    return { kind: 'paired', stable: scores(stable), candidate: scores(candidate) }
  }
  const served = unit.answers.find(({ arm }) => arm === 'stable' || arm === 'candidate')
  if (!served) return undefined
  return {
    kind: 'single',
    arm: served.arm === 'stable' ? 'stable' : 'candidate',
    scores: scores(of(served.arm)),
    weight,
  }
}

function metricOf(answers: Answer[], from: string, score: ScoreByName): number | null {
  if (answers.every(gaveUp)) return null
  if (from === 'response.ok') return answers.some(failed) ? 0 : 1
  if (from === 'response.error') return answers.some(failed) ? 1 : 0
  const values = answers.map(answer => one(answer, from, score)).filter(value => value !== null)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function one(answer: Answer, from: string, score: ScoreByName): number | null {
  if (from === 'latencyMs') return answer.error ? null : answer.latencyMs
  if (from === 'costUsd') return answer.costUsd ?? null
  if (gaveUp(answer)) return null
  if (answer.error) return 0
  const name = from.slice('score.'.length)
  const given = answer.scores[name]
  if (given !== undefined) return Math.min(1, Math.max(0, given))
  const { output = '', label, latencyMs, costUsd } = answer
  return score(name, { output, expected: label, latencyMs, costUsd }) ?? null
}

/** A user who went away says nothing of the answer; more of them in one arm shows as unequal coverage. */
const gaveUp = ({ error }: Answer): boolean => error === 'client_closed'

const failed = (answer: Answer): boolean => answer.error !== undefined && !gaveUp(answer)
