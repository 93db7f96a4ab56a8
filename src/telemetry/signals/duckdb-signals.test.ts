import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { openDuckDbSignals } from './duckdb-signals.ts'
import { memorySignals } from './memory-signals.ts'
import { defaultSettings, type SignalSettings } from './retention.ts'
import type { Signal } from './signal.ts'
import { signalStoreContract } from './signal-store.contract.ts'
import { change, crashBatch, event, log, minute, point, span, t0 } from './signal-store.fake.ts'
import type { SignalStore } from './signal-store.ts'
import type { TemplateOf } from './template-of.ts'

const folders: string[] = []
const open: SignalStore[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(store => store.close()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-signals-'))
  folders.push(folder)
  return folder
}

const newPath = async () => join(await newFolder(), 'signals.duckdb')

async function openAt(
  path: string,
  given: {
    settings?: Partial<SignalSettings>
    templateOf?: TemplateOf
    currentTemplate?: (id: string) => string
  } = {},
): Promise<SignalStore> {
  const store = await openDuckDbSignals({ path, clock: systemClock, ...given })
  open.push(store)
  return store
}

async function closed(store: SignalStore): Promise<void> {
  open.splice(open.indexOf(store), 1)
  await store.close()
}

// Without a file it is the same and quicker; the tests below have one.
signalStoreContract('DuckDB', () => openAt(':memory:'))

const window = { from: t0, to: t0 + 10 * minute }
const hour = 60 * minute
const day = 24 * hour

test('what was appended is known when the file is opened again: identities, totals and templates', async () => {
  const path = await newPath()
  const bounds = [1]
  const batch = (value: number, seconds: number): Signal[] => [
    ...[span('a'), event('e'), change('c'), log('order 1')],
    point('m', value, { type: 'counter', at: t0 + seconds * 1000 }),
    point('h', value, {
      ...{ type: 'histogram', at: t0 + seconds * 1000 },
      distribution: { bounds, counts: [value, 0], sum: value },
    }),
  ]
  const first = await openAt(path)
  await first.append(batch(10, 0))
  await closed(first)
  const second = await openAt(path)
  await second.append(batch(70, 59))
  expect(await second.spans({ window, limit: 9 })).toHaveLength(1)
  expect(await second.events({ window, limit: 9 })).toHaveLength(1)
  expect(await second.changes({ window, limit: 9 })).toHaveLength(1)
  expect(await second.templates({ window, limit: 9 })).toMatchObject([{ count: 2 }])
  for (const metric of ['m', 'h']) {
    const [rate] = await second.series({ metric, window, stepMs: minute, measure: 'rate' })
    expect(rate?.points[0]?.value).toBeCloseTo(60 / 59)
  }
})

test('a file that another has open, or that is none of ours, is told of', async () => {
  const path = await newPath()
  const database = await DuckDBInstance.create(path, { access_mode: 'READ_WRITE' })
  await expect(openDuckDbSignals({ path: join(path, 'x'), clock: systemClock })).rejects.toThrow(
    /^cannot open the signals file /,
  )
  database.closeSync()
})

test('a killed writer loses nothing that was safe, leaves no part of a batch, and no signal counts twice', async () => {
  const path = await newPath()
  let next = 0
  for (const lines of [4, 8]) {
    const safe = await writeAndKill(path, next, lines)
    const store = await openAt(path)
    const whole = { from: t0, to: t0 + 1e9 }
    const spans = await store.spans({ window: whole, limit: 10_000 })
    const logs = await store.logs({ window: whole, limit: 10_000 })
    const batches = Map.groupBy(spans, ({ spanId }) => Number(spanId.split('-')[0]))
    for (let batch = 0; batch <= safe; batch++) expect(batches.get(batch)).toHaveLength(50)
    for (const found of batches.values()) expect(found).toHaveLength(50)
    const lineCounts = Map.groupBy(logs, ({ body }) => Number(body.split(' ')[1]))
    expect([...lineCounts.keys()].sort()).toEqual([...batches.keys()].sort())
    for (const found of lineCounts.values()) expect(found).toHaveLength(50)
    // Whoever was not told that its batch is safe appends it again.
    for (const batch of [safe, safe + 1])
      await store.append(crashBatch(batch).filter(({ kind }) => kind !== 'log' || !lineCounts.has(batch)))
    next = safe + 2
    const counted = await store.top({ of: 'services', measure: 'count', window: whole, limit: 1 })
    expect(counted).toEqual([{ key: 'checkout', value: next * 50, count: next * 50 }])
    expect(await store.events({ window: whole, limit: 10_000 })).toHaveLength(next)
    await closed(store)
  }
}, 30_000)

/** The last batch that a writer said is safe before it was killed in the middle of its work. */
async function writeAndKill(path: string, first: number, lines: number): Promise<number> {
  const program = fileURLToPath(new URL('crash-writer.ts', import.meta.url))
  const writer = spawn(process.execPath, [program, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(writer, 'close')
  let safe = -1
  let seen = 0
  for await (const line of createInterface(writer.stdout)) {
    safe = Number(line)
    if (++seen === lines) writer.kill('SIGKILL')
  }
  await ended
  return safe
}

test('details go when they are due, and what was counted of them stays', async () => {
  const store = await openAt(await newPath())
  const old = t0 - 3 * day
  await store.append([
    ...Array.from({ length: 100 }, (_, i) => span(`s${i}`, { at: old + i * 600, durationMs: i + 1 })),
    ...[span('new'), log('order 1', { at: old }), log('order 2'), event('e', { at: old })],
    point('m', 4, { at: old }),
    point('m', 8, { at: old + 1000 }),
    point('c', 0, { type: 'counter', at: old }),
    point('c', 60, { type: 'counter', at: old + 30_000 }),
  ])
  const then = { from: old - minute, to: old + 2 * minute }
  const asked = { resource: {}, window: then, stepMs: minute }
  const before = await store.requests(asked)
  const rate = { metric: 'c', window: then, stepMs: minute, measure: 'rate' } as const
  const rateBefore = await store.series(rate)
  await store.maintain(t0)
  expect(await store.spans({ window: then, limit: 9 })).toEqual([])
  expect(await store.requests(asked)).toEqual(before)
  expect(before.map(({ perSecond }) => Math.round(perSecond * 60))).toEqual([100])
  const [template] = await store.templates({ window, limit: 9 })
  expect(template).toMatchObject({ count: 1, firstSeen: old })
  expect(await store.series(rate)).toEqual(rateBefore)
  const mean = { metric: 'm', window: then, stepMs: minute, measure: 'mean' } as const
  expect((await store.series(mean))[0]?.points).toEqual([{ at: old, value: 6 }])
  const { rows } = await store.stats()
  expect(rows.span).toEqual({ kept: 1, expired: 100, evicted: 0 })
  expect(rows.metric?.kept).toBe(2)
  expect(rows.event?.kept).toBe(1)
  await store.maintain(t0 + 20 * day)
  expect(
    await store.requests({ ...asked, stepMs: day, window: { from: old - day, to: old + day } }),
  ).toMatchObject([{ perSecond: 100 / 86_400 }])
})

test('more than the quota is not kept: the oldest details go first and are counted', async () => {
  const settings = { quotaBytes: 2.5 * 2 ** 20, maintainMs: 60_000 }
  const store = await openAt(await newPath(), {
    settings,
    templateOf: () => ({ id: 'one', template: 'one' }),
  })
  const noise = (i: number) =>
    Math.imul(i + 1, 0x9e3779b1).toString(36) + Math.imul(i + 7, 0x85ebca6b).toString(36)
  await store.append([change('c', { at: t0 - hour })])
  const perMinute = 22_000
  for (let batch = 0; batch < 6; batch++)
    await store.append(
      Array.from({ length: perMinute }, (_, i) =>
        log(noise(batch * perMinute + i), { at: t0 + batch * minute + i }),
      ),
    )
  await store.maintain(t0 + hour)
  const { rows } = await store.stats()
  expect(rows.log?.evicted).toBeGreaterThan(perMinute)
  expect(rows.log?.kept).toBeGreaterThan(perMinute)
  expect(rows.change).toEqual({ kept: 1, expired: 0, evicted: 0 })
  expect(await store.logs({ window: { from: t0, to: t0 + minute }, limit: 1 })).toEqual([])
  expect(await store.logs({ window: { from: t0, to: t0 + 10 * minute }, limit: 1 })).toHaveLength(1)
  const [template] = await store.templates({ window, limit: 1 })
  expect(template?.count).toBe(6 * perMinute)
}, 20_000)

test('upkeep ends when its time is over and goes on the next time', async () => {
  const path = await newPath()
  const store = await openAt(path, { settings: { maintainMs: 0 } })
  await store.append([span('a', { at: t0 - 9 * day }), span('b', { at: t0 - 8 * day })])
  await store.maintain(t0)
  expect((await store.stats()).rows.span?.kept).toBe(2)
  await closed(store)
  const other = await openAt(path, { settings: { ...defaultSettings, maintainMs: 60_000 } })
  await other.maintain(t0)
  expect((await other.stats()).rows.span?.kept).toBe(0)
})

test('a template that became part of another is counted as that one', async () => {
  const templateOf: TemplateOf = (_, body) => ({ id: body.split(' ')[0] ?? '', template: body })
  const store = await openAt(await newPath(), {
    templateOf,
    currentTemplate: id => (id === 'narrow' ? 'wide' : id),
  })
  await store.append([log('narrow one', { at: t0 + 1 }), log('narrow one'), log('wide <*>')])
  await store.maintain(t0)
  expect(await store.templates({ window, limit: 9 })).toMatchObject([
    { id: 'wide', template: 'wide <*>', count: 3 },
  ])
  expect(await store.logs({ template: 'wide', window, limit: 9 })).toHaveLength(3)
})

test('it says the same as the plain store in memory, however signals come in batches', async () => {
  const spans = fc.array(
    fc.record({
      id: fc.nat(12),
      parent: fc.option(fc.nat(12)),
      service: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom('server' as const, 'client' as const, 'consumer' as const, 'internal' as const),
      peer: fc.option(fc.constantFrom('b', 'db')),
      at: fc.nat(200),
      error: fc.boolean(),
      more: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  const stores = [await openAt(await newPath()), memorySignals()]
  let run = 0
  await fc.assert(
    fc.asyncProperty(spans, async given => {
      const begin = t0 + ++run * hour
      let batch: Signal[] = []
      const append = async () => {
        for (const store of stores) await store.append(batch)
        batch = []
      }
      for (const { id, parent, service, kind, peer, at, error, more } of given) {
        batch.push(
          span(`${id}`, {
            ...{ traceId: `t${run}`, resource: { service }, spanKind: kind, at: begin + at * 1000 },
            ...{ error, durationMs: id + 1 },
            ...(parent !== null && { parentSpanId: `${parent}` }),
            ...(peer !== null && { peer }),
          }),
        )
        if (more) continue
        await append()
        await stores[0]?.serviceGraph(window)
      }
      await append()
      const whole = { from: begin, to: begin + 10 * minute }
      const part = { from: begin + 30_500, to: begin + 150_500 }
      const asked = stores.map(async store => [
        await store.serviceGraph(whole),
        await store.requests({ resource: {}, window: part, stepMs: minute }),
        await store.top({ of: 'operations', measure: 'p95', window: part, limit: 9 }),
        await store.top({ of: 'services', measure: 'errorRatio', window: whole, limit: 9 }),
      ])
      const [found, expected] = await Promise.all(asked)
      expect(found).toEqual(expected)
    }),
    { numRuns: 8 },
  )
}, 30_000)

test('an export is one Parquet file a kind with the signals of the window', async () => {
  const store = await openAt(await newPath())
  await store.append([span('a'), span('b', { at: t0 - 1 }), log('order 1'), change(`it's`)])
  const folder = await newFolder()
  const files = await store.export(window, folder)
  expect(files.map(file => file.slice(folder.length + 1)).sort()).toEqual(
    ['changes', 'costs', 'events', 'logs', 'metrics', 'spans'].map(kind => `${kind}.parquet`),
  )
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  const reader = await connection.runAndReadAll(
    `select s."spanId", s.service, s."at", l.body, c.id from '${folder}/spans.parquet' s, '${folder}/logs.parquet' l,
       '${folder}/changes.parquet' c`,
  )
  expect(reader.getRows()).toEqual([['a', 'checkout', t0, 'order 1', `it's`]])
  connection.closeSync()
  database.closeSync()
})
