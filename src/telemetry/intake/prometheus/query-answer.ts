import type { Labels } from './series.ts'

export type PrometheusValue =
  | { type: 'vector'; samples: PrometheusSample[] }
  | { type: 'matrix'; series: PrometheusSeries[] }
  | { type: 'scalar'; at: number; value: number }
  | { type: 'string'; at: number; value: string }

export interface PrometheusSample {
  labels: Labels
  /** Milliseconds since the epoch. */
  at: number
  /** May be NaN or infinite. */
  value: number
}

export interface PrometheusSeries {
  labels: Labels
  points: readonly { at: number; value: number }[]
}

/** What Prometheus refused or how it could not be asked. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError'
  /** Prometheus' own word, such as `bad_data` for an expression that is wrong, or `unreachable`. */
  readonly type: string
  /** Whether asking again may help. */
  readonly retryable: boolean

  constructor(type: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.type = type
    this.retryable = options.retryable
  }
}

/** The member `data` of an answer. */
export type Data = Readonly<Record<string, unknown>>

export const unreadable = (why: string): PrometheusError =>
  new PrometheusError('unreadable', `prometheus answered what can not be read: ${why}`, { retryable: false })

/** @throws PrometheusError when Prometheus says what is wrong, or something else answered */
export function dataOf(status: number, text: string): Data {
  const answer = json(text)
  if (!isObject(answer)) {
    const retryable = status === 429 || status >= 500
    throw new PrometheusError('unreadable', `prometheus answered ${status} without JSON`, { retryable })
  }
  if (answer.status === 'success' && isObject(answer.data)) return answer.data
  const type = typeof answer.errorType === 'string' ? answer.errorType : 'unreadable'
  const why = typeof answer.error === 'string' ? answer.error.slice(0, 500) : `status ${status}`
  throw new PrometheusError(type, `prometheus refused: ${why}`, { retryable: passing.has(type) })
}

/** Kinds of errors that may be over when asked again. */
const passing = new Set(['timeout', 'canceled', 'unavailable', 'internal', 'too_many_requests'])

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** @throws PrometheusError when it is none of the four types of results */
export function valueIn({ resultType, result }: Data): PrometheusValue {
  switch (resultType) {
    case 'vector':
      return {
        type: 'vector',
        samples: list(result).flatMap(({ metric, value }) =>
          // Native histograms have a member of their own, and no value.
          value === undefined ? [] : [{ labels: labelsOf(metric), ...point(value) }],
        ),
      }
    case 'matrix':
      return {
        type: 'matrix',
        series: list(result).map(({ metric, values }) => ({
          labels: labelsOf(metric),
          points: (Array.isArray(values) ? values : []).map(point),
        })),
      }
    case 'scalar':
      return { type: 'scalar', ...point(result) }
    case 'string': {
      const [at, value] = pair(result)
      return { type: 'string', at, value }
    }
    default:
      throw unreadable(`a result of type ${String(resultType).slice(0, 40)}`)
  }
}

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function list(value: unknown): Data[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw unreadable('the result is no list of series')
  return value
}

function labelsOf(metric: unknown): Labels {
  if (!isObject(metric)) throw unreadable('a series has no labels')
  return Object.fromEntries(Object.entries(metric).map(([name, value]) => [name, String(value)]))
}

function pair(value: unknown): [at: number, text: string] {
  const [at, text] = Array.isArray(value) ? (value as unknown[]) : []
  if (typeof at !== 'number' || typeof text !== 'string')
    throw unreadable('a value is no pair of time and text')
  return [Math.round(at * 1000), text]
}

const infinite: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
}

function point(value: unknown): { at: number; value: number } {
  const [at, text] = pair(value)
  const number = Object.hasOwn(infinite, text) ? infinite[text] : Number(text)
  if (number === undefined || (Number.isNaN(number) && text !== 'NaN'))
    throw unreadable('a value is no number')
  return { at, value: number }
}
