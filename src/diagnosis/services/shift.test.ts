import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kindOf, type MetricKind } from './metric-kind.ts'
import type { Series } from './series.ts'
import { rankAveraged, type Shift, shiftOf } from './shift.ts'

const ONSET = 1_000_000
const seriesWith = (
  values: readonly number[],
  before: number,
  kind: MetricKind = 'other',
  floor = 0,
): Series => ({
  ...{ service: 'cart', name: kind, kind, source: 'metrics/cart.csv' },
  unit: { floor, text: String },
  at: Float64Array.from(values, (_, row) => ONSET + (row - before) * 1_000),
  values: Float64Array.from(values),
})

const levels = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 30, maxLength: 60 })

test('another scale gives the same scores', () => {
  fc.assert(
    fc.property(levels, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, factor) => {
      const one = shiftOf(seriesWith(values, 15), ONSET)
      const other = shiftOf(
        seriesWith(
          values.map(value => value * factor),
          15,
        ),
        ONSET,
      )
      expect(other?.spreads).toBeCloseTo(one?.spreads ?? Number.NaN, 5)
      expect(other?.peak).toBeCloseTo(one?.peak ?? Number.NaN, 5)
    }),
  )
})

test('another level gives the same departure, and scores that are never larger for a higher one', () => {
  fc.assert(
    fc.property(levels, fc.double({ min: 1, max: 1_000, noNaN: true }), (values, level) => {
      const one = shiftOf(seriesWith(values, 15), ONSET)
      const other = shiftOf(
        seriesWith(
          values.map(value => value + level),
          15,
        ),
        ONSET,
      )
      expect(other?.by).toBeCloseTo(one?.by ?? Number.NaN, 5)
      expect(other?.spreads).toBeLessThanOrEqual((one?.spreads ?? 0) + 1e-9)
    }),
  )
})

test('no numbers, gaps and constants give no NaN', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, -0, 1e-300, 1e300))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), fc.nat(40), (values, before) => {
      const shift = shiftOf(seriesWith(values, before), ONSET)
      if (shift) for (const score of [shift.by, shift.spreads, shift.peak]) expect(score).not.toBeNaN()
    }),
  )
})

test('what gets better is no symptom', () => {
  const falling = [...Array<number>(20).fill(10), ...Array<number>(20).fill(1)]
  expect(shiftOf(seriesWith(falling, 20, 'errors'), ONSET)).toMatchObject({ by: 0, spreads: 0, peak: 0 })
  expect(shiftOf(seriesWith(falling, 20, 'availability'), ONSET)?.by).toBe(9)
})

test('a metric that hardly moves counts for nothing, however steady it was', () => {
  const steady = [...Array<number>(20).fill(10), ...Array<number>(20).fill(12)]
  expect(shiftOf(seriesWith(steady, 20, 'cpu', 5), ONSET)?.spreads).toBe(0)
  expect(shiftOf(seriesWith(steady, 20, 'cpu', 1), ONSET)?.spreads).toBeGreaterThan(3)
})

test('a symptom that was there before the onset did not begin with it', () => {
  const rows = [...Array<number>(30).fill(1), 5, 5, 5, 5]
  expect(shiftOf(seriesWith(rows, 32, 'latency'), ONSET)?.by).toBe(0)
  expect(shiftOf(seriesWith(rows, 31, 'latency'), ONSET)?.by).toBe(4)
})

test('ranks by both scores', () => {
  const shift = (spreads: number, peak: number): Shift => ({
    ...{ series: seriesWith([], 0), before: 0, after: 0, by: 0, rows: 0 },
    ...{ spreads, peak },
  })
  const [first, second, last] = [shift(9, 9), shift(9, 3), shift(1, 1)]
  const ranks = rankAveraged([last, second, first])
  const rankOf = (of: Shift) => ranks.get(of) ?? Number.NaN
  expect(rankOf(first)).toBeGreaterThan(rankOf(second))
  expect(rankOf(second)).toBeGreaterThan(rankOf(last))
})

test.each([
  ['request_error_rate', 'errors'],
  ['requests', 'requests'],
  ['latency_p99', 'latency'],
  ['p95', 'latency'],
  ['success_rate', 'availability'],
  ['dbCpuUtilization', 'cpu'],
  ['node_cpu', 'other'],
  ['client_latency_p90', 'other'],
  ['queue_depth', 'saturation'],
  ['colour', 'other'],
])('%s measures %s', (name, kind) => {
  expect(kindOf(name)).toBe(kind)
})
