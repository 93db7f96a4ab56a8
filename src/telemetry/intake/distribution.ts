import type { Distribution } from '../signals/signal.ts'

/** Buckets of exponential histograms, as in opentelemetry-proto's metrics.proto. */
export interface ExponentialBuckets {
  scale: number
  zeroCount: number
  zeroThreshold: number
  /** Bucket i counts values above base^(offset+i) and up to base^(offset+i+1), base being 2^(2^-scale). */
  positive: { offset: number; counts: readonly number[] }
  negative: { offset: number; counts: readonly number[] }
}

/** Bounds of one distribution; SDKs have 15 by default and exponential histograms 160. */
const mostBounds = 512

/** A distribution of explicit buckets, or undefined when bounds do not ascend or counts do not fit them. */
export function explicitDistribution(
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
  count: number,
): Distribution | undefined {
  if (counts.length === 0 && bounds.length === 0) return distribution([], [count], sum)
  // OpenMetrics says that the last bound is infinite, OTLP leaves it out.
  const finite = bounds.at(-1) === Number.POSITIVE_INFINITY ? bounds.slice(0, -1) : bounds
  if (counts.length !== finite.length + 1 || finite.length > mostBounds) return undefined
  return distribution(finite, counts, sum)
}

function distribution(
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): Distribution | undefined {
  for (let at = 0; at < bounds.length; at++) {
    const [bound = 0, before = Number.NEGATIVE_INFINITY] = [bounds[at], bounds[at - 1]]
    if (!Number.isFinite(bound) || bound <= before) return undefined
  }
  if (!counts.every(count => count >= 0 && Number.isFinite(count))) return undefined
  return { bounds, counts, sum: Number.isFinite(sum) ? sum : 0 }
}

/** Exponential buckets as explicit ones; neighbouring buckets are merged until they are few enough. */
export function exponentialDistribution(buckets: ExponentialBuckets, sum: number): Distribution | undefined {
  const { scale, zeroCount, zeroThreshold } = buckets
  if (!(scale >= -10 && scale <= 20) || !(zeroThreshold >= 0)) return undefined
  const edges = new Map<number, number>()
  /** Counts of what lies up to a bound; the bound below it must be there too. */
  const add = (below: number, upTo: number, count: number) => {
    if (count === 0) return
    if (!edges.has(below)) edges.set(below, 0)
    edges.set(upTo, (edges.get(upTo) ?? 0) + count)
  }
  const limit = mostBounds / 2 - 2
  for (const [side, sign] of [
    [buckets.positive, 1],
    [buckets.negative, -1],
  ] as const) {
    // Merging two neighbours lowers the scale by one (OpenTelemetry data model, "perfect subsetting").
    let merges = 0
    while (side.counts.length > limit * 2 ** merges) merges++
    const base = 2 ** -(scale - merges)
    for (const [at, count] of side.counts.entries()) {
      const index = Math.floor((side.offset + at) / 2 ** merges)
      const low = clamp(2 ** (index * base))
      const high = clamp(2 ** ((index + 1) * base))
      if (sign > 0) add(low, high, count)
      else add(-high, -low, count)
    }
  }
  if (zeroCount > 0) add(-zeroThreshold, zeroThreshold, zeroCount)
  const bounds = [...edges.keys()].sort((a, b) => a - b)
  return distribution(bounds, [...bounds.map(bound => edges.get(bound) ?? 0), 0], sum)
}

const clamp = (bound: number): number => Math.min(Math.max(bound, Number.MIN_VALUE), Number.MAX_VALUE)

/** Observations in all buckets. */
export const totalOf = (distribution: Distribution): number =>
  distribution.counts.reduce((total, count) => total + count, 0)
