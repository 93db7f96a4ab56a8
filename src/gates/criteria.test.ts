import { expect, test } from 'vitest'
import type { Evaluation } from '../api/kinds/evaluation.ts'
import { comparesReleases, judgeCriteria, planCriteria, type ScoredRow } from './criteria.ts'

const spec = (
  criteria: Evaluation['spec']['criteria'],
  more: Partial<Evaluation['spec']> = {},
): Evaluation['spec'] => ({
  dataset: { ref: 'd' },
  input: 'text',
  expected: 'label',
  scorers: [{ name: 'correct', type: 'exact' }] as Evaluation['spec']['scorers'],
  criteria,
  reliability: 0.9,
  mode: 'fp-free',
  adaptivity: 'none',
  steps: 1,
  concurrency: 8,
  ...more,
})
const answer = (output: string, correct: number | null) => ({ output, latencyMs: 1, scores: { correct } })
/** Rows of which the first `right` are answered right by the new release, and `stable` by the old one. */
const rows = (count: number, right: number, stable?: number): ScoredRow[] =>
  Array.from({ length: count }, (_, i) => ({
    new: answer(i < right ? 'yes' : 'no', i < right ? 1 : 0),
    ...(stable === undefined ? {} : { old: answer(i < stable ? 'yes' : 'no', i < stable ? 1 : 0) }),
  }))
const above = [{ scorer: 'correct', condition: 'n > 0.5 +/- 0.1' }]

test.each([
  ['clearly above', 95, 'Passed'],
  ['clearly below', 10, 'Failed'],
  ['too near to tell', 55, 'Inconclusive'],
])('a share that is %s the limit is %s', (_, right, phase) => {
  const verdict = judgeCriteria(spec(above), rows(400, right * 4), true)
  expect(verdict).toMatchObject({ phase, criteria: [{ scorer: 'correct', n: right / 100 }] })
  expect(verdict.message).toContain('correct: ')
})

test('what can not be told passes only where false negatives are to be avoided', () => {
  expect(judgeCriteria(spec(above, { mode: 'fn-free' }), rows(400, 220), true).phase).toBe('Passed')
  expect(judgeCriteria(spec(above, { mode: 'fn-free' }), rows(400, 40), true).phase).toBe('Failed')
})

test('a first release is judged by `first`, a later one against the stable release', () => {
  const criteria = [{ scorer: 'correct', condition: 'n - o > 0.1 +/- 0.1', first: 'n > 0.5 +/- 0.1' }]
  expect(judgeCriteria(spec(criteria), rows(400, 380), true)).toMatchObject({
    phase: 'Passed',
    criteria: [{ condition: 'n > 0.5 +/- 0.1' }],
  })
  const later = judgeCriteria(spec(criteria), rows(4000, 3800, 2000), false)
  expect(later).toMatchObject({ phase: 'Passed', criteria: [{ n: 0.95, o: 0.5 }] })
  expect(later.criteria[0]?.d).toBeCloseTo(0.45)
  expect(judgeCriteria(spec(criteria), rows(4000, 2000, 3800), false).phase).toBe('Failed')
})

test('a missing score is not right', () => {
  const missing = rows(400, 400).map(row => ({ new: { ...row.new, scores: { correct: null } } }))
  expect(judgeCriteria(spec(above), missing, true)).toMatchObject({ phase: 'Failed', criteria: [{ n: 0 }] })
})

test('no rows tell nothing', () => {
  expect(judgeCriteria(spec(above), [], true).phase).toBe('Inconclusive')
})

test('all criteria must hold, and what fails is named', () => {
  const scorers = [
    { name: 'correct', type: 'exact' },
    { name: 'valid', type: 'exact' },
  ] as Evaluation['spec']['scorers']
  const both = spec([...above, { scorer: 'valid', condition: 'n > 0.5 +/- 0.1' }], { scorers })
  const verdict = judgeCriteria(both, rows(400, 400), true)
  expect(verdict.phase).toBe('Failed')
  expect(verdict.message).toContain('valid: ')
  expect(verdict.message).not.toContain('correct: ')
})

test('answers that differ outside the judged field are the same answer', () => {
  const scorers = [{ name: 'correct', type: 'exact', field: 'action' }] as Evaluation['spec']['scorers']
  const pair: ScoredRow = {
    new: answer('{"action":"deny","reply":"no"}', 1),
    old: answer('{"action":"deny","reply":"sorry"}', 1),
  }
  expect(judgeCriteria(spec(above, { scorers }), [pair], false).criteria[0]?.d).toBe(0)
  expect(judgeCriteria(spec(above), [pair], false).criteria[0]?.d).toBe(1)
})

test('the plan says what rows are needed, and what those at hand can tell', () => {
  const plan = planCriteria(spec(above), 40)
  expect(plan).toMatchObject({ labels: 116, available: 40 })
  expect(plan.message).toMatch(
    /116 labels are needed and the test set has 40 rows: .* known to \+\/- 0\.\d+ only/,
  )
  expect(planCriteria(spec(above), 200).message).toBe('200 rows are enough, 116 labels are needed')
  expect(planCriteria(spec(above, { steps: 8 }), 200).labels).toBeGreaterThan(200)
})

test('more criteria need more rows for the same reliability of all of them', () => {
  const two = spec([...above, { scorer: 'correct', condition: 'n > 0.6 +/- 0.1' }])
  expect(planCriteria(two, 0).labels).toBeGreaterThan(planCriteria(spec(above), 0).labels)
})

test('a condition that can not be read is refused', () => {
  expect(() => planCriteria(spec([{ scorer: 'correct', condition: 'n is good' }]), 10)).toThrow(
    /n is good|expected/,
  )
})

test('only criteria about o and d need the stable release', () => {
  expect(comparesReleases(spec(above))).toBe(false)
  expect(comparesReleases(spec([{ scorer: 'correct', condition: 'd < 0.1 +/- 0.1' }]))).toBe(true)
  expect(comparesReleases(spec([{ scorer: 'correct', condition: 'n - o > 0 +/- 0.1' }]))).toBe(true)
})
