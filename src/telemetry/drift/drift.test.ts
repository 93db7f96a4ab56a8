import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Random, seededRandom } from '../../lib/random.ts'
import { chiSquared, jensenShannon, shareTest } from './categorical.ts'
import { compareColumn, comparePresence, type Value } from './column.ts'
import { chiSquaredTail, erfc, kolmogorovTail, twoSidedNormal } from './distributions.ts'
import { compareSamples, falseDiscovery } from './drift.ts'
import { kolmogorovSmirnov, wasserstein } from './numeric.ts'
import { domainClassifier } from './text.ts'

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const draws = <T>(n: number, draw: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => draw(i))
const words = 'refund order late parcel broken please money card login account help invoice price'.split(' ')
const sentence = (random: Random, from: readonly string[] = words): string =>
  draws(8, () => from[Math.floor(random() ** 2 * from.length)]).join(' ')

describe('distributions', () => {
  test('have the values of tables', () => {
    // Python's math.erfc.
    for (const [x, value] of [
      [0.1, 0.8875370839817152],
      [1, 0.15729920705028513],
      [2.4, 0.0006885138966450787],
      [2.6, 0.00023603441652934927],
      [6, 2.1519736712498913e-17],
      [20, 5.3958656116079005e-176],
    ] as const)
      expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-11)
    expect(twoSidedNormal(1.959963984540054)).toBeCloseTo(0.05, 12)
    // Quantiles of chi-squared at .05 (NIST/SEMATECH e-Handbook 1.3.6.7.4, with more digits).
    for (const [x, degrees] of [
      [3.841458820694124, 1],
      [5.991464547107979, 2],
      [7.814727903251179, 3],
      [18.307038053275146, 10],
      [124.34211340400407, 100],
    ] as const)
      expect(chiSquaredTail(x, degrees)).toBeCloseTo(0.05, 10)
    // Smirnov 1948, table of the limiting distribution.
    expect(kolmogorovTail(1.3580986393225505)).toBeCloseTo(0.05, 10)
    expect(kolmogorovTail(0.5)).toBeCloseTo(0.963945, 6)
    expect([kolmogorovTail(0), kolmogorovTail(0.1), kolmogorovTail(0.17)]).toEqual([1, 1, 1])
  })

  test('join where one formula takes over from another', () => {
    expect(Math.abs(erfc(2.5 - 1e-12) / erfc(2.5) - 1)).toBeLessThan(1e-10)
    expect(kolmogorovTail(1 - 1e-12)).toBeCloseTo(kolmogorovTail(1), 10)
  })
})

describe('statistics', () => {
  test('are those of small samples worked by hand', () => {
    expect(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6]).effect).toBe(0.5)
    expect(wasserstein([0, 2], [1, 3])).toBe(1)
    expect(wasserstein([0, 2], [0, 0, 2, 2])).toBe(0)
    expect(
      jensenShannon([
        { reference: 5, current: 0 },
        { reference: 0, current: 9 },
      ]),
    ).toBeCloseTo(Math.sqrt(Math.log(2)))
    // 20 of 100 against 40 of 100: chi-squared 9.5238 with one degree of freedom.
    expect(
      chiSquared([
        { reference: 20, current: 40 },
        { reference: 80, current: 60 },
      ]),
    ).toBeCloseTo(0.002028, 6)
    expect(shareTest({ count: 20, of: 100 }, { count: 40, of: 100 })).toBeCloseTo(0.002028, 6)
  })

  test('do not depend on the order of rows, and find nothing between a sample and itself', () => {
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(kolmogorovSmirnov(a.toReversed(), b)).toEqual(kolmogorovSmirnov(a, b))
        expect(kolmogorovSmirnov(a, a)).toEqual({ effect: 0, p: 1 })
        const found = compareColumn('x', a, b)
        expect(Number.isNaN(found?.effect)).toBe(false)
        expect(found?.p === undefined || (found.p >= 0 && found.p <= 1)).toBe(true)
        const same = compareColumn('x', a, a)
        expect(same?.effect).toBeCloseTo(0)
      }),
    )
  })
})

