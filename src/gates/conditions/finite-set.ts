import { seededRandom } from '../../lib/random.ts'

/**
 * Paired test on a finite test set, asked in random order without replacement (Waudby-Smith and Ramdas, "Confidence
 * sequences for sampling without replacement", NeurIPS 2020). The claim is about this set only, so it needs far fewer
 * rows than a claim about all future inputs: what has been asked tells what the rest must be like. Under the null
 * hypothesis "the mean of the set is at most m" the next difference has mean at most
 * `m_t = (N m - sum so far) / (rows left)`, against which 25 gamblers bet.
 * The order must be `seededOrder` of a recorded seed that was fixed before the first answer; without it nothing is guaranteed.
 */
export interface FiniteSetResult {
  /** `ln E` after all the differences given. */
  logE: number
  /** Rows after which `logE` first reached `ln(1/alpha)`; undefined when it did not. */
  rejectedAt: number | undefined
}

/**
 * @param differences in [-1, 1], in the seeded order: stable - candidate to show a regression (m = 0), candidate - stable
 *   to show it is no worse by a margin (m = -margin)
 * @param size rows of the whole set, at least as many as differences
 */
export function testFiniteSet(
  differences: readonly number[],
  { size, m, alpha }: { size: number; m: number; alpha: number },
): FiniteSetResult {
  if (differences.length > size)
    throw new RangeError(`a set of ${size} rows can not give ${differences.length} differences`)
  const capitals = stakes.map(() => 0)
  const threshold = Math.log(1 / alpha)
  let sum = 0
  let rejectedAt: number | undefined
  for (const [i, difference] of differences.entries()) {
    if (!(difference >= -1 && difference <= 1))
      throw new RangeError(`a difference must lie in [-1, 1], not ${difference}`)
    const mean = (size * m - sum) / (size - i)
    for (const [g, stake] of stakes.entries())
      capitals[g] = (capitals[g] ?? 0) + logWin(stake, difference, mean)
    sum += difference
    if (rejectedAt === undefined && logMean(capitals) >= threshold) rejectedAt = i + 1
  }
  return { logE: logMean(capitals), rejectedAt }
}

/** The numbers 0 to size - 1 in the random order that belongs to this seed (Fisher-Yates). */
export function seededOrder(size: number, seed: number): number[] {
  const random = seededRandom(seed)
  const order = Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const moved = order[i] ?? i
    order[i] = order[j] ?? j
    order[j] = moved
  }
  return order
}

const stakes: readonly number[] = Array.from({ length: 25 }, (_, g) => 0.01 * 95 ** (g / 24))

function logWin(stake: number, difference: number, mean: number): number {
  // All that is left would have to lie at -1 or below: the first value above contradicts the null for good.
  if (mean <= -1) return difference > mean ? Number.POSITIVE_INFINITY : 0
  return Math.log1p((stake / (1 + mean)) * (difference - mean))
}

function logMean(logs: readonly number[]): number {
  const most = Math.max(...logs)
  if (!Number.isFinite(most)) return most
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length)
}
