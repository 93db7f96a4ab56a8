import type { ReviewedCall } from '../../telemetry/telemetry.ts'
import type { FaultClass } from '../diagnosis.ts'

/** One figure that every call of a route has or has not. */
export interface Measure {
  /** As it stands in sentences, such as `errors` or `score correct of people`. */
  name: string
  class: FaultClass
  /** Undefined when the call says nothing of it. */
  of(call: ReviewedCall): number | undefined
  /** Values are 0 and 1, and their mean is a share. */
  share: boolean
  worse: 'up' | 'down'
  /** A shift smaller than both is no symptom: in the measure's unit, and as a factor. */
  least: { by: number; times: number }
  unit: '' | 'ms' | 'tokens' | 'USD'
}

const share = (
  name: string,
  faultClass: FaultClass,
  of: (call: ReviewedCall) => boolean | undefined,
): Measure => ({
  name,
  class: faultClass,
  of: call => {
    const value = of(call)
    return value === undefined ? undefined : Number(value)
  },
  share: true,
  worse: 'up',
  least: { by: 0.05, times: 1.5 },
  unit: '',
})

const amount = (
  name: string,
  faultClass: FaultClass,
  unit: Measure['unit'],
  least: Measure['least'],
  of: (call: ReviewedCall) => number | undefined,
): Measure => ({ name, class: faultClass, of, share: false, worse: 'up', least, unit })

/** Refused by the gateway for reasons that say nothing of the model. */
const refusals = new Set(['budget_exceeded', 'rate_limited', 'content_blocked', 'invalid_api_key'])
const mistakes = /^(invalid_|unsupported_|model_not_found|not_found|missing_variable|client_)/

const answered = (call: ReviewedCall): boolean => call.error === undefined && call.cache !== 'hit'
const isBlocked = ({ guards = [] }: ReviewedCall): boolean => guards.some(({ action }) => action === 'block')
const isProviderError = ({ error = '' }: ReviewedCall): boolean =>
  error !== '' &&
  !refusals.has(error) &&
  !mistakes.test(error) &&
  !isTimeout(error) &&
  error !== 'context_overflow'
const isTimeout = (error: string): boolean => /timeout/.test(error)

const fixed: readonly Measure[] = [
  share('errors', 'error', isProviderError),
  share('timeouts', 'latency', ({ error = '' }) => isTimeout(error)),
  share('overflows of the context', 'context', ({ error }) => error === 'context_overflow'),
  share('refusals for the budget', 'budget', ({ error }) => error === 'budget_exceeded'),
  share('refusals for the rate', 'traffic', ({ error }) => error === 'rate_limited'),
  share('blocks by guardrails', 'attack', isBlocked),
  share('denials by guardrails', 'attack', ({ guards = [] }) =>
    guards.length === 0 ? undefined : guards.some(({ verdict }) => verdict === 'deny'),
  ),
  share('answers cut at the limit', 'context', call =>
    answered(call) ? call.finish === 'length' : undefined,
  ),
  share('answers of a fallback', 'provider', call =>
    answered(call) ? (call.attempts ?? []).length > 0 : undefined,
  ),
  amount('latency', 'latency', 'ms', { by: 100, times: 1.3 }, call =>
    answered(call) ? call.latencyMs : undefined,
  ),
  amount('input tokens', 'tokens', 'tokens', { by: 20, times: 1.25 }, call =>
    answered(call) ? call.inputTokens : undefined,
  ),
  amount('output tokens', 'tokens', 'tokens', { by: 20, times: 1.4 }, call =>
    answered(call) ? call.outputTokens : undefined,
  ),
  amount('price of a token', 'cost', 'USD', { by: 0, times: 1.2 }, call => {
    const tokens = (call.inputTokens ?? 0) + (call.outputTokens ?? 0)
    return answered(call) && call.costUsd !== undefined && tokens > 0 ? call.costUsd / tokens : undefined
  }),
  amount('cost', 'cost', 'USD', { by: 0, times: 1.3 }, call => (answered(call) ? call.costUsd : undefined)),
  {
    ...amount('input tokens that are missing', 'retrieval', 'tokens', { by: 20, times: 1.25 }, call =>
      answered(call) ? call.inputTokens : undefined,
    ),
    worse: 'down',
  },
]

/** Who said a score: people and clients who saw the answer, or scorers that looked at it. */
export type Said = 'people' | 'scorers'

const scoreOf = (call: ReviewedCall, name: string, said: Said): number | undefined => {
  const told = call.feedback.filter(({ source }) => (source === 'scorer') === (said === 'scorers'))
  const last = told.findLast(({ scores }) => scores?.[name] !== undefined)?.scores?.[name]
  return last ?? (said === 'scorers' ? call.scores?.[name] : undefined)
}

const classOfScore = (name: string): FaultClass =>
  /ground|faithful|support|cit(e|ation)|context/i.test(name) ? 'groundedness' : 'quality'

/** Everything that can be measured of these calls. Scores are better when they are higher. */
export function measuresOf(calls: readonly ReviewedCall[]): Measure[] {
  const names = new Map<string, { name: string; said: Said }>()
  for (const { feedback, scores = {} } of calls) {
    for (const name of Object.keys(scores)) names.set(`scorers\n${name}`, { name, said: 'scorers' })
    for (const { source, scores: given = {} } of feedback) {
      const said = source === 'scorer' ? 'scorers' : 'people'
      for (const name of Object.keys(given)) names.set(`${said}\n${name}`, { name, said })
    }
  }
  const scores = [...names.keys()].sort().slice(0, mostScores)
  return [
    ...fixed,
    ...scores.flatMap(key => {
      const score = names.get(key)
      return score ? [scoreMeasure(score)] : []
    }),
  ]
}

const mostScores = 100

const scoreMeasure = ({ name, said }: { name: string; said: Said }): Measure => ({
  name: `score ${name} of ${said}`,
  class: classOfScore(name),
  of: call => scoreOf(call, name, said),
  share: false,
  worse: 'down',
  least: { by: 0.07, times: 1.08 },
  unit: '',
})

export const saidByPeople = ({ name }: Pick<Measure, 'name'>): boolean => name.endsWith(' of people')
export const isScore = ({ name }: Pick<Measure, 'name'>): boolean => name.startsWith('score ')
