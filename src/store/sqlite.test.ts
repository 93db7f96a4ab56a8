import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { openSqliteStore } from './sqlite.ts'
import { storeContract } from './store.contract.ts'
import type { Change, Entry, Store } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-store-'))
afterAll(() => rmSync(root, { recursive: true }))
let files = 0
const freshPath = () => join(root, `${files++}.sqlite`)

storeContract('sqlite store', () => openSqliteStore({ path: freshPath(), clock: new FakeClock() }))

const resource = 'prompts.keelway.dev'
const key = (name: string, of = resource) => ({ resource: of, namespace: 'default', name })
const create = (store: Store, name: string, of = resource) =>
  store.commit({ op: 'create', key: key(name, of), uid: `uid-${name}`, value: `{"name":"${name}"}` })
const update = (store: Store, entry: Entry) =>
  store.commit({ op: 'update', key: entry, expected: entry.revision, value: `${entry.value} ` })

test('a reopened store goes on where it was', async () => {
  const path = freshPath()
  const clock = new FakeClock()
  const before = openSqliteStore({ path, clock })
  const a = await create(before, 'a')
  const b = await update(before, await create(before, 'b'))
  await before.compact('secrets', 2)
  await before[Symbol.asyncDispose]()

  await using after = openSqliteStore({ path, clock })
  expect(after.revision()).toBe(b.revision)
  expect((await after.list(resource)).entries).toEqual([a, b])
  expect(after.floor('secrets')).toBe(2)
  const { promise, resolve } = Promise.withResolvers<Change>()
  await after.watch({ resource, from: a.revision, onChange: resolve })
  expect((await promise).entry).toMatchObject({ name: 'b', revision: a.revision + 1 })
})

test('a revision is not used again when its row is compacted and the store reopened', async () => {
  const path = freshPath()
  const clock = new FakeClock()
  const before = openSqliteStore({ path, clock })
  const { value, ...a } = await create(before, 'a')
  const gone = await before.commit({ op: 'delete', key: a, expected: a.revision, value })
  await before.compact(resource, gone.revision)
  await before[Symbol.asyncDispose]()

  await using after = openSqliteStore({ path, clock })
  expect((await create(after, 'b')).revision).toBe(gone.revision + 1)
})

test('a second opener is told that the file is in use', () => {
  const path = freshPath()
  const store = openSqliteStore({ path, clock: new FakeClock() })
  expect(() => openSqliteStore({ path, clock: new FakeClock() })).toThrow(
    'database is locked; another process has it open, stop that one first',
  )
  return store[Symbol.asyncDispose]()
})

test('a file of a newer format is refused', async () => {
  const path = freshPath()
  await openSqliteStore({ path, clock: new FakeClock() })[Symbol.asyncDispose]()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 9')
  db.close()
  expect(() => openSqliteStore({ path, clock: new FakeClock() })).toThrow(
    'it has format 9, this version reads 1',
  )
})

const minute = 60_000
const passes = (clock: FakeClock, ms: number) => {
  for (let passed = 0; passed < ms; passed += 5000) clock.advance(5000)
}

