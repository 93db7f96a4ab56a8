import type { GuardResult, TokenBuckets } from '../../telemetry/telemetry.ts'
import { metricTable } from './metric-table.ts'

/** Counts of one histogram under one set of labels. */
export class HistogramCounts {
  readonly bounds: readonly number[]
  /** Per bucket, not cumulative; the last is for what is beyond every bound. */
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(value: number, times = 1): void {
    const { bounds, counts } = this
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (value <= (bounds[middle] as number)) high = middle
      else low = middle + 1
    }
    counts[low] = (counts[low] as number) + times
    this.sum += value * times
  }
}

/** Everything counted of calls that are alike in operation, provider, model, namespace, route and arm. */
export class Series {
  readonly labels: readonly string[]
  readonly inputTokens = new HistogramCounts(metricTable.inputTokens.buckets)
  readonly outputTokens = new HistogramCounts(metricTable.outputTokens.buckets)
  readonly firstChunk = new HistogramCounts(metricTable.firstChunk.buckets)
  readonly perChunk = new HistogramCounts(metricTable.perChunk.buckets)
  readonly serverFirstToken = new HistogramCounts(metricTable.serverFirstToken.buckets)
  readonly serverPerToken = new HistogramCounts(metricTable.serverPerToken.buckets)
  /** By error; the empty one is of answered calls. */
  readonly durations = new Map<string, HistogramCounts>()
  readonly serverDurations = new Map<string, HistogramCounts>()
  readonly tokens: Record<keyof TokenBuckets, number> = {
    input: 0,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWriteLong: 0,
    inputAudio: 0,
    output: 0,
    reasoning: 0,
    outputAudio: 0,
  }
  readonly sources = { provider: 0, estimated: 0, none: 0 }
  readonly cache = { hit: 0, miss: 0 }
  readonly guards: { result: GuardResult; last: GuardResult; count: number }[] = []
  costUsd = 0
  unpriced = 0
  savedUsd = 0

  constructor(labels: readonly string[]) {
    this.labels = labels
  }

  duration(error: string): HistogramCounts {
    return this.durations.get(error) ?? byError(this.durations, error)
  }

  serverDuration(error: string): HistogramCounts {
    return this.serverDurations.get(error) ?? byError(this.serverDurations, error)
  }

  addTokens(usage: TokenBuckets): void {
    const { tokens } = this
    tokens.input += usage.input
    tokens.cacheRead += usage.cacheRead
    tokens.cacheWrite += usage.cacheWrite
    tokens.cacheWriteLong += usage.cacheWriteLong ?? 0
    tokens.inputAudio += usage.inputAudio
    tokens.output += usage.output
    tokens.reasoning += usage.reasoning
    tokens.outputAudio += usage.outputAudio
  }

  countSource(source: 'provider' | 'estimated' | 'none'): void {
    this.sources[source]++
  }

  countCache(what: 'hit' | 'miss', savedUsd: number): void {
    this.cache[what]++
    this.savedUsd += savedUsd
  }

  /** A route has a handful of rules: looking through them is quicker than a key made of five names. */
  countGuard(result: GuardResult): void {
    // Rules that found nothing say so with the same object every time.
    for (const entry of this.guards)
      if (entry.last === result) {
        entry.count++
        return
      }
    for (const entry of this.guards) {
      const { rule, guardrail, zone, verdict, action } = entry.result
      if (
        rule === result.rule &&
        guardrail === result.guardrail &&
        zone === result.zone &&
        verdict === result.verdict &&
        action === result.action
      ) {
        entry.last = result
        entry.count++
        return
      }
    }
    if (this.guards.length < maxGuards)
      this.guards.push({ result: labelsOnly(result), last: result, count: 1 })
  }
}

/** Different results of rules told of one route. */
const maxGuards = 200
/** Different errors told of one series; there are some twenty classes. */
const maxErrors = 50
/** Stands for every name beyond a bound. */
const other = '_other'
const separator = '\u0000'

function byError(durations: Map<string, HistogramCounts>, error: string): HistogramCounts {
  const name = durations.size < maxErrors ? error : other
  const known = durations.get(name)
  if (known) return known
  const counts = new HistogramCounts(metricTable.duration.buckets)
  durations.set(name, counts)
  return counts
}

const labelsOnly = ({ guardrail, rule, zone, verdict, action }: GuardResult): GuardResult => ({
  guardrail,
  rule,
  zone,
  verdict,
  action,
})

/** All series of this process, at most `maxSeries`; calls beyond are counted under `_other`. */
export class SeriesBook {
  readonly #max: number
  readonly #series = new Map<string, Series>()
  readonly #counters = new Map<string, { labels: string[]; count: number }>()

  constructor(max: number) {
    this.#max = max
  }

  series(
    operation: string,
    provider: string,
    model: string,
    namespace: string,
    route: string,
    arm: string,
  ): Series {
    const key = `${route}${separator}${model}${separator}${arm}${separator}${namespace}${separator}${provider}${separator}${operation}`
    return this.#series.get(key) ?? this.#add(key, [operation, provider, model, namespace, route, arm])
  }

  count(metric: 'refused' | 'attempts', ...labels: string[]): void {
    const key = `${metric}${separator}${labels.join(separator)}`
    const known = this.#counters.get(key)
    if (known) known.count++
    else if (this.#counters.size < this.#max) this.#counters.set(key, { labels, count: 1 })
    else if (!labels.every(label => label === other)) this.count(metric, ...labels.map(() => other))
    else this.#counters.set(key, { labels, count: 1 })
  }

  all(): Iterable<Series> {
    return this.#series.values()
  }

  counters(metric: 'refused' | 'attempts'): { labels: readonly string[]; count: number }[] {
    return [...this.#counters]
      .filter(([key]) => key.startsWith(`${metric}${separator}`))
      .map(([, counter]) => counter)
  }

  #add(key: string, labels: string[]): Series {
    if (this.#series.size >= this.#max) {
      const rest = this.#series.get(other) ?? new Series(labels.map(() => other))
      this.#series.set(other, rest)
      return rest
    }
    const series = new Series(labels)
    this.#series.set(key, series)
    return series
  }
}
