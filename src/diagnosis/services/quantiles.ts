/** The numbers in ascending order, without those that are none. */
export function ascending(values: Iterable<number>): Float64Array {
  return Float64Array.from(values)
    .filter(value => Number.isFinite(value))
    .sort()
}

/** Of numbers in ascending order, between two by linear interpolation; NaN when there is none. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share
  const low = sorted[Math.floor(position)] ?? Number.NaN
  const high = sorted[Math.ceil(position)] ?? Number.NaN
  return low + (high - low) * (position - Math.floor(position))
}

export const median = (values: Iterable<number>): number => quantile(ascending(values), 0.5)

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return values.length === 0 ? Number.NaN : sum / values.length
}

/**
 * Where a share lies that was seen as `count` of `of`, at 90 % (Wilson 1927); all from 0 to 1 when nothing was seen.
 */
export function shareBounds(count: number, of: number): { low: number; high: number } {
  if (of <= 0) return { low: 0, high: 1 }
  const z = 1.2816
  const share = Math.min(1, count / of)
  const centre = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of)
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
