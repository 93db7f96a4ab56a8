import { logBeta, logIncompleteBeta } from './beta-function.ts'

/** Good and bad events seen so far. */
export interface Counts {
  good: number
  bad: number
}

/**
 * `ln E` against the null hypothesis "at least the share `p0` is good": for a service level, or for a quantile of
 * latency (good: at or under the limit, p0 = the quantile). The likelihood ratio of a uniform prior cut to
 * `p < p0` against p0: exact, valid at every look. At or above p0 it is at most 1.
 */
export function belowShareLogE({ good, bad }: Counts, p0: number): number {
  return (
    logBeta(1 + good, 1 + bad) +
    logIncompleteBeta(p0, 1 + good, 1 + bad) -
    Math.log(p0) -
    good * Math.log(p0) -
    bad * Math.log1p(-p0)
  )
}

/**
 * Interval that contains the true share of good events at all times at once with probability 1 - alpha: every p that
 * the beta-binomial likelihood ratio with prior Beta(1/2, 1/2) has not rejected (Robbins 1970).
 * Unlike intervals with a plugged-in variance it holds near 0 and 1 too.
 */
export function shareInterval({ good, bad }: Counts, alpha: number): { lower: number; upper: number } {
  const level = Math.log(1 / alpha)
  const evidence = logBeta(0.5 + good, 0.5 + bad) - logBeta(0.5, 0.5)
  const rejected = (p: number) => evidence - times(good, Math.log(p)) - times(bad, Math.log1p(-p)) >= level
  const total = good + bad
  if (total === 0) return { lower: 0, upper: 1 }
  const best = good / total
  return {
    lower: good === 0 ? 0 : edge(0, best, rejected),
    upper: bad === 0 ? 1 : edge(1, best, rejected),
  }
}

/** 0 · ln 0 = 0. */
const times = (count: number, log: number): number => (count === 0 ? 0 : count * log)

/** Bisection between a rejected and an accepted share. */
function edge(outside: number, inside: number, rejected: (p: number) => boolean): number {
  let [out, within] = [outside, inside]
  for (let i = 0; i < 60; i++) {
    const middle = (out + within) / 2
    if (rejected(middle)) out = middle
    else within = middle
  }
  return (out + within) / 2
}
