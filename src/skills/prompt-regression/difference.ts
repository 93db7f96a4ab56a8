import { signTest } from '../../telemetry/drift/paired.ts'

/** How much lower a score became, with what chance explains of it. */
export interface ScoreDifference {
  before: number
  after: number
  /** Mean difference, and its 95 % confidence interval. */
  difference: number
  lower: number
  upper: number
  /** Probability of such a fall by chance. */
  p: number
  /** Pairs, or the smaller of both sides. */
  n: number
  paired: boolean
}

const z95 = 1.959964

/**
 * Of pairs that answer the same: mean difference with Student's interval, and the exact sign test, which asks nothing of
 * the form of scores (of right and wrong it is McNemar's test).
 */
export function pairedDifference(
  pairs: readonly { before: number; after: number }[],
): ScoreDifference | undefined {
  const n = pairs.length
  if (n < 2) return undefined
  const differences = pairs.map(({ before, after }) => after - before)
  const { mean, variance } = momentsOf(differences)
  const half = tQuantile(n - 1) * Math.sqrt(variance / n)
  return {
    before: momentsOf(pairs.map(({ before }) => before)).mean,
    after: momentsOf(pairs.map(({ after }) => after)).mean,
    difference: mean,
    lower: mean - half,
    upper: mean + half,
    p: signTest(differences, 'down').p,
    n,
    paired: true,
  }
}

/** Of two sides that answer different things: Welch's interval, and the normal tail of the same statistic. */
export function unpairedDifference(
  before: readonly number[],
  after: readonly number[],
): ScoreDifference | undefined {
  if (before.length < 2 || after.length < 2) return undefined
  const [a, b] = [momentsOf(before), momentsOf(after)]
  const [va, vb] = [a.variance / before.length, b.variance / after.length]
  const error = Math.sqrt(va + vb)
  const spread = va ** 2 / (before.length - 1) + vb ** 2 / (after.length - 1)
  const freedom = spread === 0 ? 1 : (va + vb) ** 2 / spread
  const mean = b.mean - a.mean
  const half = tQuantile(freedom) * error
  const p = error === 0 ? (mean < 0 ? 0 : 1) : lowerTail(mean / error)
  return {
    before: a.mean,
    after: b.mean,
    difference: mean,
    lower: mean - half,
    upper: mean + half,
    p,
    n: Math.min(before.length, after.length),
    paired: false,
  }
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: values.length > 1 ? squares / (values.length - 1) : 0 }
}

/** The 97.5 % quantile of Student's t by its expansion (Abramowitz and Stegun 26.7.5); within 1 % from 5 degrees on. */
export function tQuantile(freedom: number): number {
  const z = z95
  const g1 = (z ** 3 + z) / 4
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3
}

/** P(Z ≤ z) of the standard normal (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
export function lowerTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return z < 0 ? tail : 1 - tail
}
