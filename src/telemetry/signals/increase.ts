import type { Distribution, MetricPoint } from './signal.ts'

/** The newest point of a series. */
export interface SeriesState {
  at: number
  value: number
  distribution?: Distribution
}

/** What was added between the point before and this one. */
export interface Increase {
  /** Of a histogram how many values. */
  increase: number
  /** The time in which it was, in milliseconds. */
  coveredMs: number
  /** Of a histogram: by bucket, and the sum of the values. */
  counts?: readonly number[]
  sum?: number
}

/** A total whose beginning is not known to be recent says nothing of now. */
const recentMs = 600_000

/**
 * What a point adds: totals restart at 0 when their process does. Late points, older than the newest of their series,
 * add nothing, so that a batch that comes twice counts once. Histograms do not say whether they are totals: they are
 * not when they begin where the point before ended (OpenTelemetry metrics data model, temporality).
 * @returns undefined of gauges, and where nothing can be said
 */
export function increaseOf(before: SeriesState | undefined, point: MetricPoint): Increase | undefined {
  if (point.type === 'gauge') return undefined
  if (before && point.at <= before.at) return undefined
  const begin = point.start !== undefined && point.start < point.at ? point.start : undefined
  const afresh = begin !== undefined && (before ? begin >= before.at - 1 : point.at - begin <= recentMs)
  const coveredMs = point.at - (before?.at ?? begin ?? point.at)
  if (point.type === 'delta')
    return { increase: point.value, coveredMs: begin === undefined ? coveredMs : point.at - begin }
  if (point.type === 'histogram') {
    const { distribution } = point
    if (!distribution || (!before && !afresh)) return undefined
    return { ...addedValues(afresh ? undefined : before?.distribution, distribution), coveredMs }
  }
  if (!before) return afresh ? { increase: point.value, coveredMs } : undefined
  const reset = afresh || point.value < before.value
  return { increase: reset ? point.value : point.value - before.value, coveredMs }
}

/**
 * Buckets are compared by their bounds, because those of exponential histograms come and go. Where they are others now
 * and the total has grown, what was added is taken to be spread as all of it is.
 */
function addedValues(before: Distribution | undefined, now: Distribution): Omit<Increase, 'coveredMs'> {
  const grown = before === undefined ? undefined : total(now) - total(before)
  if (before === undefined || grown === undefined || grown < 0)
    return { counts: now.counts, increase: total(now), sum: now.sum }
  const old = new Map(bucketsOf(before, before.counts).map(({ lower, upper, n }) => [`${lower} ${upper}`, n]))
  const counts = now.counts.map((count, i) => {
    const key = `${i === 0 ? -Infinity : now.bounds[i - 1]} ${now.bounds[i] ?? Infinity}`
    const had = old.get(key) ?? 0
    old.delete(key)
    return count - had
  })
  const same = old.size === 0 && counts.every(count => count >= 0)
  const share = total(now) === 0 ? 0 : grown / total(now)
  return {
    counts: same ? counts : now.counts.map(count => count * share),
    increase: grown,
    sum: now.sum - before.sum,
  }
}

const total = ({ counts }: Distribution): number => counts.reduce((sum, count) => sum + count, 0)

/** How many values lie above `lower` and at most at `upper`. */
export interface ValueBucket {
  lower: number
  upper: number
  n: number
}

export function bucketsOf({ bounds }: Distribution, counts: readonly number[]): ValueBucket[] {
  return counts.flatMap((n, i) =>
    n === 0
      ? []
      : [{ lower: i === 0 ? -Infinity : (bounds[i - 1] ?? -Infinity), upper: bounds[i] ?? Infinity, n }],
  )
}

/** As PromQL's `histogram_quantile`: values lie evenly in their bucket, in the lowest from 0, in the highest at its bound. */
export function histogramQuantile(buckets: readonly ValueBucket[], quantile: number): number {
  const ordered = merged(buckets).sort((a, b) => a.upper - b.upper || a.lower - b.lower)
  const rank = quantile * ordered.reduce((sum, { n }) => sum + n, 0)
  let reached = 0
  for (const { lower, upper, n } of ordered) {
    if (reached + n >= rank) {
      if (upper === Infinity) return lower === -Infinity ? 0 : lower
      const from = lower === -Infinity ? Math.min(0, upper) : lower
      return from + (upper - from) * Math.max(0, (rank - reached) / n)
    }
    reached += n
  }
  return 0
}

/** Of several series: one bucket where they have the same. */
function merged(buckets: readonly ValueBucket[]): ValueBucket[] {
  const same = new Map<string, ValueBucket>()
  for (const { lower, upper, n } of buckets) {
    const found = same.get(`${lower} ${upper}`)
    if (found) found.n += n
    else same.set(`${lower} ${upper}`, { lower, upper, n })
  }
  return [...same.values()]
}
