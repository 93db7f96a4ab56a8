import { expect, test } from 'vitest'
import { conditionOf } from '../../api/conditions.ts'
import { ConfigMap, Event } from '../../api/kinds/core.ts'
import { createClient } from '../../client/api-client.ts'
import { FakeApi } from '../../client/transport.fake.ts'
import type { Transport } from '../../client/transport.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { createManager } from './manager.ts'
import { done, type Reconciler, requeueIn, Stalled, Waiting } from './reconciler.ts'
import { hangPosters, Poster, toyKinds } from './toy.fake.ts'

const poster = (name: string, copies = 2, text = 'hello') => ({
  metadata: { name, namespace: 'default' },
  spec: { copies, text },
})

/** Lets answers of the server arrive. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

async function running(...reconcilers: Reconciler[]) {
  return runningThrough(api => api, ...reconcilers)
}

/** With a transport of its own between the controllers and the server. */
async function runningThrough(through: (api: FakeApi) => Transport, ...reconcilers: Reconciler[]) {
  const api = new FakeApi(toyKinds)
  const clock = new FakeClock()
  const random = seededRandom(1)
  const client = createClient(api, { clock, random })
  const logged: string[] = []
  const log = (level: string, message: string) => void logged.push(`${level} ${message}`)
  const manager = createManager({
    client: createClient(through(api), { clock, random }),
    reconcilers,
    kinds: toyKinds,
    clock,
    random,
    log,
  })
  await manager.start()
  return { api, clock, client, manager, logged, [Symbol.asyncDispose]: () => manager.stop() }
}

/** A reconciler of posters that does what it is told. */
const posters = (
  reconcile: Reconciler<typeof Poster>['reconcile'],
  more: Partial<Reconciler<typeof Poster>> = {},
): Reconciler<typeof Poster> => ({ name: 'test', kind: Poster, ...more, reconcile })

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

test('a finalizer is removed only after finalize went well', async () => {
  let refuse = true
  const stubborn: Reconciler<typeof Poster> = {
    ...hangPosters,
    async finalize(poster, context) {
      if (refuse) throw new Waiting('WallBusy', 'the wall is being painted', 5_000)
      await hangPosters.finalize?.(poster, context)
    },
  }
  await using world = await running(stubborn)
  const { client, manager, clock } = world
  await client.create(Poster, poster('a'))
  await manager.settle()
  await client.delete(Poster, 'a', 'default')
  await manager.settle()
  const held = await client.get(Poster, 'a', 'default')
  expect(conditionOf(held, 'Ready')).toMatchObject({ status: 'False', reason: 'WallBusy' })
  expect((await client.list(ConfigMap)).items).toHaveLength(2)
  refuse = false
  clock.advance(5_000)
  await manager.settle()
  expect(await client.find(Poster, 'a', 'default')).toBeUndefined()
  expect((await client.list(ConfigMap)).items).toHaveLength(0)
})

test('a child that is deleted or changed by somebody else is put right', async () => {
  await using world = await running(hangPosters)
  const { client, manager } = world
  await client.create(Poster, poster('a', 1))
  await manager.settle()
  await client.delete(ConfigMap, 'a-0', 'default')
  await manager.settle()
  await client.patch(ConfigMap, 'a-0', 'default', { data: { text: 'scribble' } })
  await manager.settle()
  expect((await client.get(ConfigMap, 'a-0', 'default')).data).toEqual({ text: 'hello' })
})

test('Waiting comes back after its time, Stalled only when something changes', async () => {
  let calls = 0
  await using world = await running(
    posters(async ({ spec }) => {
      calls++
      if (spec.text === 'wait') throw new Waiting('NotYet', 'soon', 2_000)
      throw new Stalled('BadText', 'change spec.text')
    }),
  )
  const { client, manager, clock } = world
  await client.create(Poster, poster('a', 1, 'wait'))
  await manager.settle()
  expect(calls).toBe(1)
  clock.advance(2_000)
  await manager.settle()
  expect(calls).toBe(2)
  await client.patch(Poster, 'a', 'default', { spec: { text: 'stall' } })
  await manager.settle()
  expect(calls).toBe(3)
  clock.advance(300_000)
  await manager.settle()
  expect(calls).toBe(3)
  const { status } = await client.get(Poster, 'a', 'default')
  expect(status?.conditions).toMatchObject([
    { type: 'Ready', status: 'False', reason: 'BadText', observedGeneration: 2 },
    { type: 'Stalled', status: 'True', reason: 'BadText', message: 'change spec.text' },
  ])
})