describe('a column', () => {
  const random = seededRandom(7)
  const test1000 = (reference: Value[], current: Value[]) => compareColumn('x', reference, current)

  test('is compared by the test that fits its type and the size of the reference', () => {
    const tests = (n: number) => [
      test1000(
        draws(n, () => normal(random)),
        draws(200, () => normal(random)),
      )?.test,
      test1000(
        draws(n, i => 'abc'[i % 3]),
        draws(200, i => 'abc'[i % 3]),
      )?.test,
      test1000(
        draws(n, i => i % 2),
        draws(200, i => i % 2),
      )?.test,
      test1000(
        draws(n, () => sentence(random)),
        draws(200, () => sentence(random)),
      )?.test,
    ]
    expect(tests(1000)).toEqual(['kolmogorov-smirnov', 'chi-squared', 'z', 'domain-classifier'])
    expect(tests(1001)).toEqual(['wasserstein', 'jensen-shannon', 'jensen-shannon', 'domain-classifier'])
  })

  test('that was always one value is told as a change of domain, not as a distance', () => {
    expect(
      test1000(
        draws(500, () => 7),
        draws(100, i => (i < 30 ? 8 : 7)),
      ),
    ).toMatchObject({
      type: 'constant',
      test: 'domain',
      effect: 0.3,
      message: 'always "7" before, another value in 30 % now',
    })
    expect(test1000([7, 7, 7], [7, 7])).toMatchObject({ effect: 0, p: 1 })
  })

  test('without values, of names, or with new categories has a defined answer', () => {
    expect(test1000([undefined, ''], ['a'])).toBeUndefined()
    expect(
      test1000(
        draws(50, i => `id-${i}`),
        draws(50, i => `id-${i + 50}`),
      ),
    ).toBeUndefined()
    expect(
      test1000(
        draws(100, i => 'ab'[i % 2]),
        draws(100, i => 'abz'[i % 3]),
      )?.message,
    ).toBe('"z" 0 % before, 33 % now')
    expect(
      test1000(
        draws(100, i => i),
        draws(50, () => 'n/a'),
      ),
    ).toMatchObject({ test: 'domain', effect: 1, p: 0 })
    expect(comparePresence('x', [1, 2], [3])).toBeUndefined()
    expect(
      comparePresence(
        'x',
        draws(100, i => i),
        draws(100, i => (i < 40 ? undefined : i)),
      ),
    ).toMatchObject({
      name: 'x missing',
      test: 'z',
    })
  })
})

describe('samples', () => {
  const options = { falseDiscoveryRate: 0.01, effect: 0.1 }
  const rowOf = (random: Random, moved = false) => ({
    size: normal(random) * 20 + (moved ? 115 : 100),
    plan: ['free', 'pro', 'team'][Math.floor(random() * (moved ? 2 : 3))],
    text: sentence(random, moved ? [...words, 'cancel', 'complaint', 'lawyer'].reverse() : words),
    weekday: Math.floor(random() * 7),
  })

  test('that moved are found, column by column, the others are not', () => {
    for (const [n, m] of [
      [300, 150],
      [5000, 400],
    ] as const) {
      const random = seededRandom(n)
      const found = compareSamples(
        draws(n, () => rowOf(random)),
        draws(m, () => rowOf(random, true)),
        options,
      )
      expect(
        found
          .filter(({ drifted }) => drifted)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['plan', 'size', 'text'])
    }
  })

  test('of one source raise an alarm less often than stated, at any size', () => {
    let alarms = 0
    for (let run = 0; run < 100; run++) {
      const random = seededRandom(1000 + run)
      const [n = 100, m = 100] =
        [
          [100, 100],
          [400, 60],
          [1500, 100],
          [1500, 400],
        ][run % 4] ?? []
      const found = compareSamples(
        draws(n, () => rowOf(random)),
        draws(m, () => rowOf(random)),
        options,
      )
      if (found.some(({ drifted }) => drifted)) alarms++
    }
    // 1 % of 100 is 1; more than 4 would be chance in less than one of 250 such tests.
    expect(alarms).toBeLessThanOrEqual(4)
  })

  test('that differ by less than matters are no drift, however many rows say so', () => {
    const random = seededRandom(5)
    const [column] = compareSamples(
      draws(20_000, () => ({ x: normal(random) })),
      draws(20_000, () => ({ x: normal(random) + 0.06 })),
      options,
    )
    expect(column?.p).toBeLessThan(0.001)
    expect(column?.drifted).toBe(false)
  })

  test('with a hundred columns of noise are corrected for their number', () => {
    expect(falseDiscovery([0.01, 0.02, 0.03, 0.5])).toEqual([0.04, 0.04, 0.04, 0.5])
    const random = seededRandom(11)
    const row = () => Object.fromEntries(draws(100, i => [`c${i}`, normal(random)]))
    const found = compareSamples(draws(200, row), draws(200, row), options)
    expect(found.filter(({ drifted }) => drifted)).toEqual([])
  })

  test('of texts are told apart by their words, and not when they are of one source', () => {
    const random = seededRandom(3)
    const texts = (n: number, from?: readonly string[]) => draws(n, () => sentence(random, from))
    expect(domainClassifier(texts(200), texts(200)).p).toBeGreaterThan(0.01)
    const other = domainClassifier(texts(200), texts(200, words.toReversed()))
    expect(other.effect).toBeGreaterThan(0.5)
    expect(other.p).toBeLessThan(1e-6)
  })
})
