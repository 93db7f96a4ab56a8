import { expect, test } from 'vitest'
import { create, readyOf, statusOf, store } from '../../../test/objects.ts'
import { testRepository } from '../../../test/repository.ts'
import { testWorld } from '../../../test/world.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { digestOf } from '../../lib/digest.ts'

test('stored rows are counted and pinned by digest, and content that is not stored is asked for', async () => {
  await using world = await testWorld()
  const path = await store(world, [{ text: 'a', label: 'x' }, { text: 'b' }])
  await create(world, Dataset, 'stored', { spec: { path, format: 'jsonl' } })
  await create(world, Dataset, 'missing', { spec: { path: 'sha256:none', format: 'jsonl' } })
  expect(await statusOf(world, Dataset, 'stored')).toMatchObject({
    digest: path,
    rows: 2,
    columns: ['text', 'label'],
  })
  expect(await readyOf(world, Dataset, 'missing')).toContain(
    'ContentMissing: no stored content has digest "sha256:none"',
  )
})

test('rows that can not be read are named by file and line', async () => {
  await using world = await testWorld()
  const path = await world.blobs.put(Buffer.from('{"text":"a"}\n{"text":\n'))
  await create(world, Dataset, 'broken', { spec: { path, format: 'jsonl' } })
  expect(await readyOf(world, Dataset, 'broken')).toMatch(/^False BadContent: .*:2\b/)
})

test('from Git the rows are those of the object’s own commit', async () => {
  const rows = (label: string) => `text,label\nhello,${label}\n`
  const object = { apiVersion: 'keelway.dev/v1alpha1', kind: 'Dataset', metadata: { name: 'd' } }
  const files = { 'd.yaml': JSON.stringify({ ...object, spec: { path: 'data/d.csv', format: 'csv' } }) }
  await using repository = await testRepository()
  await using world = await testWorld()
  await repository.commit('first', { ...files, 'data/d.csv': rows('one') })
  await world.deliver(repository.path)
  await world.advance(1000)
  const revision = await repository.commit('second', { 'data/d.csv': rows('two') })
  await world.advance(12_000)
  expect(await statusOf(world, Dataset, 'd')).toMatchObject({
    ...{ revision, digest: digestOf(rows('two')), rows: 1, columns: ['text', 'label'] },
  })
})
