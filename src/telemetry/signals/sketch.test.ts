import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rankOf, relativeError, Sketch } from './sketch.ts'

const durations = fc.array(fc.integer({ min: 1, max: 1e11 }), { minLength: 1, maxLength: 300 })
const quantiles = fc.double({ min: 0, max: 1, noNaN: true })
const sketchOf = (values: readonly number[]) => {
  const sketch = new Sketch()
  for (const value of values) sketch.add(value)
  return sketch
}

describe('a sketch of durations', () => {
  test('is off by at most the stated share at every quantile', () => {
    fc.assert(
      fc.property(durations, quantiles, (values, quantile) => {
        const exact = values.toSorted((a, b) => a - b)[rankOf(quantile, values.length) - 1] ?? 0
        const error = Math.abs(sketchOf(values).quantile(quantile) * 1000 - exact) / exact
        expect(error).toBeLessThanOrEqual(relativeError * 1.000001)
      }),
    )
  })

  test('merged with another is the sketch of both', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = sketchOf(some)
        merged.merge(sketchOf(others))
        const both = sketchOf([...some, ...others])
        expect(merged.total).toBe(both.total)
        expect(new Map([...merged.counts].sort())).toEqual(new Map([...both.counts].sort()))
      }),
    )
  })

  test('of nothing says 0, and what takes no time is one microsecond', () => {
    expect(new Sketch().quantile(0.5)).toBe(0)
    expect(sketchOf([0, 0]).quantile(0.99)).toBeCloseTo(0.001, 4)
  })
})