test('history is dropped after ten minutes and current state stays', async () => {
  const path = freshPath()
  const clock = new FakeClock()
  const store = openSqliteStore({ path, clock })
  const entries = await Promise.all(Array.from({ length: 1300 }, (_, n) => create(store, `k${n}`)))
  const [a = entries[0], b] = await Promise.all(entries.map(entry => update(store, entry)))
  passes(clock, 9 * minute)
  expect(store.floor(resource)).toBe(0)
  const late = await update(store, a as Entry)
  passes(clock, 2 * minute)
  expect(store.floor(resource)).toBe(late.revision - 1)
  expect(await store.list(resource, { at: late.revision - 1, limit: 2 })).toMatchObject({ remaining: 1298 })
  expect(await store.get(key('k1'))).toEqual(b)
  await store[Symbol.asyncDispose]()

  const db = new DatabaseSync(path)
  expect(db.prepare('SELECT count(*) AS n FROM log').get()?.n).toBe(1301)
  expect(db.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok')
  db.close()
})

test('a quiet resource keeps its floor, so that its watches resume from wherever they are', async () => {
  const clock = new FakeClock()
  await using store = openSqliteStore({ path: freshPath(), clock })
  const quiet = await create(store, 'a', 'secrets')
  for (let n = 0; n < 10; n++) await create(store, `k${n}`)
  passes(clock, 30 * minute)
  expect(store.floor(resource)).toBe(store.revision())
  expect(store.floor('secrets')).toBe(quiet.revision)
})

test('more history is kept when asked for, and less of events and leases', async () => {
  const clock = new FakeClock()
  await using store = openSqliteStore({ path: freshPath(), clock, historyMs: 60 * minute })
  for (const of of [resource, 'events', 'leases.coordination.k8s.io']) await create(store, 'a', of)
  passes(clock, 2 * minute)
  expect(['events', 'leases.coordination.k8s.io'].map(of => store.floor(of))).toEqual([3, 4])
  passes(clock, 50 * minute)
  expect(store.floor(resource)).toBe(0)
  passes(clock, 15 * minute)
  expect(store.floor(resource)).toBe(2)
})

test('a storm of writes keeps at most the latest rows of history', async () => {
  const clock = new FakeClock()
  await using store = openSqliteStore({ path: freshPath(), clock })
  await Promise.all(Array.from({ length: 10_700 }, (_, n) => create(store, `k${n}`, 'events')))
  passes(clock, 10_000)
  expect(store.floor('events')).toBe(store.revision() - 10_000)
})

test('a compacted file gives space back', async () => {
  const path = freshPath()
  const clock = new FakeClock()
  const store = openSqliteStore({ path, clock })
  const value = 'x'.repeat(4000)
  await Promise.all(
    Array.from({ length: 4000 }, (_, n) =>
      store.commit({ op: 'create', key: key(`k${n}`), uid: 'u', value }),
    ),
  )
  const { entries } = await store.list(resource)
  await Promise.all(
    entries.map(entry => store.commit({ op: 'delete', key: entry, expected: entry.revision, value })),
  )
  passes(clock, 15 * minute)
  await store[Symbol.asyncDispose]()
  expect(statSync(path).size).toBeLessThan(8_000_000)
})

test('writes that the disk has no room for are refused, and what was acknowledged stays readable', async () => {
  const path = freshPath()
  // A file size limit fails writes the way a full disk does, and needs no rights.
  const script = `
    import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))}
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../lib/clock.ts'))}
    const store = openSqliteStore({ path: ${JSON.stringify(path)}, clock: systemClock })
    const resource = 'prompts.keelway.dev'
    const write = name =>
      store.commit({ op: 'create', key: { resource, namespace: '', name }, uid: name, value: 'x'.repeat(2000) })
    const outcomes = []
    for (let round = 0; round < 40; round++)
      outcomes.push(...(await Promise.allSettled(Array.from({ length: 20 }, (_, n) => write(round + '-' + n)))))
    const refusals = outcomes.filter(outcome => outcome.status === 'rejected').map(outcome => outcome.reason)
    const { entries } = await store.list(resource)
    console.log(JSON.stringify({
      written: outcomes.length - refusals.length,
      listed: entries.length,
      revision: store.revision() - Math.max(...entries.map(entry => entry.revision)),
      reasons: [...new Set(refusals.map(refusal => refusal.reason))],
      message: refusals[0]?.message,
    }))`
  const node = [process.execPath, '--input-type=module', '-e', script]
  const output = execFileSync('sh', ['-c', 'ulimit -f 1000 && exec "$@"', 'sh', ...node], {
    encoding: 'utf8',
  })
  const { written, listed, revision, reasons, message } = JSON.parse(output)
  expect(written).toBeGreaterThan(0)
  expect({ listed, revision, reasons }).toEqual({
    listed: written,
    revision: 0,
    reasons: ['ServiceUnavailable'],
  })
  expect(message).toMatch(/^cannot write to the store: .*; try again$/)

  await using store = openSqliteStore({ path, clock: new FakeClock() })
  expect((await store.list(resource)).entries.length).toBeGreaterThanOrEqual(written)
})
