import type { Measure } from './measures.ts'

/** Values of one measure in the order of time. */
export interface Points {
  at: readonly number[]
  values: readonly number[]
}

export interface Shift {
  /** When the first call after it was asked; milliseconds since the epoch. */
  at: number
  /** Means of shares and scores, medians of amounts. */
  before: number
  after: number
  countBefore: number
  countAfter: number
  /** Standard errors between the sides. */
  z: number
}

/** Calls on each side without which nothing is said. */
const fewest = 20
/** Of the best of all splits; under no change about one series of 1,000 reaches it (maximum over splits, n to 20,000). */
const surely = 4.8

/**
 * The split of a series after which a measure is worse, if it is so surely and by enough: the split with the largest
 * standardised difference of mean ranks (A. N. Pettitt, "A Non-parametric Approach to the Change-point Problem", 1979;
 * ties share their mean rank). Robust to outliers and to any shape of values.
 */
export function shiftIn(
  { at, values }: Points,
  measure: Pick<Measure, 'share' | 'worse' | 'least'>,
): Shift | undefined {
  const count = values.length
  if (count < 2 * fewest) return undefined
  const ranks = ranksOf(values)
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const mean = total / count
  const variance = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / (count - 1)
  if (variance === 0) return undefined
  const sign = measure.worse === 'up' ? 1 : -1
  let [sum, best, split] = [0, 0, 0]
  for (let i = 1; i <= count - fewest; i++) {
    sum += ranks[i - 1] ?? 0
    // Calls of one moment are not divided.
    if (i < fewest || at[i] === at[i - 1]) continue
    const difference = (total - sum) / (count - i) - sum / i
    const z = (sign * difference) / Math.sqrt((variance * count) / (i * (count - i)))
    if (z > best) [best, split] = [z, i]
  }
  if (best < surely) return undefined
  return enough(compared(values.slice(0, split), values.slice(split), measure), measure, at[split] ?? 0, best)
}

/**
 * Whether one group of calls is surely and by enough worse than another, by mean ranks (the test of Wilcoxon, Mann and
 * Whitney with ties).
 */
export function differenceOf(
  before: Points,
  after: Points,
  measure: Parameters<typeof shiftIn>[1],
): Shift | undefined {
  const [m, n] = [before.values.length, after.values.length]
  if (m < fewest || n < fewest) return undefined
  const ranks = ranksOf([...before.values, ...after.values])
  const mean = (m + n + 1) / 2
  const variance = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / (m + n - 1)
  if (variance === 0) return undefined
  const sum = ranks.subarray(0, m).reduce((total, rank) => total + rank, 0)
  const difference = ((m + n) * mean - sum) / n - sum / m
  const z = ((measure.worse === 'up' ? 1 : -1) * difference) / Math.sqrt((variance * (m + n)) / (m * n))
  if (z < surely) return undefined
  return enough(compared(before.values, after.values, measure), measure, after.at[0] ?? 0, z)
}

/** Both sides in one figure each. */
function compared(
  before: readonly number[],
  after: readonly number[],
  { share, least }: Pick<Measure, 'share' | 'least'>,
): Pick<Shift, 'before' | 'after' | 'countBefore' | 'countAfter'> {
  // Scores crowd at their ends, where medians do not move.
  const middle = share || least.by < 1 ? mean : median
  return {
    before: middle(before),
    after: middle(after),
    countBefore: before.length,
    countAfter: after.length,
  }
}

function enough(
  sides: ReturnType<typeof compared>,
  { share, worse, least }: Pick<Measure, 'share' | 'worse' | 'least'>,
  at: number,
  z: number,
): Shift | undefined {
  const { before, after } = sides
  const by = worse === 'up' ? after - before : before - after
  const [low, high] = worse === 'up' ? [before, after] : [after, before]
  const times = low > 0 ? high / low : Number.POSITIVE_INFINITY
  if (by < least.by || (times < least.times && !(share && by >= 0.2))) return undefined
  return { at, ...sides, z }
}

/** Ranks from 1; equal values share their mean rank. */
function ranksOf(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && values[order[j] ?? 0] === values[order[i] ?? 0]) j++
    for (let k = i; k < j; k++) ranks[order[k] ?? 0] = (i + 1 + j) / 2
    i = j
  }
  return ranks
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}
