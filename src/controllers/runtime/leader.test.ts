import { expect, test } from 'vitest'
import { Lease } from '../../api/kinds/core.ts'
import { createClient } from '../../client/api-client.ts'
import { FakeApi } from '../../client/transport.fake.ts'
import { faultyTransport } from '../../client/transport.faulty.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { createLeader } from './leader.ts'

/** Lets answers of the server arrive. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))

function election() {
  const api = new FakeApi([Lease])
  const clock = new FakeClock()
  const random = seededRandom(1)
  const client = createClient(api, { clock, random })
  const candidate = (identity: string, transport = client) =>
    createLeader({
      client: transport,
      clock,
      random,
      log: () => {},
      name: 'controllers',
      namespace: 'default',
      identity,
    })
  const pass = async (ms: number) => {
    for (const until = clock.now() + ms; clock.now() < until; clock.advance(500)) await breathe()
    await breathe()
  }
  return { api, clock, random, client, candidate, pass }
}

test('one of two candidates leads until it gives the lease back', async () => {
  const { client, candidate, pass } = election()
  const a = candidate('a')
  const b = candidate('b')
  await a.acquire()
  let second = false
  const waiting = b.acquire().then(() => {
    second = true
  })
  await pass(60_000)
  expect(second).toBe(false)
  a.fence()
  expect(() => b.fence()).toThrow('the lease controllers is not held')
  await a[Symbol.asyncDispose]()
  await pass(5_000)
  await waiting
  b.fence()
  expect(() => a.fence()).toThrow()
  expect((await client.get(Lease, 'controllers', 'default')).spec).toMatchObject({
    holderIdentity: 'b',
    leaseTransitions: 1,
    renewTime: expect.stringMatching(/\.\d{6}Z$/),
  })
  await b[Symbol.asyncDispose]()
})

test('a holder that is cut off stops writing before another one takes over', async () => {
  const { api, clock, random, candidate, pass } = election()
  let connected = true
  const cut = {
    request: (request: Parameters<typeof api.request>[0]) =>
      connected ? api.request(request) : Promise.reject(new Error('cut off')),
    stream: api.stream.bind(api),
  }
  const a = candidate('a', createClient(cut, { clock, random }))
  const b = candidate('b')
  await a.acquire()
  let tookOver = false
  const waiting = b.acquire().then(() => {
    tookOver = true
  })
  await pass(10_000)
  connected = false
  let both = 0
  for (let step = 0; step < 120; step++) {
    await pass(500)
    const leads = [a, b].filter(each => {
      try {
        each.fence()
        return true
      } catch {
        return false
      }
    })
    if (leads.length > 1) both++
  }
  expect({ both, tookOver }).toEqual({ both: 0, tookOver: true })
  await a.lost
  await waiting
  await b[Symbol.asyncDispose]()
  await a[Symbol.asyncDispose]()
})

test('never do two of three candidates lead at once under faults', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { api, clock, pass, candidate } = election()
    const random = seededRandom(seed)
    const faults = { refuse: 0.4, loseAnswer: 0.3 }
    const leaders = ['a', 'b', 'c'].map(identity =>
      candidate(identity, createClient(faultyTransport(api, random, faults), { clock, random })),
    )
    for (const leader of leaders) leader.acquire().catch(() => {})
    for (let step = 0; step < 60; step++) {
      await pass(1_000)
      const leading = leaders.filter(leader => {
        try {
          leader.fence()
          return true
        } catch {
          return false
        }
      })
      expect(leading.length, `seed ${seed}, second ${step}`).toBeLessThan(2)
    }
    await Promise.all(leaders.map(leader => leader[Symbol.asyncDispose]()))
  }
})

test('a lease whose holder gives up no earlier than others take over is refused', () => {
  const { client, clock, random } = election()
  const options = { client, clock, random, log: () => {}, name: 'x', namespace: 'default', identity: 'a' }
  expect(() => createLeader({ ...options, leaseMs: 5_000 })).toThrow(RangeError)
})
