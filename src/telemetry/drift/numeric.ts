import { kolmogorovTail } from './distributions.ts'

/** A statistic of two samples and the probability of as much by chance. */
export interface TestResult {
  effect: number
  p: number
}

/**
 * Two-sample Kolmogorov-Smirnov: the largest distance of the two distribution functions. p with Stephens' correction
 * for finite samples (Stephens 1970, as in Numerical Recipes 14.3), conservative where there are ties.
 */
export function kolmogorovSmirnov(reference: readonly number[], current: readonly number[]): TestResult {
  const [a, b] = [reference.toSorted(ascending), current.toSorted(ascending)]
  let effect = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < a.length && (a[i] ?? 0) <= value) i++
    while (j < b.length && (b[j] ?? 0) <= value) j++
    effect = Math.max(effect, Math.abs(i / a.length - j / b.length))
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length))
  return { effect, p: kolmogorovTail((root + 0.12 + 0.11 / root) * effect) }
}

/**
 * Wasserstein distance (earth mover's) in standard deviations of the reference.
 * @param reference not all equal
 */
export function wasserstein(reference: readonly number[], current: readonly number[]): number {
  const [a, b] = [reference.toSorted(ascending), current.toSorted(ascending)]
  const values = [...a, ...b].sort(ascending)
  let [i, j, distance] = [0, 0, 0]
  for (let k = 0; k + 1 < values.length; k++) {
    const value = values[k] ?? 0
    while (i < a.length && (a[i] ?? 0) <= value) i++
    while (j < b.length && (b[j] ?? 0) <= value) j++
    distance += Math.abs(i / a.length - j / b.length) * ((values[k + 1] ?? 0) - value)
  }
  return distance / deviation(a)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted(ascending)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

const ascending = (a: number, b: number): number => a - b
