import { expect, test } from 'vitest'
import { ConfigMap } from '../api/kinds/core.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { seededRandom } from '../lib/random.ts'
import { createClient } from './api-client.ts'
import { createInformer } from './list-watch-informer.ts'
import { FakeApi } from './transport.fake.ts'
import { type Faults, faultyTransport } from './transport.faulty.ts'

const configMap = (name: string, namespace = 'default') => ({
  metadata: { name, namespace },
  data: { n: '0' },
})
/** Lets answers of the server arrive. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

function world(faults: Faults = {}, seed = 1) {
  const api = new FakeApi([ConfigMap])
  const clock = new FakeClock()
  const random = seededRandom(seed)
  const user = createClient(api, { clock, random })
  const transport = faultyTransport(api, random, faults)
  const errors: unknown[] = []
  const informer = createInformer(createClient(transport, { clock, random }), ConfigMap, {
    clock,
    random,
    onError: error => errors.push(error),
  })
  return { api, clock, random, user, transport, informer, errors }
}

test('a watch that ends is resumed, and a 410 leads to a list that finds what was deleted meanwhile', async () => {
  const { api, clock, user, transport, informer } = world()
  await using _ = informer
  for (const name of ['a', 'b', 'c']) await user.create(ConfigMap, configMap(name))
  await informer.start()
  await informer.caughtUp()
  transport.disconnect()
  await breathe()
  await user.delete(ConfigMap, 'a', 'default')
  await user.patch(ConfigMap, 'b', 'default', { data: { n: '1' } })
  api.compact()
  const seen: string[] = []
  informer.onChange((now, before) => seen.push(`${(now ?? before)?.metadata.name} ${now?.data?.n ?? 'gone'}`))
  await breathe()
  expect(seen).toEqual([])
  clock.advance(100)
  await informer.caughtUp()
  expect(seen).toEqual(['a gone', 'b 1'])
})

test('an unreachable server is asked again after ever longer waits', async () => {
  const { clock, informer, errors, transport } = world({ refuse: 1 })
  await using _ = informer
  const started = informer.start()
  const waits: number[] = []
  for (let turn = 0; turn < 12; turn++) {
    await breathe()
    const wait = clock.next() ?? 0
    waits.push(wait)
    clock.advance(wait)
  }
  expect(errors).toHaveLength(12)
  for (const [index, wait] of waits.entries()) {
    const full = Math.min(30_000, 100 * 2 ** index)
    expect(wait).toBeGreaterThanOrEqual(full / 2)
    expect(wait).toBeLessThanOrEqual(full)
  }
  expect(informer.synced()).toBe(false)
  transport.heal()
  await breathe()
  clock.advance(30_000)
  await started
  expect(informer.synced()).toBe(true)
})

test('an informer that is stopped before its first list says so', async () => {
  const { informer } = world({ refuse: 1 })
  const started = informer.start()
  await breathe()
  await informer[Symbol.asyncDispose]()
  await expect(started).rejects.toThrow('the informer of configmaps was stopped')
})

test('cached objects can not be changed', async () => {
  const { user, informer } = world()
  await using _ = informer
  await user.create(ConfigMap, configMap('a'))
  await informer.start()
  const cached = informer.get('a', 'default')
  expect(() => {
    if (cached?.data) cached.data.n = '9'
  }).toThrow(TypeError)
})

test('under 200 runs of faults no object ever goes back in time, and the cache ends equal to the server', async () => {
  const faults = { refuse: 0.1, duplicate: 0.3, reorder: 0.3, drop: 0.1, cut: 0.1, expire: 0.1 }
  for (let seed = 1; seed <= 200; seed++) {
    const { clock, random, user, transport, informer, api } = world(faults, seed)
    const newest = new Map<string, number>()
    informer.onChange((now, before) => {
      const { uid = '', resourceVersion = '' } = (now ?? before)?.metadata ?? {}
      const version = now ? Number(resourceVersion) : Number.POSITIVE_INFINITY
      expect(version, `seed ${seed}`).toBeGreaterThan(newest.get(uid) ?? 0)
      newest.set(uid, version)
    })
    const started = informer.start()
    for (let step = 0; step < 40; step++) {
      const name = `c${Math.floor(random() * 4)}`
      const found = await user.find(ConfigMap, name, 'default')
      if (!found) await user.create(ConfigMap, configMap(name))
      else if (random() < 0.3) await user.delete(ConfigMap, name, 'default')
      else await user.patch(ConfigMap, name, 'default', { data: { n: String(step) } })
      if (random() < 0.5) await breathe()
      if (random() < 0.3) clock.advance(random() * 1_000)
      if (random() < 0.05) api.compact()
    }
    transport.heal()
    for (const until = clock.now() + 60_000; clock.now() < until; clock.advance(5_000)) await breathe()
    await started
    await informer.caughtUp()
    const byName = (a: { metadata: { name: string } }, b: typeof a) =>
      a.metadata.name < b.metadata.name ? -1 : 1
    expect(informer.list().sort(byName), `seed ${seed}`).toEqual((await user.list(ConfigMap)).items)
    await informer[Symbol.asyncDispose]()
  }
})
