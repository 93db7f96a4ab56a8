import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp, log } from './numbers.ts'

const nearly = (value: number, wanted: number) =>
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(4e-15 * Math.max(1, Math.abs(wanted)))

test('exp is the exponential function to the last few bits', () => {
  fc.assert(
    fc.property(fc.double({ min: -699, max: 699, noNaN: true }), x => {
      nearly(exp(x) / Math.exp(x), 1)
    }),
  )
  expect([exp(0), exp(-1000), exp(-Infinity)]).toEqual([1, 0, 0])
})

test('log is the natural logarithm to the last few bits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), x => {
      nearly(log(x), Math.log(x))
    }),
  )
  expect(log(1)).toBe(0)
  for (const x of [0, -1, Infinity, NaN]) expect(() => log(x)).toThrow(RangeError)
})
