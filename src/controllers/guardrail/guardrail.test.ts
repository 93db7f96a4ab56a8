import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf } from '../../../test/objects.ts'
import { testWorld, type World } from '../../../test/world.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Guardrail } from '../../api/kinds/guardrail.ts'

const topics = (...words: string[]) => ({
  name: 'eden',
  detector: 'topics',
  zones: ['user', 'document'],
  options: { topics: { eden: words } },
})

async function dataset(world: World, name: string, rows: object[]): Promise<void> {
  const digest = await world.blobs.put(Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join('')))
  await create(world, Dataset, name, { spec: { path: digest, format: 'jsonl' } })
}

const rows = [
  { text: 'an apple', label: 'injection', zone: 'user' },
  { text: 'a fig', label: 'injection', zone: 'user' },
  { text: 'a stone', label: 'benign', zone: 'user' },
  { text: 'an apple a day', label: 'benign', zone: 'document' },
]

test('the operating point of each rule is measured by zone, with intervals, and again when the rule changes', async () => {
  await using world = await testWorld()
  await dataset(world, 'texts', rows)
  await create(world, Guardrail, 'g', {
    spec: { rules: [topics('apple')], measure: [{ dataset: { ref: 'texts' } }] },
  })
  expect(await readyOf(world, Guardrail, 'g')).toContain(
    'eden on user texts finds 50.0 % of 2, 0.0 % of 1 wrongly',
  )
  const { operatingPoints, measuredDigest } = await statusOf(world, Guardrail, 'g')
  expect(operatingPoints).toMatchObject([
    {
      rule: 'eden',
      dataset: 'texts',
      zone: 'user',
      detection: { count: 1, of: 2, rate: 0.5, low: 0.0945, high: 0.9055 },
      falsePositives: { count: 0, of: 1 },
    },
    { zone: 'document', falsePositives: { count: 1, of: 1, rate: 1 } },
  ])
  await change(world, Guardrail, 'g', { rules: [topics('apple', 'fig')] })
  const again = await statusOf(world, Guardrail, 'g')
  expect(again.operatingPoints).toMatchObject([{ detection: { rate: 1 } }, {}])
  expect(again.measuredDigest).not.toBe(measuredDigest)
})

test('a rule that can never run is named with its option', async () => {
  await using world = await testWorld()
  await create(world, Guardrail, 'g', {
    spec: { rules: [{ name: 'no', detector: 'topics', zones: ['user'], options: { topic: 1 } }] },
  })
  expect(await readyOf(world, Guardrail, 'g')).toMatch(/BadRule: spec.rules: rule no: .*topics/)
})

test('data without the named column is refused, data that is not there is waited for', async () => {
  await using world = await testWorld()
  await create(world, Guardrail, 'g', {
    spec: { rules: [topics('apple')], measure: [{ dataset: { ref: 'later' }, text: 'words' }] },
  })
  expect(await readyOf(world, Guardrail, 'g')).toContain('later')
  await dataset(world, 'later', rows)
  expect(await readyOf(world, Guardrail, 'g')).toContain('no column "words"')
})
