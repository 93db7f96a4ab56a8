import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { histogramQuantile, type Increase, increaseOf, type SeriesState } from './increase.ts'
import type { MetricPoint } from './signal.ts'
import { minute, point, t0 } from './signal-store.fake.ts'

const histogram = (
  bounds: number[],
  counts: number[],
  at: number,
  given: Partial<MetricPoint> = {},
): MetricPoint => point('h', 0, { type: 'histogram', at, distribution: { bounds, counts, sum: 0 }, ...given })

function added(points: readonly MetricPoint[]): (Increase | undefined)[] {
  let before: SeriesState | undefined
  return points.map(one => {
    const increase = increaseOf(before, one)
    if (!before || one.at > before.at) before = one
    return increase
  })
}

describe('what a point adds', () => {
  test('sums to what was counted, whenever the process restarts and however often batches come', () => {
    const steps = fc.array(fc.record({ adds: fc.nat(100), restarts: fc.boolean(), again: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(steps, given => {
        let total = 0
        let start = t0
        let counted = 0
        const points: MetricPoint[] = []
        for (const [i, { adds, restarts, again }] of given.entries()) {
          const at = t0 + (i + 1) * 1000
          if (restarts) start = at - 500
          total = restarts ? adds : total + adds
          counted += adds
          points.push(point('c', total, { type: 'counter', at, start }))
          if (again) points.push(...points.slice(-2))
        }
        const sum = added(points).reduce((all, one) => all + (one?.increase ?? 0), 0)
        expect(sum).toBe(counted)
      }),
    )
  })

  test('is known of a young total only, when it is the first point', () => {
    const old = point('c', 1e6, { type: 'counter', start: t0 - 60 * minute })
    expect(added([old, point('c', 1e6 + 5, { type: 'counter', at: t0 + 1000 })])).toEqual([
      undefined,
      { increase: 5, coveredMs: 1000 },
    ])
    expect(added([point('c', 7, { type: 'counter', start: t0 - 1000 })])).toEqual([
      { increase: 7, coveredMs: 1000 },
    ])
  })

  test('of an exponential histogram is told although its buckets come and go', () => {
    const start = t0 - minute
    const found = added([
      histogram([1, 2], [0, 5, 0], t0, { start }),
      histogram([1, 2, 4, 8], [0, 6, 0, 3, 0], t0 + 1000, { start }),
      histogram([1, 4, 8], [0, 8, 4, 0], t0 + 2000, { start }),
    ])
    expect(found.map(one => one?.increase)).toEqual([5, 4, 3])
    expect(found[1]?.counts).toEqual([0, 1, 0, 3, 0])
    expect(found[2]?.counts).toEqual([0, 2, 1, 0])
  })

  test('is nothing when the point is a gauge or late', () => {
    expect(added([point('g', 1), point('g', 2, { at: t0 + 1 })])).toEqual([undefined, undefined])
    const late = [point('c', 9, { type: 'counter' }), point('c', 8, { type: 'counter', at: t0 - 1 })]
    expect(added(late)[1]).toBeUndefined()
  })
})

test('a quantile of buckets lies within the bucket that holds it', () => {
  const counts = fc.array(fc.nat(50), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(counts, fc.double({ min: 0.01, max: 1, noNaN: true }), (given, quantile) => {
      const bounds = [0, 10, 20, 40, 80]
      const values = given.flatMap((n, i) => Array.from({ length: n }, () => bounds[i + 1] ?? 0))
      fc.pre(values.length > 0)
      const exact = values[Math.max(0, Math.ceil(quantile * values.length - 1e-9) - 1)] ?? 0
      const found = histogramQuantile(
        given.flatMap((n, i) => (n ? [{ lower: bounds[i] ?? 0, upper: bounds[i + 1] ?? 0, n }] : [])),
        quantile,
      )
      expect(found).toBeLessThanOrEqual(exact + 1e-9)
      expect(found).toBeGreaterThanOrEqual((bounds[bounds.indexOf(exact) - 1] ?? 0) - 1e-9)
    }),
  )
})
