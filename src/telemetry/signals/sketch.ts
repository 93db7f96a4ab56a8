/**
 * Latency that survives the deletion of spans: counts in logarithmic buckets, so that sketches of minutes, instances
 * and operations merge by adding counts and a quantile is off by at most `relativeError` of its value
 * (DDSketch: Masson, Rim and Lee, VLDB 2019). Databases keep one row a bucket; the bucket alone is computed here.
 */
export const relativeError = 0.02

/** Bucket i holds what is above γ^(i-1) and at most γ^i microseconds. */
const gamma = (1 + relativeError) / (1 - relativeError)
const logGamma = Math.log(gamma)

/** Bucket of a duration in whole microseconds; all up to one microsecond are one. */
export const bucketOf = (microseconds: number): number =>
  Math.ceil(Math.log(Math.max(1, microseconds)) / logGamma - 1e-9)

/** The same in SQL, of a column in microseconds. */
export const bucketSql = (column: string): string =>
  `cast(ceil(ln(greatest(1, ${column})) / ${logGamma} - 1e-9) as integer)`

/** The value in milliseconds with the least relative error to everything in the bucket. */
export const bucketMs = (bucket: number): number => (2 * gamma ** bucket) / (gamma + 1) / 1000

/** Rank of a quantile among n values, from 1: the smallest value that at least that share does not exceed. */
export const rankOf = (quantile: number, n: number): number => Math.max(1, Math.ceil(quantile * n - 1e-9))

/** Counts by bucket. */
export class Sketch {
  readonly counts = new Map<number, number>()
  total = 0

  add(microseconds: number, times = 1): void {
    this.addBucket(bucketOf(microseconds), times)
  }

  addBucket(bucket: number, times: number): void {
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + times)
    this.total += times
  }

  merge(other: Sketch): void {
    for (const [bucket, times] of other.counts) this.addBucket(bucket, times)
  }

  /** In milliseconds; 0 of nothing. */
  quantile(quantile: number): number {
    const rank = rankOf(quantile, this.total)
    let reached = 0
    for (const [bucket, times] of [...this.counts].sort(([a], [b]) => a - b)) {
      reached += times
      if (reached >= rank) return bucketMs(bucket)
    }
    return 0
  }
}
