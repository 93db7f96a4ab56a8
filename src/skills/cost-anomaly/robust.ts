/** How far a cost is from what is usual, in words of robust statistics. */
export interface Deviation {
  usual: number
  /** Spread of usual costs, as a standard deviation. */
  spread: number
  /** Spreads above usual. */
  score: number
}

/** Makes the median absolute deviation a standard deviation where values are normal. */
const normal = 1.4826
/** Costs that never varied may vary by this share. */
const leastSpread = 0.05

/**
 * Median and median absolute deviation of past costs (Hampel's identifier: Davies and Gather 1993), so that one dear
 * day among them does not hide the next. The spread is at least 5 % of the usual cost.
 */
export function deviationOf(cost: number, past: readonly number[]): Deviation {
  const usual = median(past)
  const spread = Math.max(normal * median(past.map(one => Math.abs(one - usual))), leastSpread * usual)
  const score = spread > 0 ? (cost - usual) / spread : cost > usual ? Number.POSITIVE_INFINITY : 0
  return { usual, spread, score }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return sorted.length === 0 ? 0 : (low + high) / 2
}
