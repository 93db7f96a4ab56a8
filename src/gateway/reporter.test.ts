import { expect, test } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { call } from '../telemetry/telemetry.contract.ts'
import { createReporter } from './reporter.ts'

function world(options: { capacity?: number } = {}) {
  const clock = new FakeClock()
  const batches: string[][] = []
  const state = { dead: false }
  const reporter = createReporter({
    report: async calls => {
      if (state.dead) throw new Error('connection refused')
      batches.push(calls.map(({ id }) => id))
    },
    clock,
    random: () => 0,
    say: () => {},
    maxBatch: 3,
    ...options,
  })
  const settle = async (ms: number) => {
    clock.advance(ms)
    await reporter.flush()
  }
  return { clock, batches, state, reporter, settle }
}

test('records go out together within a fifth of a second, or as soon as a batch is full', async () => {
  const { batches, reporter, clock } = world()
  reporter.call(call('a'))
  reporter.call(call('b'))
  expect(batches).toEqual([])
  clock.advance(200)
  expect(batches).toEqual([['a', 'b']])
  await reporter.flush()
  for (const id of ['c', 'd', 'e']) reporter.call(call(id))
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ])
})

test('records wait in order while the control plane is gone', async () => {
  const { batches, reporter, state, settle } = world()
  state.dead = true
  for (const id of ['a', 'b', 'c', 'd']) reporter.call(call(id))
  await settle(1000)
  expect(batches).toEqual([])
  state.dead = false
  await settle(5000)
  expect(batches.flat()).toEqual(['a', 'b', 'c', 'd'])
  expect(reporter.dropped).toBe(0)
})

test('the oldest are dropped and counted when too many wait', async () => {
  const { batches, reporter, state, settle } = world({ capacity: 10 })
  state.dead = true
  for (let i = 0; i < 25; i++) {
    reporter.call(call(String(i)))
    await settle(1)
  }
  state.dead = false
  await settle(5000)
  expect(reporter.dropped).toBe(15)
  expect(batches.flat()).toEqual(Array.from({ length: 10 }, (_, i) => String(i + 15)))
})

test('stopping sends what waits', async () => {
  const { batches, reporter } = world()
  reporter.call(call('a'))
  await reporter.stop()
  expect(batches).toEqual([['a']])
})
