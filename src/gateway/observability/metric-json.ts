import {
  callLabels,
  labelName,
  type MetricKey,
  type MetricRow,
  metricTable,
  prometheusName,
} from './metric-table.ts'
import type { Convention } from './names.ts'
import type { HistogramCounts, Series, SeriesBook } from './series.ts'

/** A metric as prom-client tells it as JSON: the form in which several processes' counts are joined. */
export interface MetricJson {
  name: string
  help: string
  type: string
  aggregator: string
  values: { metricName?: string; labels: Record<string, string | number>; value: number }[]
}

/** Everything counted, and gauges as they stand now. */
export function metricsJson(
  book: SeriesBook,
  gauges: Partial<Record<MetricKey, number>>,
  convention: Convention,
): MetricJson[] {
  const metrics = new Map<string, MetricJson>()
  const metric = (key: MetricKey): MetricJson => {
    const name = prometheusName(key, convention)
    const known = metrics.get(name)
    if (known) return known
    const { help, type, join = 'sum' }: MetricRow = metricTable[key]
    const made: MetricJson = { name, help, type, aggregator: join, values: [] }
    metrics.set(name, made)
    return made
  }
  // In the order of the table, and each there before its first value: a dashboard finds it at once.
  for (const key of Object.keys(metricTable) as MetricKey[]) metric(key)
  for (const series of book.all()) addSeries(series, metric, convention)
  for (const key of ['refused', 'attempts'] as const)
    for (const { labels, count } of book.counters(key))
      metric(key).values.push({ labels: named(metricTable[key].labels, labels), value: count })
  for (const [key, value] of Object.entries(gauges) as [MetricKey, number][])
    metric(key).values.push({ labels: {}, value })
  return [...metrics.values()]
}

const named = (names: readonly string[], values: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name, i) => (values[i] ? [[labelName(name), values[i]]] : [])))

function addSeries(series: Series, metric: (key: MetricKey) => MetricJson, convention: Convention): void {
  const labels = named(callLabels, series.labels)
  const count = (key: MetricKey, value: number, extra: Record<string, string> = {}): void => {
    if (value > 0) metric(key).values.push({ labels: { ...labels, ...extra }, value })
  }
  const histogram = (key: MetricKey, counts: HistogramCounts, extra: Record<string, string> = {}): void =>
    addHistogram(metric(key), counts, { ...labels, ...extra })
  const tokenType = (type: string) => (convention === '1.41.1' ? { gen_ai_token_type: type } : {})
  for (const [error, counts] of series.durations) histogram('duration', counts, errorLabel(error))
  for (const [error, counts] of series.serverDurations) histogram('serverDuration', counts, errorLabel(error))
  histogram('inputTokens', series.inputTokens, tokenType('input'))
  histogram('outputTokens', series.outputTokens, tokenType('output'))
  for (const key of ['firstChunk', 'perChunk', 'serverFirstToken', 'serverPerToken'] as const)
    histogram(key, series[key])
  for (const [bucket, value] of Object.entries(series.tokens))
    count('tokens', value, { keelway_token_bucket: bucket })
  for (const [source, value] of Object.entries(series.sources))
    count('usageSource', value, { keelway_usage_source: source })
  for (const [what, value] of Object.entries(series.cache)) count('cache', value, { keelway_cache: what })
  count('cost', series.costUsd)
  count('unpriced', series.unpriced)
  count('saved', series.savedUsd)
  const [, , , namespace = '', route = ''] = series.labels
  for (const { result, count: value } of series.guards) {
    const { guardrail, rule, zone, verdict, action } = result
    metric('guards').values.push({
      labels: named(metricTable.guards.labels, [namespace, route, guardrail, rule, zone, verdict, action]),
      value,
    })
  }
}

const errorLabel = (error: string): Record<string, string> => (error === '' ? {} : { error_type: error })

function addHistogram(
  { name, values }: MetricJson,
  { bounds, counts, sum }: HistogramCounts,
  labels: Record<string, string>,
): void {
  let total = 0
  const cumulative = Array.from(counts, count => {
    total += count
    return total
  })
  if (total === 0) return
  cumulative.forEach((value, i) => {
    values.push({ metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? '+Inf' }, value })
  })
  values.push({ metricName: `${name}_sum`, labels, value: sum })
  values.push({ metricName: `${name}_count`, labels, value: total })
}