test('an error is retried ever more slowly, shown without its secrets, and written once', async () => {
  let calls = 0
  await using world = await running(
    posters(async () => {
      calls++
      throw new Error(
        'can not fetch https://bob:hunter2@example.com/x with Authorization: Bearer abcdef123456',
      )
    }),
  )
  const { client, manager, clock, api } = world
  await client.create(Poster, poster('a'))
  await manager.settle()
  expect(api.writes).toBe(2)
  for (let tries = 2; tries < 10; tries++) {
    expect(calls).toBe(tries - 1)
    const wait = 5 * 2 ** (tries - 2)
    clock.advance(wait / 2 - 1)
    await manager.settle()
    expect(calls).toBe(tries - 1)
    clock.advance(wait / 2 + 1)
    await manager.settle()
  }
  expect(api.writes).toBe(2)
  const { message } = conditionOf(await client.get(Poster, 'a', 'default'), 'Ready') ?? {}
  expect(message).toMatch(/^can not fetch https:\/\/\*\*\*@example.com\/x/)
  expect(message).not.toMatch(/hunter2|abcdef/)
})

test('a call that outlives its deadline is aborted, reported and can not write any more', async () => {
  const freed = Promise.withResolvers<void>()
  const late = Promise.withResolvers<unknown>()
  let calls = 0
  await using world = await running(
    posters(
      async ({ metadata }, { client, signal }) => {
        if (metadata.name !== 'slow' || ++calls > 1) return done
        await freed.promise
        expect(signal.aborted).toBe(true)
        late.resolve(await client.delete(Poster, 'slow', 'default').catch(error => error))
        return done
      },
      { timeoutMs: 1_000 },
    ),
  )
  const { client, manager, clock } = world
  await client.create(Poster, poster('slow'))
  await expect.poll(() => calls).toBe(1)
  expect(manager.metrics()[0]).toMatchObject({ running: 1, longestRunningMs: 0 })
  clock.advance(1_000)
  await client.create(Poster, poster('other'))
  await manager.settle()
  expect(conditionOf(await client.get(Poster, 'slow', 'default'), 'Ready')).toMatchObject({
    reason: 'Failed',
    message: 'gave up after 1000 ms',
  })
  // Others go on, but the object is not called again while its old call runs.
  expect(conditionOf(await client.get(Poster, 'other', 'default'), 'Ready')?.status).toBe('True')
  clock.advance(60_000)
  await manager.settle()
  expect(calls).toBe(1)
  freed.resolve()
  expect(await late.promise).toMatchObject({ message: 'gave up after 1000 ms' })
  await manager.settle()
  expect(conditionOf(await client.get(Poster, 'slow', 'default'), 'Ready')?.status).toBe('True')
})

test('a status that moves on each call wakes the object again, at first at once and then ever more slowly', async () => {
  await using world = await running(
    posters(async ({ status }) => {
      status.hung = [...(status.hung ?? []), 'x']
      return done
    }),
  )
  const { client, manager, clock, logged } = world
  await client.create(Poster, poster('a'))
  await manager.settle()
  const hung = async () => (await client.get(Poster, 'a', 'default')).status?.hung?.length
  expect(await hung()).toBe(11)
  expect(logged).toEqual(['warn each call writes another status'])
  clock.advance(100)
  await manager.settle()
  expect(await hung()).toBe(12)
})

test('a polling reconciler is called at its own pace, however often its status changes', async () => {
  let calls = 0
  await using world = await running(
    posters(async ({ status }) => {
      status.hung = [String(++calls)]
      return requeueIn(1_000)
    }),
  )
  const { client, manager, clock } = world
  await client.create(Poster, poster('a'))
  for (let second = 1; second <= 5; second++) {
    await manager.settle()
    expect(calls).toBe(second)
    clock.advance(1_000)
  }
})

test('a conflict is no error: the call is made again with the newer object', async () => {
  let calls = 0
  await using world = await running(
    posters(async ({ metadata, status, spec }) => {
      // Somebody changes the object while it is being reconciled.
      if (++calls === 1)
        await world.client.patch(Poster, metadata.name, 'default', { spec: { text: 'newer' } })
      status.hung = [spec.text]
      return done
    }),
  )
  const { client, manager, clock, logged } = world
  await client.create(Poster, poster('a'))
  await manager.settle()
  clock.advance(5)
  await manager.settle()
  const { status } = await client.get(Poster, 'a', 'default')
  expect(status).toMatchObject({ hung: ['newer'], observedGeneration: 2 })
  expect(manager.metrics()[0]?.results).toMatchObject({ conflict: 1, error: 0 })
  expect(logged).toEqual([])
})

