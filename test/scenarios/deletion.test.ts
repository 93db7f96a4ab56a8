import { expect, test } from 'vitest'
import { conditionOf } from '../../src/api/conditions.ts'
import { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { startDesk, tryUntil, wantedOf } from '../rollout.ts'

test('a serving release that is deleted serves until another one is live, and then goes', async () => {
  await using world = await startDesk({ prompt: 'fair' })
  const { client } = world
  const { name } = (await wantedOf(world)).metadata
  await client.delete(RouteRelease, name, 'default')
  await world.settle()
  expect(await world.ask('refund', 'live 3', 'a')).toMatchObject({ status: 200, release: name })
  const kept = await client.get(RouteRelease, name, 'default')
  expect(conditionOf(kept, 'Ready')).toMatchObject({ reason: 'Serving' })
  await world.change('better prompt', { prompt: 'good' })
  await tryUntil(world, ['Live'])
  await world.settle()
  expect(await client.find(RouteRelease, name, 'default')).toBeUndefined()
})

test('a release on hold can not be deleted away, and goes with its route', async () => {
  await using world = await startDesk({ prompt: 'fair' })
  const { client } = world
  await world.change('no output format', { prompt: 'broken' })
  const rejected = await wantedOf(world)
  expect(rejected.status?.phase).toBe('Rejected')
  await client.delete(RouteRelease, rejected.metadata.name, 'default')
  await world.settle()
  expect(await client.find(RouteRelease, rejected.metadata.name, 'default')).toBeDefined()
  await client.delete(ModelRoute, 'refund', 'default')
  await world.settle()
  await world.advance(20_000)
  expect(
    (await client.list(RouteRelease, { namespace: 'default' })).items.map(({ status }) => status?.phase),
  ).not.toContain('Live')
})
