/**
 * A histogram that forgets: a sample counts half as much for each half-life that it is older, in buckets that grow by
 * 5 %, as the Vertical Pod Autoscaler keeps usage (kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/util
 * decaying_histogram.go and model/aggregations_config.go: CPU from 0.01 cores, half-life 24 h).
 */
export interface DecayingHistogram {
  add(at: number, value: number): void
  /** The upper end of the bucket below which this share of the weight lies; 0 when it is empty. */
  quantile(share: number): number
}

export const halfLifeMs = 24 * 3_600_000
const ratio = 1.05

/** @param first width of the first bucket, in the unit of the values */
export function decayingHistogram(first: number, halfLife: number = halfLifeMs): DecayingHistogram {
  const weights = new Map<number, number>()
  let reference: number | undefined
  /** Widths grow from `first` by `ratio`: bucket n begins at first (ratio^n - 1) / (ratio - 1). */
  const bucketOf = (value: number): number =>
    value < first ? 0 : Math.floor(Math.log(1 + (value * (ratio - 1)) / first) / Math.log(ratio))
  const endOf = (bucket: number): number => (first * (ratio ** (bucket + 1) - 1)) / (ratio - 1)
  return {
    add(at, value) {
      reference ??= at
      const age = (at - reference) / halfLife
      if (Math.abs(age) > 500) {
        // Weights would leave the range of numbers: count from here on.
        for (const [bucket, weight] of weights) weights.set(bucket, weight * 2 ** -age)
        reference = at
      }
      const bucket = bucketOf(value)
      weights.set(bucket, (weights.get(bucket) ?? 0) + 2 ** ((at - reference) / halfLife))
    },
    quantile(share) {
      const ordered = [...weights].sort(([a], [b]) => a - b)
      const total = ordered.reduce((sum, [, weight]) => sum + weight, 0)
      let reached = 0
      for (const [bucket, weight] of ordered) {
        reached += weight
        if (reached >= share * total * (1 - 1e-12)) return endOf(bucket)
      }
      return 0
    },
  }
}
