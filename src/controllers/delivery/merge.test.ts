import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { same, threeWay, UNRECORDED } from './merge.ts'

const options = { unknownCause: 'change', keepDrift: false } as const
const merge = (last: unknown, live: unknown, wanted: unknown, more = {}) =>
  threeWay(last, live, wanted, { ...options, ...more })
const causes = (result: ReturnType<typeof merge>) =>
  result.differences.map(({ field, cause }) => `${field} ${cause}`)

describe('threeWay', () => {
  test('leaves what others added and removes what Git no longer has', () => {
    const result = merge({ a: 1, b: 2 }, { a: 1, b: 2, c: 3 }, { a: 1 })
    expect(result.value).toEqual({ a: 1, c: 3 })
    expect(causes(result)).toEqual(['b change'])
  })

  test('tells what someone changed from what Git changed', () => {
    const result = merge({ a: 1, b: 1 }, { a: 9, b: 1 }, { a: 1, b: 2 })
    expect(causes(result)).toEqual(['a drift', 'b change'])
    expect(result.value).toEqual({ a: 1, b: 2 })
    expect(merge({ a: 1, b: 1 }, { a: 9, b: 1 }, { a: 1, b: 2 }, { keepDrift: true }).value).toEqual({
      a: 9,
      b: 2,
    })
  })

  test('takes defaults in items of a list for no difference', () => {
    const wanted = { gates: [{ ref: 'a' }, { ref: 'b' }] }
    const live = {
      gates: [
        { ref: 'a', count: 1 },
        { ref: 'b', count: 1 },
      ],
    }
    expect(merge(wanted, live, wanted)).toEqual({ value: live, differences: [] })
  })

  test('names the item that drifted, and replaces a list that Git changed', () => {
    const wanted = {
      list: [
        { n: 'a', v: 1 },
        { n: 'b', v: 2 },
      ],
    }
    const drifted = {
      list: [
        { n: 'a', v: 1, d: 0 },
        { n: 'b', v: 9, d: 0 },
      ],
    }
    expect(causes(merge(wanted, drifted, wanted))).toEqual(['list[1].v drift'])
    const swapped = {
      list: [
        { n: 'b', v: 2 },
        { n: 'a', v: 1 },
      ],
    }
    const result = merge(
      wanted,
      {
        list: [
          { n: 'a', v: 1, only: 'a' },
          { n: 'b', v: 2 },
        ],
      },
      swapped,
    )
    expect(result.value).toEqual(swapped)
    expect(causes(result)).toEqual(['list change'])
  })

  test('takes the given cause where what was applied is not recorded', () => {
    expect(causes(merge({ k: UNRECORDED }, { k: 'a' }, { k: 'b' }, { unknownCause: 'drift' }))).toEqual([
      'k drift',
    ])
    expect(causes(merge({ k: UNRECORDED }, { k: 'a' }, { k: 'b' }))).toEqual(['k change'])
  })

  test('takes null and empty maps for absent, as a server does', () => {
    expect(merge({}, {}, { a: null, b: {}, c: { d: null } }).differences).toEqual([])
  })

  const json = fc.jsonValue({ maxDepth: 3 }).map(value => JSON.parse(JSON.stringify(value)))
  const map = fc.dictionary(fc.constantFrom('a', 'b', 'c'), json)

  test('never misses a difference of a field that Git owns, and applying the result ends all', () => {
    fc.assert(
      fc.property(map, map, map, (last, live, wanted) => {
        const first = merge(last, live, wanted)
        for (const [key, value] of Object.entries(wanted))
          if (typeof value !== 'object') expect(same((first.value as typeof wanted)[key], value)).toBe(true)
        expect(merge(wanted, first.value, wanted).differences).toEqual([])
      }),
    )
  })

  test('keeps its arguments, and says nothing of equal values', () => {
    fc.assert(
      fc.property(map, map, (live, last) => {
        const before = JSON.stringify([live, last])
        expect(merge(undefined, live, live)).toEqual({ value: live, differences: [] })
        merge(last, live, last)
        expect(JSON.stringify([live, last])).toBe(before)
      }),
    )
  })
})
