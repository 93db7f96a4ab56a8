import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { belowShareLogE, shareInterval } from './beta-binomial.ts'
import { expectedStop, logE, observeBet, startBetting } from './betting.ts'
import { errorShareLogE, observeEvent, startErrorShare } from './error-share.ts'

interface Reference {
  bet_mix: { D: number[]; m: number; log_capital: number[]; m_minus_005: number[] }
  betabinom_lower_tail: { S: number; F: number; p0: number; logE: number }[]
  betabinom_cs_alpha05_prior_half: { S: number; F: number; lower: number; upper: number }[]
  error_share: { is_canary: number[]; w: number[]; logE: number[] }
}

const file = sharedData('stats', 'stat-reference.json')
const reference = (): Reference => JSON.parse(readFileSync(file ?? '', 'utf8'))

needs('shared data', file)('the betting test gives the reference values to 1e-8', () => {
  const { D, log_capital, m_minus_005 } = reference().bet_mix
  const regression = startBetting()
  const nonInferior = startBetting()
  D.forEach((d, i) => {
    observeBet(regression, d, 0)
    observeBet(nonInferior, -d, -0.05)
    expect(logE(regression)).toBeCloseTo(log_capital[i] ?? Number.NaN, 8)
    expect(logE(nonInferior)).toBeCloseTo(m_minus_005[i] ?? Number.NaN, 8)
  })
})

needs('shared data', file)('the error share test gives the reference values to 1e-8', () => {
  const { is_canary, w, logE: expected } = reference().error_share
  const state = startErrorShare()
  is_canary.forEach((x, i) => {
    observeEvent(state, x === 1, w[i] ?? Number.NaN)
    expect(errorShareLogE(state)).toBeCloseTo(expected[i] ?? Number.NaN, 8)
  })
})

needs('shared data', file)('the beta-binomial test gives the reference values to 1e-8', () => {
  for (const { S, F, p0, logE: expected } of reference().betabinom_lower_tail)
    expect(belowShareLogE({ good: S, bad: F }, p0)).toBeCloseTo(expected, 8)
})

needs('shared data', file)('the confidence sequence gives the reference intervals to 1e-7', () => {
  for (const { S, F, lower, upper } of reference().betabinom_cs_alpha05_prior_half) {
    const interval = shareInterval({ good: S, bad: F }, 0.05)
    expect(interval.lower).toBeCloseTo(lower, 7)
    expect(interval.upper).toBeCloseTo(upper, 7)
  }
})

test('the expected stop is ln(1/alpha) / g of the published scenarios', () => {
  const passFail = (r: number, i: number) => [
    { value: 1, probability: r },
    { value: -1, probability: i },
    { value: 0, probability: 1 - r - i },
  ]
  for (const [r, i, oracle] of [
    [0.06, 0.01, 151],
    [0.1, 0.05, 353],
    [0.15, 0.1, 595],
    [0.12, 0.02, 76],
    [0.9 * 0.15, 0.1 * 0.85, 523],
    [0.95 * 0.1, 0.05 * 0.9, 328],
  ] as const)
    expect(Math.round(expectedStop(passFail(r, i), { m: 0, alpha: 0.05 }))).toBeCloseTo(oracle, -1)
  expect(expectedStop(passFail(0.05, 0.05), { m: 0, alpha: 0.05 })).toBe(Number.POSITIVE_INFINITY)
})
