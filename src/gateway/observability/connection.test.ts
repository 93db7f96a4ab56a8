import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import type { GatewayUpstream } from '../gateway.ts'
import { watchConnection } from './connection.ts'

const gateway = { id: 'g', url: 'http://g' }

function world() {
  const clock = new FakeClock(1000)
  let answer: () => Promise<undefined> = async () => undefined
  const upstream: GatewayUpstream = {
    snapshot: () => answer(),
    applied: () => answer(),
    report: () => answer(),
    blob: () => answer(),
  }
  const connection = watchConnection(upstream, clock)
  const abort = new AbortController()
  const ask = () => connection.upstream.snapshot(gateway, undefined, 10_000, abort.signal)
  return { clock, connection, ask, abort, answer: (next: typeof answer) => (answer = next) }
}

test('it is gone until it answers, and gone again when it does not', async () => {
  const { clock, connection, ask, answer } = world()
  expect(connection.state()).toEqual({ connected: false, since: 1000 })
  clock.advance(5)
  await ask()
  expect(connection.state()).toEqual({ connected: true, since: 1005 })
  clock.advance(5)
  await ask()
  expect(connection.state()).toEqual({ connected: true, since: 1005 })
  clock.advance(5)
  answer(() => Promise.reject(new Error('connection refused')))
  await expect(ask()).rejects.toThrow('refused')
  expect(connection.state()).toEqual({ connected: false, since: 1015 })
})

test('one that hangs is gone when it should have answered', async () => {
  const { clock, connection, ask, answer } = world()
  await ask()
  answer(() => new Promise(() => {}))
  void ask()
  clock.advance(15_000)
  expect(connection.state().connected).toBe(true)
  clock.advance(1)
  expect(connection.state()).toEqual({ connected: false, since: 16_000 })
})

test('a question that the gateway itself gives up says nothing', async () => {
  const { connection, ask, answer, abort } = world()
  await ask()
  abort.abort()
  answer(() => Promise.reject(new Error('aborted')))
  await expect(ask()).rejects.toThrow()
  expect(connection.state().connected).toBe(true)
})

test('records and content go through', async () => {
  const { connection } = world()
  expect(await connection.upstream.report([], [])).toBeUndefined()
  expect(await connection.upstream.blob('sha256:1')).toBeUndefined()
  expect(connection.state().connected).toBe(false)
})
