import { expect, test } from 'vitest'
import { startTestServer } from '../../../test/api-server.ts'
import { conditionOf } from '../../api/conditions.ts'
import { resourceOf } from '../../api/kind.ts'
import { ConfigMap, Namespace } from '../../api/kinds/core.ts'
import { createClient } from '../../client/api-client.ts'
import { FakeApi } from '../../client/transport.fake.ts'
import { type Faults, faultyTransport } from '../../client/transport.faulty.ts'
import type { Transport } from '../../client/transport.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { type Random, seededRandom } from '../../lib/random.ts'
import { createManager } from './manager.ts'
import { hangPosters, Poster, toyKinds } from './toy.fake.ts'

/** Lets everything that is ready run: promises settle in microtasks, and nothing here waits for real time. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

/** Random wishes and vandalism, each of which leads to the same end state when all of them are done. */
function deeds(
  compact: () => Promise<void>,
  client: ReturnType<typeof createClient>,
  random: Random,
): (() => Promise<unknown>)[] {
  const ignore = () => {}
  const wish = (name: string, copies: number, text: string) => async () => {
    const metadata = { name, namespace: 'default' }
    const spec = { copies, text }
    if (await client.find(Poster, name, 'default'))
      // It may go away just now; then the wish is as good as never made.
      await client.patch(Poster, name, 'default', { spec }).catch(ignore)
    else await client.create(Poster, { metadata, spec })
  }
  const middle = [
    wish('a', 3, 'draft'),
    wish('b', 1, 'b'),
    wish('c', 2, ''),
    () => client.delete(Poster, 'c', 'default').catch(ignore),
    () => client.delete(ConfigMap, 'a-0', 'default').catch(ignore),
    () => client.patch(ConfigMap, 'a-1', 'default', { data: { text: 'scribble' } }).catch(ignore),
    compact,
  ]
  const shuffled = middle
    .map(deed => ({ deed, at: random() }))
    .sort((x, y) => x.at - y.at)
    .map(({ deed }) => deed)
  return [...shuffled, wish('a', 2, 'final'), wish('c', 1, 'c'), wish('b', 0, 'none')]
}

interface Server extends AsyncDisposable {
  transport: Transport
  /** Forgets the history of all kinds. */
  compact(): Promise<void>
  /** What the server has changed since its start. */
  writes(): number
}

const fakeServer = async (): Promise<Server> => {
  const api = new FakeApi(toyKinds)
  return {
    transport: api,
    compact: async () => api.compact(),
    writes: () => api.writes,
    [Symbol.asyncDispose]: async () => {},
  }
}

const embeddedServer = async (): Promise<Server> => {
  const { transport, store, ...server } = await startTestServer({ kinds: [Namespace, ...toyKinds] })
  return {
    transport,
    async compact() {
      for (const kind of toyKinds) await store.compact(resourceOf(kind), store.revision())
    },
    writes: () => store.revision(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function endState(seed: number, open: () => Promise<Server>) {
  const random = seededRandom(seed)
  await using api = await open()
  const clock = new FakeClock()
  const user = createClient(api.transport, { clock, random })
  const transport = faultyTransport(api.transport, random, faults)
  const client = createClient(transport, { clock, random })
  const manager = createManager({
    client,
    reconcilers: [hangPosters],
    kinds: [],
    clock,
    random,
    log: () => {},
  })
  const started = manager.start()
  for (const deed of deeds(api.compact, user, random)) {
    await deed()
    if (random() < 0.7) await breathe()
    if (random() < 0.3) clock.advance(random() * 500)
    if (random() < 0.1) transport.disconnect()
  }
  transport.heal()
  for (const until = clock.now() + 60_000; clock.now() < until; clock.advance(clock.next() ?? 0)) {
    await breathe()
    await manager.settle()
    // A poster whose deletion waited for its finalizer is wished for again once it is gone.
    const metadata = { name: 'c', namespace: 'default' }
    if (!(await user.find(Poster, 'c', 'default')))
      await user.create(Poster, { metadata, spec: { copies: 1, text: 'c' } })
  }
  await started
  await manager.settle()
  const writes = api.writes()
  for (const { metadata } of manager.informer(Poster).list())
    await user.patch(Poster, metadata.name, 'default', { metadata: { labels: { again: 'yes' } } })
  await manager.settle()
  const again = api.writes() - writes - manager.informer(Poster).list().length
  const posters = (await user.list(Poster)).items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    spec,
    finalizers: metadata.finalizers,
    hung: status?.hung,
    ready: conditionOf({ status }, 'Ready')?.status,
    current: status?.observedGeneration === metadata.generation,
  }))
  const copies = (await user.list(ConfigMap)).items.map(({ metadata, data }) => [metadata.name, data?.text])
  await manager.stop()
  return { posters, copies, again }
}

const wanted = (name: string, copies: number, text: string) => ({
  name,
  spec: { copies, text },
  finalizers: ['keelway.dev/poster'],
  hung: Array.from({ length: copies }, (_, index) => `${name}-${index}`),
  ready: 'True',
  current: true,
})

const faults: Faults = {
  refuse: 0.05,
  loseAnswer: 0.05,
  duplicate: 0.2,
  reorder: 0.2,
  drop: 0.05,
  cut: 0.05,
  expire: 0.05,
}

test.each([
  { orders: 1_000, server: 'a fake server', open: fakeServer },
  { orders: 100, server: 'the embedded server', open: embeddedServer },
])(
  '$orders orders of events from $server, some lost, doubled or late, lead to one end state',
  async ({ orders, open }) => {
    for (let seed = 1; seed <= orders; seed++)
      expect(await endState(seed, open), `seed ${seed}`).toEqual({
        posters: [wanted('a', 2, 'final'), wanted('b', 0, 'none'), wanted('c', 1, 'c')],
        copies: [
          ['a-0', 'final'],
          ['a-1', 'final'],
          ['c-0', 'c'],
        ],
        again: 0,
      })
  },
  60_000,
)
