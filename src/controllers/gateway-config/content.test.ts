import { expect, test } from 'vitest'
import { create } from '../../../test/objects.ts'
import { decide, startDesk, wantedOf } from '../../../test/rollout.ts'
import type { World } from '../../../test/world.ts'
import { AccessKey } from '../../api/kinds/access-key.ts'
import { Secret } from '../../api/kinds/core.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { digestOf } from '../../lib/digest.ts'
import { snapshotContent } from './content.ts'

const contentOf = (world: World) => snapshotContent(world.manager, world.clock.now())

test('a candidate is in its route only while its release says so', async () => {
  await using world = await startDesk({
    rollout: { steps: [25] },
    route: { gates: [{ approval: {} }] },
    prompt: 'good',
  })
  const first = await wantedOf(world)
  expect(contentOf(world)).toMatchObject({
    routes: [{ phase: '' }],
    releases: { [`default/${first.metadata.name}`]: {} },
  })
  expect(contentOf(world).routes[0]).not.toHaveProperty('stable')
  await decide(world, first.metadata.name, 'approve', 'fine')
  expect(contentOf(world).routes[0]).toMatchObject({ stable: `default/${first.metadata.name}` })

  await world.change('other', { prompt: 'fair' })
  const { metadata } = await wantedOf(world)
  const key = `default/${metadata.name}`
  expect(contentOf(world).routes[0]).not.toHaveProperty('candidate')
  expect(contentOf(world).releases).toHaveProperty([key])
  await decide(world, metadata.name, 'approve', 'fine')
  expect(contentOf(world).routes[0]).toMatchObject({ candidate: { release: key, weight: 25, shadow: false } })
  await decide(world, metadata.name, 'abort', 'no')
  expect(contentOf(world).routes[0]).not.toHaveProperty('candidate')
  expect(contentOf(world).releases).not.toHaveProperty([key])
})

test('only secrets that releases in use refer to, and keys that are accepted, leave the control plane', async () => {
  await using world = await startDesk()
  await create(world, Secret, 's', { stringData: { token: 'sk-1', other: 'sk-2' } })
  await create(world, Secret, 'unused', { stringData: { token: 'sk-3' } })
  expect(contentOf(world).secrets).toEqual({})
  const endpoint = 'http://127.0.0.1:9/v1'
  await create(world, ModelProvider, 'p', {
    spec: { protocol: 'openai', endpoint, key: { name: 's', key: 'token' } },
  })
  await create(world, ModelRoute, 'chat', {
    spec: { model: 'chat', serve: { provider: { ref: 'p', model: 'm' } } },
  })
  expect(contentOf(world).secrets).toEqual({ 'default/s/token': 'sk-1' })
  await create(world, AccessKey, 'off', { spec: { hash: digestOf('a'), suspend: true } })
  await create(world, AccessKey, 'old', { spec: { hash: digestOf('b'), expires: '2025-01-01T00:00:00Z' } })
  await create(world, AccessKey, 'one', { spec: { hash: digestOf('c'), routes: ['chat'] } })
  expect(
    contentOf(world)
      .accessKeys.map(({ name }) => name)
      .toSorted(),
  ).toEqual(['one', 'test'])
})

test('an edited bundle is not served', async () => {
  await using world = await startDesk()
  const { metadata } = await wantedOf(world)
  await world.client.patch(RouteRelease, metadata.name, 'default', { spec: { bundle: { model: 'x' } } })
  await world.settle()
  expect(contentOf(world).releases).toEqual({})
  expect(contentOf(world).routes[0]).not.toHaveProperty('stable')
})

test('the same resources give the same content, in any order of listing', async () => {
  await using world = await startDesk({ training: 'few' })
  const backwards = {
    informer: (kind: Parameters<World['manager']['informer']>[0]) => {
      const informer = world.manager.informer(kind)
      return {
        get: informer.get.bind(informer),
        list: (namespace?: string) => informer.list(namespace).toReversed(),
      }
    },
  } as unknown as World['manager']
  expect(snapshotContent(backwards, world.clock.now())).toEqual(contentOf(world))
})
