import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { call } from '../telemetry/telemetry.contract.ts'
import { createReporter } from './reporter.ts'
import { openSpool } from './spool.ts'

const folders: string[] = []
afterEach(() => Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-reporter-'))
  folders.push(folder)
  return folder
}

function world(options: Partial<Parameters<typeof createReporter>[0]> = {}) {
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
  await setImmediate()
  expect(batches).toEqual([['a', 'b']])
  for (const id of ['c', 'd', 'e']) reporter.call(call(id))
  await setImmediate()
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ])
})

test('what comes while a batch is on its way waits for the next one, unless it fills it or somebody waits for all', async () => {
  const taken: (() => void)[] = []
  const batches: string[][] = []
  const { reporter, clock } = world({
    report: async calls => {
      batches.push(calls.map(({ id }) => id))
      await new Promise<void>(resolve => taken.push(resolve))
    },
  })
  const answer = async (): Promise<void> => {
    taken.shift()?.()
    for (let i = 0; i < 3; i++) await setImmediate()
  }
  for (const id of ['a', 'b', 'c']) reporter.call(call(id))
  await setImmediate()
  reporter.call(call('d'))
  await answer()
  expect(batches).toEqual([['a', 'b', 'c']])
  clock.advance(200)
  await setImmediate()
  expect(batches.at(-1)).toEqual(['d'])
  for (const id of ['e', 'f', 'g', 'h']) reporter.call(call(id))
  await answer()
  expect(batches.at(-1)).toEqual(['e', 'f', 'g'])
  const flushed = reporter.flush()
  await answer()
  expect(batches.at(-1)).toEqual(['h'])
  reporter.call(call('i'))
  await answer()
  expect(batches.at(-1)).toEqual(['i'])
  await answer()
  await flushed
  expect(reporter.buffered).toBe(0)
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

test('with a spool nothing waits in memory while the control plane is gone, and all of it comes in order', async () => {
  const spool = await openSpool(await newFolder(), 1e6)
  const { batches, reporter, state, settle } = world({ spool })
  state.dead = true
  for (let i = 0; i < 20; i++) {
    reporter.call(call(String(i)))
    if (i % 4 === 3) await settle(2000)
  }
  expect([reporter.buffered, batches]).toEqual([0, []])
  expect(reporter.spooled).toBeGreaterThan(1000)
  state.dead = false
  reporter.call(call('20'))
  await settle(2000)
  expect(batches.flat()).toEqual(Array.from({ length: 21 }, (_, i) => String(i)))
  expect([reporter.spooled, reporter.dropped]).toEqual([0, 0])
})

test('what a gateway could not deliver its next start does', async () => {
  const folder = await newFolder()
  const first = world({ spool: await openSpool(folder, 1e6) })
  first.state.dead = true
  for (const id of ['a', 'b']) first.reporter.call(call(id))
  await first.reporter.stop()
  const second = world({ spool: await openSpool(folder, 1e6) })
  second.clock.advance(200)
  second.reporter.call(call('c'))
  await second.reporter.flush()
  expect(second.batches.flat()).toEqual(['a', 'b', 'c'])
})

test('a disk that takes nothing leaves records in memory, and is said once', async () => {
  const spool = await openSpool(await newFolder(), 1e6)
  const said: string[] = []
  const full = { ...spool, bytes: 0, append: () => Promise.reject(new Error('no space left')) }
  const { batches, reporter, state, settle } = world({
    spool: full,
    capacity: 10,
    say: text => said.push(text),
  })
  state.dead = true
  for (let i = 0; i < 15; i++) {
    reporter.call(call(String(i)))
    await settle(2000)
  }
  state.dead = false
  await settle(2000)
  expect(said.filter(text => text.includes('no space left'))).toHaveLength(1)
  expect(batches.flat().at(-1)).toBe('14')
  expect(batches.flat().length + reporter.dropped).toBe(15)
})

test('records are made ready before they leave, to the control plane and to the disk alike', async () => {
  const spool = await openSpool(await newFolder(), 1e6)
  const { batches, reporter, state, settle } = world({
    spool,
    prepare: async calls => calls.map(one => ({ ...one, id: `ready ${one.id}` })),
  })
  reporter.call(call('a'))
  await settle(200)
  state.dead = true
  reporter.call(call('b'))
  await settle(200)
  expect(JSON.stringify((await spool.next(9))?.entries)).toContain('ready b')
  state.dead = false
  await settle(2000)
  expect(batches).toEqual([['ready a'], ['ready b']])
})

test('a control plane that does not answer counts as gone', async () => {
  const spool = await openSpool(await newFolder(), 1e6)
  const clock = new FakeClock()
  const reporter = createReporter({
    report: () => new Promise(() => {}),
    clock,
    random: () => 0,
    say: () => {},
    spool,
  })
  reporter.call(call('a'))
  const flushed = reporter.flush()
  await setImmediate()
  clock.advance(10_000)
  await flushed
  expect(spool.bytes).toBeGreaterThan(0)
})
