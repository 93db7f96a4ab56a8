import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { type MetricJson, metricsJson } from './metric-json.ts'
import type { MetricKey } from './metric-table.ts'
import { type Convention, inputTokensOf, operationOf, outputTokensOf, providerOf } from './names.ts'
import { SeriesBook } from './series.ts'

/** Values that are read when somebody asks, such as streams in progress. */
export type Gauges = Partial<Record<MetricKey, number>>

export interface Metrics {
  /** Counts a call; a few microseconds. `chunks` are the pieces its answer was streamed in. */
  observe(call: CallRecord, chunks?: number): void
  /** What this process counted, to be joined with that of others. */
  json(): Promise<MetricJson[]>
  /** The same in the text format of Prometheus (0.0.4). It holds no keys, prompts or answers. */
  text(): Promise<string>
}

/** Names of routes, models and errors come from configuration, but even so their number is bounded. */
const defaultMaxSeries = 2000
/** A model that runs in the gateway: the gateway is its server. */
const ownProvider = 'model'

/**
 * Counts calls by the names of `metric-table.ts`. Counting touches numbers in arrays that are found by one look-up;
 * names and labels are put together only when somebody asks.
 * @param processMetrics tells memory, CPU and event loop of this process too
 */
export function createMetrics(
  options: {
    convention?: Convention
    gauges?: () => Gauges
    processMetrics?: boolean
    maxSeries?: number
  } = {},
): Metrics {
  const { convention = '1.41.1', gauges = () => ({}), maxSeries = defaultMaxSeries } = options
  const book = new SeriesBook(maxSeries)
  const ofProcess = new Registry()
  if (options.processMetrics) collectDefaultMetrics({ register: ofProcess })
  const json = async (): Promise<MetricJson[]> => [
    ...metricsJson(book, gauges(), convention),
    ...((await ofProcess.getMetricsAsJSON()) as unknown as MetricJson[]),
  ]
  return {
    observe: (call, chunks = 0) => observe(book, call, chunks),
    json,
    text: async () => textOf([await json()]),
  }
}

/** One text for what several processes counted. */
export const textOf = (all: MetricJson[][]): Promise<string> => AggregatorRegistry.aggregate(all).metrics()

function observe(book: SeriesBook, call: CallRecord, chunks: number): void {
  const { namespace, route, error, firstByteMs, latencyMs, streamed } = call
  const series = book.series(operationOf(call), providerOf(call), call.model, namespace, route, call.arm)
  const seconds = latencyMs / 1000
  const own = call.provider === ownProvider
  series.duration(error ?? '').add(seconds)
  if (own) series.serverDuration(error ?? '').add(seconds)
  const output = outputTokensOf(call)
  const input = inputTokensOf(call)
  if (input !== undefined) series.inputTokens.add(input)
  if (output !== undefined) series.outputTokens.add(output)
  if (streamed && firstByteMs !== undefined) {
    series.firstChunk.add(firstByteMs / 1000)
    series.serverFirstToken.add(firstByteMs / 1000)
    const rest = Math.max(0, latencyMs - firstByteMs) / 1000
    if (chunks > 1) series.perChunk.add(rest / (chunks - 1), chunks - 1)
    if (output !== undefined && output > 1) series.serverPerToken.add(rest / (output - 1))
  }
  if (call.usage) series.addTokens(call.usage)
  series.countSource(call.usageSource)
  if (call.costUsd !== undefined) series.costUsd += call.costUsd
  else if (error === undefined) series.unpriced++
  if (call.cache !== undefined) series.countCache(call.cache, call.savedUsd ?? 0)
  if (error === 'budget_exceeded' || error === 'rate_limited') book.count('refused', namespace, route, error)
  if (call.attempts)
    for (const attempt of call.attempts)
      book.count('attempts', namespace, route, providerOf(attempt), attempt.model, attempt.error)
  if (call.guards) for (const guard of call.guards) series.countGuard(guard)
}
