import fc from 'fast-check'
import { expect, test } from 'vitest'
import { periodAt } from './period.ts'

const at = (text: string) => Date.parse(text)

test.each([
  ['minute', '2026-03-01T10:20:30Z', '2026-03-01T10:20:00Z', '2026-03-01T10:21:00Z'],
  ['hour', '2026-03-01T10:20:30Z', '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'],
  ['day', '2026-03-01T23:59:59Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
  ['week', '2026-03-01T10:20:30Z', '2026-02-23T00:00:00Z', '2026-03-02T00:00:00Z'],
  ['week', '2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
  ['month', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['month', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
] as const)('a %s of %s begins at %s and ends at %s', (period, now, from, until) => {
  expect(periodAt(period, at(now))).toEqual({ from: at(from), until: at(until) })
})

test('periods follow each other without a gap', () => {
  const periods = fc.constantFrom('minute', 'hour', 'day', 'week', 'month')
  fc.assert(
    fc.property(periods, fc.integer({ min: 0, max: 4e12 }), (period, now) => {
      const { from, until } = periodAt(period as 'day', now)
      expect(from <= now && now < until).toBe(true)
      expect(periodAt(period as 'day', until).from).toBe(until)
    }),
  )
})