test('equal events are one Event whose count grows, written at most once a minute', async () => {
  await using world = await running(
    posters(async (_, { event }) => {
      event('Warning', 'Torn', 'the poster is torn; token=abcdefgh')
      return requeueIn(1_000)
    }),
  )
  const { client, manager, clock } = world
  await client.create(Poster, poster('a'))
  await manager.settle()
  for (let second = 0; second < 61; second++) {
    clock.advance(1_000)
    await manager.settle()
  }
  const { items } = await client.list(Event)
  expect(items).toMatchObject([
    {
      involvedObject: { kind: 'Poster', name: 'a', namespace: 'default' },
      reason: 'Torn',
      message: 'the poster is torn; token=***',
      type: 'Warning',
      source: { component: 'test' },
      count: 61,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:01:00Z',
    },
  ])
  expect(items[0]?.metadata.generation).toBe(1)
})

test('two reconcilers of one kind are refused, unless the second leaves the status alone', async () => {
  const first = posters(async () => done)
  const second = posters(async () => done, { name: 'second' })
  await expect(running(first, second)).rejects.toThrow(
    '"test" and "second" would both write the status of Poster',
  )
  await expect(running(first, first)).rejects.toThrow('two reconcilers are named "test"')
  const meddler = posters(
    async ({ status }) => {
      status.hung = ['mine']
      return done
    },
    { name: 'meddler', conditions: false },
  )
  await using world = await running(first, meddler)
  await world.client.create(Poster, poster('a'))
  await world.manager.settle()
  expect((await world.client.get(Poster, 'a', 'default')).status?.hung).toBeUndefined()
  expect(world.logged).toContain('error a reconcile failed')
})

test('what a lost lease forbids is not written', async () => {
  const api = new FakeApi(toyKinds)
  const clock = new FakeClock()
  const random = seededRandom(1)
  const client = createClient(api, { clock, random })
  let leads = true
  const fence = () => {
    if (!leads) throw new Error('the lease is lost')
  }
  const options = { client, reconcilers: [hangPosters], kinds: [], clock, random, log: () => {}, fence }
  await using manager = createManager(options)
  await manager.start()
  leads = false
  await client.create(Poster, poster('a'))
  await manager.settle()
  expect(api.writes).toBe(1)
})

test('a kind that nobody named is not cached, and the error says what to do', async () => {
  await using world = await running(hangPosters)
  expect(() => world.manager.informer({ ...Poster, kind: 'Banner' })).toThrow(
    "Banner is not cached: name it among the reconciler's watches or the manager's kinds",
  )
})

test('an object is not called again before the cache shows what its last call wrote', async () => {
  const release = Promise.withResolvers<void>()
  let calls = 0
  const oneCopy = posters(async ({ metadata: { namespace = '' }, status }, { client, informer }) => {
    calls++
    if (informer(ConfigMap).list(namespace).length === 0)
      await client.create(ConfigMap, { metadata: { generateName: 'copy-', namespace } })
    status.hung = ['copy']
    return done
  })
  /** Events of ConfigMaps are late. */
  const late = (api: FakeApi): Transport => ({
    request: request => api.request(request),
    async *stream(request) {
      for await (const event of api.stream(request)) {
        if (request.path.includes('configmaps')) await release.promise
        yield event
      }
    },
  })
  await using world = await runningThrough(late, oneCopy)
  await world.client.create(Poster, poster('a'))
  for (let turn = 0; turn < 20; turn++) await breathe()
  expect(calls).toBe(1)
  release.resolve()
  await world.manager.settle()
  expect(calls).toBe(2)
  expect((await world.client.list(ConfigMap)).items).toHaveLength(1)
})

test("another writer's finalizer is kept when it comes between the cache and the write", async () => {
  let meddled = false
  const meddling = (api: FakeApi): Transport => ({
    async request(request) {
      if (request.method === 'PATCH' && !meddled) {
        meddled = true
        await api.request({ ...request, body: { metadata: { finalizers: ['example.com/other'] } } })
      }
      return api.request(request)
    },
    stream: request => api.stream(request),
  })
  await using world = await runningThrough(meddling, hangPosters)
  await world.client.create(Poster, poster('a'))
  await world.manager.settle()
  world.clock.advance(5)
  await world.manager.settle()
  expect((await world.client.get(Poster, 'a', 'default')).metadata.finalizers).toEqual([
    'example.com/other',
    'keelway.dev/poster',
  ])
})
