import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { call } from '../telemetry/telemetry.contract.ts'
import { adoptSpools, type Entry, openSpool, type Spool } from './spool.ts'

const folders: string[] = []
afterEach(() => Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-spool-'))
  folders.push(folder)
  return folder
}

const entry = (id: string | number): Entry => ({ call: call(String(id)) })
const idsOf = (entries: readonly Entry[]): string[] =>
  entries.map(one => ('call' in one ? one.call.id : `feedback of ${one.feedback.call}`))

async function drain(spool: Spool, max = 10): Promise<string[]> {
  const ids: string[] = []
  for (let batch = await spool.next(max); batch; batch = await spool.next(max)) {
    ids.push(...idsOf(batch.entries))
    await batch.done()
  }
  return ids
}

test('entries come out in order, whole, and leave nothing behind', async () => {
  const folder = await newFolder()
  const spool = await openSpool(folder, 1e6)
  await spool.append([entry('a'), { feedback: { call: 'a', at: 1, label: 'ham' } }])
  await spool.append([entry('b'), entry('c')])
  expect(spool.bytes).toBeGreaterThan(100)
  expect((await spool.next(1))?.entries).toEqual([entry('a')])
  expect(await drain(spool, 3)).toEqual(['a', 'feedback of a', 'b', 'c'])
  expect(spool.bytes).toBe(0)
  expect((await readdir(folder)).filter(name => name.endsWith('.jsonl'))).toEqual([])
})

test('what was not taken comes again, after a restart too', async () => {
  const folder = await newFolder()
  const first = await openSpool(folder, 1e6)
  await first.append([1, 2, 3, 4, 5].map(entry))
  await (await first.next(2))?.done()
  await first.next(2)
  const second = await openSpool(folder, 1e6)
  await second.append([entry(6)])
  expect(await drain(second, 2)).toEqual(['3', '4', '5', '6'])
})

test('a line that a crash cut off is left out, and what comes after it is whole', async () => {
  const folder = await newFolder()
  const first = await openSpool(folder, 1e6)
  await first.append([entry('a')])
  const [file = ''] = await readdir(folder)
  await appendFile(join(folder, file), JSON.stringify(entry('b')).slice(0, 50))
  const second = await openSpool(folder, 1e6)
  await second.append([entry('c')])
  expect(await drain(second)).toEqual(['a', 'c'])
  expect(second.bytes).toBe(0)
})

test('a line that is no entry is counted, and a position that cannot be read means from the start', async () => {
  const folder = await newFolder()
  const first = await openSpool(folder, 1e6)
  await first.append([entry('a')])
  const [file = ''] = await readdir(folder)
  await appendFile(join(folder, file), `{"call":\n${JSON.stringify(entry('b'))}\n`)
  await writeFile(join(folder, 'position.json'), '{"na')
  const second = await openSpool(folder, 1e6)
  expect(await drain(second)).toEqual(['a', 'b'])
  expect(second.dropped).toBe(1)
})

test('its size is bounded: the oldest are dropped and counted', async () => {
  const folder = await newFolder()
  const maxBytes = 64_000
  const spool = await openSpool(folder, maxBytes)
  for (let i = 0; i < 1000; i++) {
    await spool.append([entry(i)])
    expect(spool.bytes).toBeLessThanOrEqual(maxBytes)
  }
  const left = await drain(spool)
  expect(left.at(-1)).toBe('999')
  expect(left).toEqual(Array.from({ length: left.length }, (_, i) => String(1000 - left.length + i)))
  expect(spool.dropped).toBe(1000 - left.length)
  expect(spool.bytes).toBe(0)
})

test('what is dropped while it is being delivered does not confuse the count', async () => {
  const spool = await openSpool(await newFolder(), 16_000)
  await spool.append([entry('first')])
  const batch = await spool.next(1)
  for (let i = 0; i < 200; i++) await spool.append([entry(i)])
  await batch?.done()
  const left = await drain(spool)
  expect(left).not.toContain('first')
  expect(spool.bytes).toBe(0)
})

test('many entries are delivered a reading at a time', async () => {
  const spool = await openSpool(await newFolder(), 64e6)
  const long = 'x'.repeat(16_000)
  const entries = Array.from({ length: 600 }, (_, i): Entry => ({ call: call(String(i), { output: long }) }))
  await spool.append(entries)
  expect(await drain(spool, 500)).toEqual(idsOf(entries))
})

test('spools of workers that are no more go to the first one, before what it has', async () => {
  const folder = await newFolder()
  for (const name of ['1', '2', '3']) {
    const spool = await openSpool(join(folder, name), 1e6)
    await spool.append([entry(`${name}a`), entry(`${name}b`)])
    if (name === '3') await (await spool.next(1))?.done()
  }
  await adoptSpools(folder, 2)
  expect(await readdir(folder)).toEqual(['1', '2'])
  const first = await openSpool(join(folder, '1'), 1e6)
  // The third one's first entry was delivered already: it comes again, which telemetry notices by its id.
  expect(await drain(first)).toEqual(['3a', '3b', '1a', '1b'])
  await adoptSpools(join(folder, 'none'), 1)
})

test('records on disk are readable by their owner only', async () => {
  const folder = await newFolder()
  const spool = await openSpool(join(folder, '1'), 1e6)
  await spool.append([entry('a')])
  const [file = ''] = await readdir(join(folder, '1'))
  expect((await stat(join(folder, '1', file))).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, '1'))).mode & 0o777).toBe(0o700)
  expect(JSON.parse(await readFile(join(folder, '1', file), 'utf8'))).toEqual(entry('a'))
})
