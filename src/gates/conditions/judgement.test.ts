import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import { parseCondition } from './condition.ts'
import { conjunction, judgeCondition, supportedTolerance, type Truth } from './judgement.ts'
import { planSamples, type Usage } from './plan.ts'

const usage: Usage = { reliability: 0.95, steps: 1, adaptivity: 'none' }
const enough = { labels: 1e9, samples: 1e9 }
const judge = (text: string, measured: { n?: number; o?: number; d?: number }, rows = enough) =>
  judgeCondition(parseCondition(text), { ...measured, ...rows }, { ...usage, mode: 'fp-free' })

test('a clause is true, false or unknown by where its whole interval lies', () => {
  expect(judge('n > 0.8 +/- 0.05', { n: 0.86 }).verdict).toBe('True')
  expect(judge('n > 0.8 +/- 0.05', { n: 0.84 }).verdict).toBe('Unknown')
  expect(judge('n > 0.8 +/- 0.05', { n: 0.74 }).verdict).toBe('False')
  expect(judge('d < 0.1 +/- 0.02', { d: 0.07 }).verdict).toBe('True')
  expect(judge('d < 0.1 +/- 0.02', { d: 0.13 }).verdict).toBe('False')
  expect(judge('n - 1.1 * o > -0.1 +/- 0.01', { n: 0.9, o: 0.8 }).clauses[0]?.value).toBeCloseTo(0.02, 12)
  expect(judge('n > 0.8 +/- 0.05', { n: 0.86 }).clauses[0]?.message).toBe(
    'n > 0.8 +/- 0.05: measured 0.86 +/- 0.05, true',
  )
})

test('unknown closes an fp-free gate and opens an fn-free one', () => {
  const condition = parseCondition('n > 0.8 +/- 0.05')
  const measured = { n: 0.82, ...enough }
  expect(judgeCondition(condition, measured, { ...usage, mode: 'fp-free' })).toMatchObject({
    verdict: 'Unknown',
    passes: false,
  })
  expect(judgeCondition(condition, measured, { ...usage, mode: 'fn-free' })).toMatchObject({
    verdict: 'Unknown',
    passes: true,
  })
})

test("clauses are joined by Kleene's and", () => {
  const truth = fc.constantFrom<Truth>('True', 'False', 'Unknown')
  fc.assert(
    fc.property(fc.array(truth), verdicts => {
      const expected = verdicts.some(v => v === 'False')
        ? 'False'
        : verdicts.every(v => v === 'True')
          ? 'True'
          : 'Unknown'
      expect(conjunction(verdicts)).toBe(expected)
    }),
  )
})

test('a variable that was not measured makes its clause unknown, never true', () => {
  const found = judge('n - o > -0.1 +/- 0.05', { n: 1 })
  expect(found.verdict).toBe('Unknown')
  expect(found.clauses[0]?.message).toBe('n - o > -0.1 +/- 0.05: o was not measured')
})

test('fewer rows than planned widen the tolerance to what they support', () => {
  const condition = parseCondition('n > 0.8 +/- 0.05')
  const [clause] = condition.clauses
  if (clause === undefined) throw new Error('one clause')
  const { labels } = planSamples(condition, usage)
  const of = (rows: number) => supportedTolerance(clause, condition, { labels: rows, samples: rows }, usage)
  expect(of(labels)).toBe(0.05)
  expect(of(labels * 10)).toBe(0.05)
  expect(of(60)).toBeCloseTo(Math.sqrt(Math.log(20) / 120), 6)
  expect(of(0)).toBe(Number.POSITIVE_INFINITY)
  const few = { labels: 60, samples: 60 }
  expect(judge('n > 0.8 +/- 0.05', { n: 0.9 }, few).verdict).toBe('Unknown')
  expect(judge('n > 0.8 +/- 0.05', { n: 0.9 }, few).clauses[0]?.message).toBe(
    'n > 0.8 +/- 0.05: measured 0.9 +/- 0.158 (what 60 labels support), unknown',
  )
  expect(judge('n > 0.8 +/- 0.05', { n: 1 }, few).verdict).toBe('True')
  expect(judge('n > 0.8 +/- 0.05', { n: 1 }, { labels: 0, samples: 0 }).verdict).toBe('Unknown')
})

test('a clause that rests on a bound of d is unknown until that bound is known to hold', () => {
  const text = 'n - o > 0.02 +/- 0.02 && d < 0.1 +/- 0.02'
  expect(judge(text, { n: 0.9, o: 0.85, d: 0.05 }).verdict).toBe('True')
  const unsure = judge(text, { n: 0.8, o: 0.85, d: 0.09 })
  expect(unsure.clauses.map(({ verdict }) => verdict)).toEqual(['Unknown', 'Unknown'])
  expect(unsure.clauses[0]?.message).toContain('if d < 0.1 were known; it is not')
  expect(judge(text, { n: 0.9, o: 0.8, d: 0.2 }).verdict).toBe('False')
})

test('verdicts are wrong at most as often as the reliability says, in each mode and for each formula', () => {
  const random = seededRandom(3)
  const runs = 400
  const allowed = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs)
  // Truth on the boundary, where a wrong verdict is easiest: [new right, old right, share of rows that differ].
  for (const { text, n, o, both } of [
    { text: 'n > 0.8 +/- 0.05', n: 0.8, o: 0.8, both: 0.75 },
    { text: 'n - o > 0.02 +/- 0.05', n: 0.82, o: 0.8, both: 0.79 },
    { text: 'n - o > 0.02 +/- 0.05 && d < 0.2 +/- 0.05', n: 0.82, o: 0.8, both: 0.79 },
  ]) {
    const condition = parseCondition(text)
    const { labels, samples } = planSamples(condition, usage)
    const rows = Math.max(labels, samples)
    const wrong = { 'fp-free': 0, 'fn-free': 0 }
    for (let run = 0; run < runs; run++) {
      const count = { n: 0, o: 0, d: 0 }
      for (let i = 0; i < rows; i++) {
        const draw = random()
        const [newRight, oldRight] = [draw < n, draw < both || (draw >= n && draw < n + o - both)]
        count.n += Number(newRight)
        count.o += Number(oldRight)
        count.d += Number(newRight !== oldRight)
      }
      const measured = {
        n: count.n / rows,
        o: count.o / rows,
        d: count.d / rows,
        labels: rows,
        samples: rows,
      }
      const { verdict } = judgeCondition(condition, measured, { ...usage, mode: 'fp-free' })
      wrong['fp-free'] += Number(verdict === 'True')
      wrong['fn-free'] += Number(verdict === 'False')
    }
    expect(wrong['fp-free'] / runs).toBeLessThanOrEqual(allowed)
    expect(wrong['fn-free'] / runs).toBeLessThanOrEqual(allowed)
  }
})
