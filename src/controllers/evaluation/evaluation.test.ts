import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf, store } from '../../../test/objects.ts'
import { testWorld } from '../../../test/world.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'

const spec = {
  dataset: { ref: 'd' },
  scorers: [{ name: 'correct', type: 'exact' }],
  criteria: [{ scorer: 'correct', condition: 'n > 0.6 +/- 0.25' }],
  reliability: 0.8,
  steps: 4,
}
const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ text: `q${i}`, label: 'yes' }))

test('an evaluation says what its criteria need against what its rows can tell, and how many looks are left', async () => {
  await using world = await testWorld()
  await create(world, Evaluation, 'e', { spec })
  expect(await readyOf(world, Evaluation, 'e')).toMatch(/^False \w+: Dataset d/)
  await create(world, Dataset, 'd', { spec: { path: await store(world, rows(24)), format: 'jsonl' } })
  expect(await readyOf(world, Evaluation, 'e')).toBe(
    'True Planned: 24 rows are enough, 24 labels are needed; 0 of 4 uses of this test set are spent',
  )
  await change(world, Dataset, 'd', { path: await store(world, rows(10)) })
  expect(await readyOf(world, Evaluation, 'e')).toContain('24 labels are needed and the test set has 10 rows')
  const before = await statusOf(world, Evaluation, 'e')
  await change(world, Evaluation, 'e', { steps: 8 })
  expect((await statusOf(world, Evaluation, 'e')).digest).not.toBe(before.digest)
})

test.each([
  [
    'a scorer nobody defined',
    { criteria: [{ scorer: 'nice', condition: 'n > 0.6 +/- 0.25' }] },
    'UnknownScorer: spec.criteria name scorer "nice" but spec.scorers has correct',
  ],
  [
    'a condition that can not be read',
    { criteria: [{ scorer: 'correct', condition: 'n is good' }] },
    'BadCondition: spec.criteria',
  ],
  [
    'a scorer that can not work',
    { scorers: [{ name: 'correct', type: 'regex', pattern: '(' }] },
    'BadScorer: spec.scorers',
  ],
  [
    'a column the rows lack',
    { expected: 'colour' },
    'UnknownColumn: spec.expected: Dataset d has no column "colour"',
  ],
])('%s stalls it', async (_, wrong, message) => {
  await using world = await testWorld()
  await create(world, Dataset, 'd', { spec: { path: await store(world, rows(4)), format: 'jsonl' } })
  await create(world, Evaluation, 'e', { spec: { ...spec, ...wrong } })
  expect(await readyOf(world, Evaluation, 'e')).toContain(`False ${message}`)
})
