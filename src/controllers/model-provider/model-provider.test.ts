import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf, store } from '../../../test/objects.ts'
import { testWorld } from '../../../test/world.ts'
import { Secret } from '../../api/kinds/core.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'

test('a provider waits for its Secret, for the key in it, and for its recorded answers', async () => {
  await using world = await testWorld()
  const endpoint = 'http://127.0.0.1:9/v1'
  await create(world, ModelProvider, 'live', {
    spec: { protocol: 'openai', endpoint, key: { name: 's', key: 'token' } },
  })
  await create(world, ModelProvider, 'tape', { spec: { protocol: 'recorded', cassette: { ref: 'answers' } } })
  expect(await readyOf(world, ModelProvider, 'live')).toContain('SecretMissing: there is no Secret default/s')
  await create(world, Secret, 's', { stringData: { other: 'x' } })
  expect(await readyOf(world, ModelProvider, 'live')).toContain('SecretKeyMissing')
  await world.client.patch(Secret, 's', 'default', { stringData: { token: 'sk-1' } })
  await world.settle()
  expect(await readyOf(world, ModelProvider, 'live')).toBe('True Complete: all it refers to is there')
  expect(JSON.stringify(await statusOf(world, ModelProvider, 'live'))).not.toContain('sk-1')

  expect(await readyOf(world, ModelProvider, 'tape')).toMatch(/^False \w+: Dataset answers/)
  const path = await store(world, [{ system: 's', user: 'u', answer: 'a' }])
  await create(world, Dataset, 'answers', { spec: { path, format: 'jsonl' } })
  expect(await readyOf(world, ModelProvider, 'tape')).toContain('True')
})

test('the digest follows the recorded answers', async () => {
  await using world = await testWorld()
  const answers = (answer: string) => store(world, [{ system: 's', user: 'u', answer }])
  await create(world, Dataset, 'answers', { spec: { path: await answers('a'), format: 'jsonl' } })
  await create(world, ModelProvider, 'tape', { spec: { protocol: 'recorded', cassette: { ref: 'answers' } } })
  const { digest } = await statusOf(world, ModelProvider, 'tape')
  await change(world, Dataset, 'answers', { path: await answers('b') })
  expect((await statusOf(world, ModelProvider, 'tape')).digest).not.toBe(digest)
})
