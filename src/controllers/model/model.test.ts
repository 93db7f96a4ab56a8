import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf, store } from '../../../test/objects.ts'
import { testWorld } from '../../../test/world.ts'
import { Event } from '../../api/kinds/core.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Model } from '../../api/kinds/model.ts'

const rows = Array.from({ length: 24 }, (_, i) => ({
  text: i % 2 ? `invoice ${i}` : `parcel ${i}`,
  label: i % 2 ? 'billing' : 'shipping',
}))

test('a model is trained once for equal rows and parameters, stored before it is named, and again when rows change', async () => {
  await using world = await testWorld()
  await create(world, Model, 'm', { spec: { trainer: 'linear-text', dataset: { ref: 'd' } } })
  expect(await readyOf(world, Model, 'm')).toMatch(/^False \w+: .*Dataset d/)
  await create(world, Dataset, 'd', { spec: { path: await store(world, rows), format: 'jsonl' } })
  const first = await statusOf(world, Model, 'm')
  expect(first).toMatchObject({ format: 'linear-text', labels: 2 })
  expect(await world.blobs.has(String(first.digest))).toBe(true)
  await create(world, Model, 'twin', { spec: { trainer: 'linear-text', dataset: { ref: 'd' } } })
  expect((await statusOf(world, Model, 'twin')).digest).toBe(first.digest)
  await change(world, Model, 'm', { timeout: '5m' })
  await change(world, Dataset, 'd', { path: await store(world, [...rows, ...rows]) })
  expect((await statusOf(world, Model, 'm')).digest).not.toBe(first.digest)
  const { items } = await world.client.list(Event, { namespace: 'default' })
  const trained = items.filter(
    ({ reason, involvedObject }) => reason === 'Trained' && involvedObject?.name === 'm',
  )
  expect(trained).toHaveLength(2)
})

test('what can not be trained says why, and leaves the artefact that is there alone', async () => {
  await using world = await testWorld()
  const path = await store(world, rows)
  await create(world, Dataset, 'd', { spec: { path, format: 'jsonl' } })
  const spec = { trainer: 'linear-text', dataset: { ref: 'd' } }
  await create(world, Model, 'trainer', { spec: { ...spec, trainer: 'oracle' } })
  await create(world, Model, 'parameters', { spec: { ...spec, parameters: { epochs: -1 } } })
  await create(world, Model, 'column', { spec: { ...spec, label: 'colour' } })
  await create(world, Model, 'good', { spec })
  const { digest } = await statusOf(world, Model, 'good')
  expect(digest).toBeDefined()
  await change(world, Model, 'good', { label: 'colour' })
  expect(await readyOf(world, Model, 'trainer')).toContain(
    'UnknownTrainer: there is no trainer "oracle": use one of linear-text',
  )
  expect(await readyOf(world, Model, 'parameters')).toContain('BadParameters: spec.parameters')
  for (const name of ['column', 'good'])
    expect(await readyOf(world, Model, name)).toMatch(/^False \w+: .*colour/)
  expect((await statusOf(world, Model, 'good')).digest).toBe(digest)
})
