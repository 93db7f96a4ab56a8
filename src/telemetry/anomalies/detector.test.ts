import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import { ALERT, createDetector, type Verdict } from './detector.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const MONDAY = Date.UTC(2026, 0, 5)

interface Point {
  at: number
  value: number
}

/** Five-minute values of a service with a daily rhythm and a little noise. */
function daily(days: number, seed = 1): Point[] {
  const random = seededRandom(seed)
  return Array.from({ length: days * 288 }, (_, i) => {
    const at = MONDAY + i * 5 * MINUTE
    return { at, value: 100 + 60 * Math.sin((2 * Math.PI * at) / DAY) + 4 * (random() + random() - 1) }
  })
}

const scored = (points: readonly Point[], detector = createDetector()): (Verdict & { at: number })[] =>
  points.map(({ at, value }) => ({ at, ...detector.add(at, value) }))

const told = (points: readonly Point[]) => scored(points).filter(({ score }) => score >= ALERT)

/** What follows a series: values from `begins` on changed by `change`. */
const changed = (points: readonly Point[], begins: number, ends: number, change: (value: number) => number) =>
  points.map((point, i) => (i >= begins && i < ends ? { ...point, value: change(point.value) } : point))

describe('an anomaly detector', () => {
  test('leaves a healthy series with a daily rhythm alone', () => {
    expect(told(daily(10)).filter(({ at }) => at >= MONDAY + 3 * DAY)).toEqual([])
  })

  test('tells a value that is usual, at an hour when it is not, with what is usual then', () => {
    const points = daily(10)
    const night = 9 * 288 + 216
    const [first] = told(changed(points, night, night + 12, () => 150)).filter(
      ({ at }) => at >= MONDAY + 9 * DAY,
    )
    expect(first?.at).toBeLessThanOrEqual(MONDAY + 9 * DAY + 18 * 60 * MINUTE + 10 * MINUTE)
    expect(first?.explanation).toMatch(/^is 3\.\d+ × its usual 18:\d\d level \(150, usually 4\d(\.\d)?\)/)
  })

  test('knows the weekend after two weeks', () => {
    const points = daily(28).map(({ at, value }) => ({
      at,
      value: new Date(at).getUTCDay() % 6 === 0 ? value * 0.3 : value,
    }))
    expect(told(points).filter(({ at }) => at >= MONDAY + 19 * DAY)).toEqual([])
  })

  test('says when it began', () => {
    const points = daily(10)
    const begins = 9 * 288 + 100
    const strange = told(changed(points, begins, begins + 40, value => value * 2)).filter(
      ({ at }) => at >= MONDAY + 9 * DAY,
    )
    expect(strange.length).toBeGreaterThan(0)
    for (const { since } of strange)
      expect(Math.abs((since ?? 0) - (points[begins]?.at ?? 0))).toBeLessThanOrEqual(10 * MINUTE)
  })

  test('tells a lasting new level a few times, then takes it for usual', () => {
    const points = changed(daily(20), 10 * 288, 20 * 288, value => value + 400)
    const after = told(points).filter(({ at }) => at >= MONDAY + 10 * DAY)
    expect(after[0]?.at).toBeLessThan(MONDAY + 10 * DAY + 30 * MINUTE)
    expect(after.filter(({ at }) => at >= MONDAY + 14 * DAY)).toEqual([])
  })

  test('says nothing about a series that never moves, and at once when it does', () => {
    const still = Array.from({ length: 500 }, (_, i) => ({ at: i * MINUTE, value: 45 }))
    expect(told(still)).toEqual([])
    expect(told([...still, { at: 500 * MINUTE, value: 60 }])).toHaveLength(1)
  })

  test('watches the rate of a counter, over its resets', () => {
    const random = seededRandom(3)
    let total = 0
    const points = Array.from({ length: 2000 }, (_, i) => {
      total = i === 900 ? 0 : total + (i >= 1500 && i < 1520 ? 3000 : 100) + Math.floor(10 * random())
      return { at: MONDAY + i * MINUTE, value: total }
    })
    const strange = told(points)
    expect(strange.every(({ at }) => at >= MONDAY + 1500 * MINUTE)).toBe(true)
    expect(strange[0]?.at).toBe(MONDAY + 1500 * MINUTE)
    expect(strange[0]?.explanation).toMatch(
      /^is 28.6 × its usual level \(50.1 a second, usually 1.75 a second\)/,
    )
  })

  test('takes a series that falls again for no counter', () => {
    const points = Array.from({ length: 400 }, (_, i) => ({ at: i * MINUTE, value: i < 200 ? i : 400 - i }))
    expect(scored(points).every(({ score }) => score < 1)).toBe(true)
  })

  test('does not call it strange when values are missing', () => {
    const points = daily(10)
    const gap = points.filter((_, i) => i < 2000 || i >= 2150)
    const holes = points.map((point, i) => (i % 7 === 0 ? { ...point, value: Number.NaN } : point))
    for (const series of [gap, holes])
      expect(told(series).filter(({ at }) => at >= MONDAY + 5 * DAY)).toEqual([])
  })

  const anyNumber = fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: fc.constantFrom(0, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1e308) },
  )
  const anySeries = fc
    .tuple(fc.array(anyNumber, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 40 }), fc.nat())
    .map(([values, times, seed]): Point[] => {
      const random = seededRandom(seed)
      let at = MONDAY
      return Array.from({ length: values.length * times }, () => {
        at += random() < 0.02 ? 3 * 60 * MINUTE : random() < 0.02 ? -MINUTE : MINUTE
        return { at, value: values[Math.floor(random() * values.length)] ?? 0 }
      })
    })

  test('scores from 0 to 1 whatever the numbers', () => {
    fc.assert(
      fc.property(anySeries, points => {
        for (const { score } of scored(points)) expect(score >= 0 && score <= 1).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('takes a moment beyond the calendar for missing', () => {
    const detector = createDetector()
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 1e300])
      expect(detector.add(at, 1)).toEqual({ score: 0 })
  })

  test('scores a value by earlier ones alone', () => {
    fc.assert(
      fc.property(anySeries, anySeries, (points, others) => {
        const half = points.slice(0, Math.ceil(points.length / 2))
        expect(scored([...half, ...others]).slice(0, half.length)).toEqual(scored(half))
      }),
      { numRuns: 20 },
    )
  })

  test('goes on from a snapshot as if nothing had happened', () => {
    fc.assert(
      fc.property(anySeries, fc.double({ min: 0, max: 1, noNaN: true }), (points, share) => {
        const cut = Math.floor(share * points.length)
        const first = createDetector()
        const before = scored(points.slice(0, cut), first)
        const after = scored(points.slice(cut), createDetector(first.snapshot()))
        expect([...before, ...after]).toEqual(scored(points))
      }),
      { numRuns: 30 },
    )
  })

  test('refuses a snapshot of another version', () => {
    expect(() => createDetector('{"version":0}')).toThrow('version 0')
  })

  test('keeps to its memory however long the series', () => {
    const random = seededRandom(5)
    const detector = createDetector()
    for (let i = 0; i < 30_000; i++) {
      detector.add(MONDAY + i * MINUTE, random() ** -2 * Math.sin(i / (10 + Math.floor(i / 3000))))
    }
    expect(detector.snapshot().length).toBeLessThan(120_000)
  })
})
