import { expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import { seededOrder, testFiniteSet } from './finite-set.ts'

/** Differences of a set in which so many shares regress and improve, in a seeded order. */
function setOf(size: number, regress: number, improve: number, seed: number): number[] {
  const values = Array.from({ length: size }, (_, i) =>
    i < Math.round(size * regress) ? 1 : i < Math.round(size * (regress + improve)) ? -1 : 0,
  )
  return seededOrder(size, seed).map(i => values[i] ?? 0)
}

function run(size: number, regress: number, improve: number, m = 0, runs = 300) {
  let [found, rows] = [0, 0]
  for (let seed = 0; seed < runs; seed++) {
    const { rejectedAt } = testFiniteSet(setOf(size, regress, improve, seed), { size, m, alpha: 0.05 })
    found += Number(rejectedAt !== undefined)
    rows += rejectedAt ?? size
  }
  return { found: found / runs, rows: rows / runs }
}

test('a drop of 5 points is found within 230 rows of a set of 400 on average, and of 10 points within 110', () => {
  const five = run(400, 0.1, 0.05)
  expect(five.found).toBeGreaterThan(0.99)
  expect(five.rows).toBeLessThanOrEqual(230)
  expect(run(200, 0.1, 0.05).rows).toBeLessThanOrEqual(160)
  expect(run(400, 0.12, 0.02).rows).toBeLessThanOrEqual(110)
})

test('a set without a drop is called worse at most at alpha', () => {
  expect(run(400, 0.05, 0.05, 0, 500).found).toBeLessThanOrEqual(0.05 + 3 * 0.0098)
  const worse = Array.from({ length: 500 }, (_, seed) => setOf(400, 0.08, 0.03, seed).map(d => -d))
  const promoted = worse.filter(
    differences => testFiniteSet(differences, { size: 400, m: -0.05, alpha: 0.05 }).rejectedAt !== undefined,
  )
  expect(promoted.length / 500).toBeLessThanOrEqual(0.05 + 3 * 0.0098)
})

test('a whole set that contradicts the null leaves no doubt', () => {
  expect(testFiniteSet([1, 1, 1, 1], { size: 4, m: 0, alpha: 1e-9 }).rejectedAt).toBe(3)
  expect(testFiniteSet([1, 1, 1], { size: 4, m: 0.9, alpha: 0.05 }).rejectedAt).toBeUndefined()
  expect(testFiniteSet([0, 0, 0, 0], { size: 4, m: 0, alpha: 0.05 })).toEqual({
    logE: expect.closeTo(0, 9),
    rejectedAt: undefined,
  })
})

test('an order is a permutation that its seed alone decides', () => {
  const order = seededOrder(100, 42)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(seededOrder(100, 42)).toEqual(order)
  expect(seededOrder(100, 43)).not.toEqual(order)
  const random = seededRandom(1)
  expect(() => testFiniteSet([random(), random()], { size: 1, m: 0, alpha: 0.05 })).toThrow('a set of 1 rows')
})
