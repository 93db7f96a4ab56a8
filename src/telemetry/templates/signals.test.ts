import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelShift, likelihoodRatio, templateChanges } from './signals.ts'
import type { TemplateWindow } from './windows.ts'

const minute = 60_000

function windowOf(
  number: number,
  counts: Record<string, number>,
  levels: readonly number[] = [],
): TemplateWindow {
  return {
    start: number * minute,
    end: (number + 1) * minute,
    counts: new Map(Object.entries(counts)),
    levels: Array.from({ length: 7 }, (_, i) => levels[i] ?? 0),
    uncounted: 0,
  }
}

const usual = { a: 100, b: 50, c: 20, d: 80, e: 30, f: 60 }
const baseline = Array.from({ length: 20 }, (_, i) => windowOf(i, usual))
const times = (factor: number, more: Record<string, number> = {}) =>
  windowOf(20, {
    ...Object.fromEntries(Object.entries(usual).map(([id, count]) => [id, count * factor])),
    ...more,
  })

describe('a change of a template', () => {
  test('is none where all goes on as it did', () => {
    expect(templateChanges(times(1), baseline)).toEqual([])
    expect(templateChanges(times(1), [])).toEqual([])
  })

  test('is none where all of the traffic is up or down', () => {
    expect(templateChanges(times(7), baseline)).toEqual([])
    expect(templateChanges(times(0.5), baseline)).toEqual([])
  })

  test('is a first line, a rate and a silence', () => {
    const window = times(1, { a: 300, b: 10, c: 0, fresh: 1 })
    const kinds = new Map(templateChanges(window, baseline).map(({ id, kind }) => [id, kind]))
    expect(kinds).toEqual(
      new Map([
        ['a', 'more'],
        ['b', 'less'],
        ['c', 'silent'],
        ['fresh', 'new'],
      ]),
    )
    expect(templateChanges(window, baseline)[0]).toMatchObject({ id: 'a', count: 300, expected: 100 })
  })

  test('is no silence where a template comes now and then', () => {
    const rare = baseline.map((window, i) => ({
      ...window,
      counts: new Map([...window.counts, ['rare', i % 4 ? 0 : 40]]),
    }))
    expect(templateChanges(times(1), rare)).toEqual([])
  })

  test('must stand out of the scatter of the template', () => {
    const bursts = baseline.map((window, i) => ({
      ...window,
      counts: new Map([...window.counts, ['burst', i % 2 ? 1 : 60]]),
    }))
    expect(templateChanges(times(1, { burst: 80 }), bursts)).toEqual([])
    expect(templateChanges(times(1, { burst: 2000 }), bursts)).toMatchObject([{ id: 'burst', kind: 'more' }])
  })
})

describe('a shift of levels', () => {
  const mixed = Array.from({ length: 10 }, (_, i) => windowOf(i, {}, [0, 0, 0, 950 + i, 40, 10]))

  test('shows which level has another share', () => {
    const shift = levelShift(windowOf(10, {}, [0, 0, 0, 700, 40, 260]), mixed)
    expect(shift?.score).toBeGreaterThan(100)
    expect(
      shift?.shares
        .slice(0, 2)
        .map(({ level }) => level)
        .sort(),
    ).toEqual(['error', 'info'])
    expect(shift?.shares.find(({ level }) => level === 'error')).toMatchObject({ after: 0.26 })
  })

  test('is small where the mix is the same, and unknown without lines', () => {
    expect(levelShift(windowOf(10, {}, [0, 0, 0, 1900, 80, 20]), mixed)?.score).toBeLessThan(1)
    expect(levelShift(windowOf(10, {}), mixed)).toBeUndefined()
    expect(levelShift(windowOf(10, {}, [1]), [])).toBeUndefined()
  })
})

test('the likelihood ratio is 0 for counts that go with their exposures, and above it for any others', () => {
  expect(likelihoodRatio([10, 30], [1, 3])).toBeCloseTo(0)
  // Dunning 1993: 2 Σ O ln(O / E)
  expect(likelihoodRatio([20, 30], [1, 3])).toBeCloseTo(
    2 * (20 * Math.log(20 / 12.5) + 30 * Math.log(30 / 37.5)),
  )
  fc.assert(
    fc.property(fc.array(fc.nat(1e6), { minLength: 2, maxLength: 5 }), counts => {
      const score = likelihoodRatio(
        counts,
        counts.map((_, i) => i + 1),
      )
      expect(score).toBeGreaterThanOrEqual(0)
      expect(Number.isFinite(score)).toBe(true)
    }),
  )
})
