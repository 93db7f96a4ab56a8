import { expect, test } from 'vitest'
import { conditionOf } from '../../api/conditions.ts'
import { ConfigMap, Event } from '../../api/kinds/core.ts'
import { createClient } from '../../client/api-client.ts'
import { FakeApi } from '../../client/transport.fake.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { createManager } from './manager.ts'
import { done, type Reconciler, requeueIn, Stalled, Waiting } from './reconciler.ts'
import { hangPosters, Poster, toyKinds } from './toy.fake.ts'

const poster = (name: string, copies = 2, text = 'hello') => ({
  metadata: { name, namespace: 'default' },
  spec: { copies, text },
})

async function running(...reconcilers: Reconciler[]) {
  const api = new FakeApi(toyKinds)
  const clock = new FakeClock()
  const random = seededRandom(1)
  const client = createClient(api, { clock, random })
  const logged: string[] = []
  const log = (level: string, message: string) => void logged.push(`${level} ${message}`)
  const manager = createManager({ client, reconcilers, kinds: toyKinds, clock, random, log })
  await manager.start()
  return { api, clock, client, manager, logged, [Symbol.asyncDispose]: () => manager.stop() }
}

/** A reconciler of posters that does what it is told. */
const posters = (
  reconcile: Reconciler<typeof Poster>['reconcile'],
  more: Partial<Reconciler<typeof Poster>> = {},
) => ({ name: 'test', kind: Poster, ...more, reconcile }) satisfies Reconciler<typeof Poster>

test('an object leads to its children, a status and a finalizer, and a second call writes nothing', async () => {
  await using world = await running(hangPosters)
  const { client, manager, api } = world
  await client.create(Poster, poster('a'))
  await manager.settle()
  const made = await client.get(Poster, 'a', 'default')
  expect(made.status?.hung).toEqual(['a-0', 'a-1'])
  expect(conditionOf(made, 'Ready')).toMatchObject({
    status: 'True',
    reason: 'Reconciled',
    observedGeneration: 1,
  })
  expect(made.metadata.finalizers).toEqual(['keelway.dev/poster'])
  expect((await client.list(ConfigMap)).items.map(({ metadata }) => metadata.name)).toEqual(['a-0', 'a-1'])
  const { writes } = api
  world.clock.advance(1_200_000)
  await manager.settle()
  expect(api.writes).toBe(writes)
  expect(manager.metrics()[0]?.results.done).toBeGreaterThan(2)
})
