import type { Clock } from '../../../lib/clock.ts'
import type { Window } from '../../signals/signal-store.ts'
import { boundedText } from './bounded-text.ts'
import {
  type Data,
  dataOf,
  PrometheusError,
  type PrometheusSeries,
  type PrometheusValue,
  unreadable,
  valueIn,
} from './query-answer.ts'
import { timed } from './timed.ts'

/**
 * Asks a Prometheus that is there already, or what speaks its HTTP API (prometheus.io/docs/prometheus/latest/querying/api):
 * Thanos, Mimir, VictoriaMetrics. Nothing is kept; every answer is bounded in bytes and time.
 */
export interface PrometheusQueries {
  /** An expression's value at one time, now by default. @throws PrometheusError */
  query(expression: string, at?: number): Promise<PrometheusValue>
  /** An expression's values in a window, ends included. @throws PrometheusError */
  queryRange(expression: string, window: Window, stepMs: number): Promise<PrometheusSeries[]>
  /** Version of the server; tells whether it is there. @throws PrometheusError */
  version(): Promise<string>
}

export interface PrometheusServer {
  /** Such as `http://prometheus:9090`, with the path before `/api` when there is one. */
  url: string
  /** Such as `Authorization` or `X-Scope-OrgID`; asked for at each call, so that a token can be exchanged. */
  headers?: () => Readonly<Record<string, string>>
  /** 30 s by default. */
  timeoutMs?: number
  /** Bytes of one answer; 32 MiB by default. */
  bodyBytes?: number
}

/** Prometheus' own limit of points in a series of one answer. */
const mostPoints = 11_000

export function createPrometheusQueries(
  server: PrometheusServer,
  network: { clock: Clock; fetch: typeof globalThis.fetch },
): PrometheusQueries {
  const { clock } = network
  const { url, headers, timeoutMs = 30_000, bodyBytes = 32 << 20 } = server
  const base = url.endsWith('/') ? url.slice(0, -1) : url
  const call = (path: string, request: RequestInit): Promise<Data> =>
    timed(clock, timeoutMs + 1000, undefined, async signal => {
      const response = await network.fetch(`${base}/api/v1/${path}`, {
        ...request,
        headers: { ...headers?.() },
        signal,
      })
      return dataOf(response.status, await boundedText(response, bodyBytes))
    })
  const ask = async (path: string, parameters?: Readonly<Record<string, string>>): Promise<Data> => {
    const body = new URLSearchParams({ ...parameters, timeout: `${timeoutMs}ms` })
    try {
      // With parameters in the body an expression may be as long as it wants.
      return await call(path, parameters ? { method: 'POST', body } : {})
    } catch (error) {
      if (error instanceof PrometheusError) throw error
      const { message, cause } = error as Error
      const why = cause instanceof Error ? cause.message : message
      throw new PrometheusError('unreachable', `prometheus at ${hostOf(url)} did not answer: ${why}`, {
        retryable: true,
        cause: error,
      })
    }
  }
  return {
    async query(expression, at) {
      return valueIn(await ask('query', { query: expression, time: seconds(at ?? clock.now()) }))
    },
    async queryRange(expression, { from, to }, stepMs) {
      if (!(stepMs > 0) || (to - from) / stepMs > mostPoints)
        throw new PrometheusError(
          'bad_data',
          `more than ${mostPoints} points a series; ask for a larger step`,
          {
            retryable: false,
          },
        )
      const range = { start: seconds(from), end: seconds(to), step: seconds(stepMs) }
      const value = valueIn(await ask('query_range', { query: expression, ...range }))
      if (value.type !== 'matrix') throw unreadable('a range of it is no matrix')
      return value.series
    },
    async version() {
      const { version } = await ask('status/buildinfo')
      return typeof version === 'string' ? version : ''
    },
  }
}

const seconds = (ms: number): string => String(ms / 1000)
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'a malformed URL')
