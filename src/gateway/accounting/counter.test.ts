import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { counterContract } from './counter.contract.ts'
import type { Counter } from './counter.ts'
import { memoryCounter } from './memory-counter.ts'
import { sqliteCounter } from './sqlite-counter.ts'

const folders: string[] = []
const opened: Counter[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(counter => counter.close()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-counter-'))
  folders.push(folder)
  return join(folder, 'counter.db')
}

const openAt = (path: string, clock = new FakeClock(1e11)): Counter => {
  const counter = sqliteCounter({ path, clock })
  opened.push(counter)
  return counter
}

counterContract('memory', async (clock, users) => {
  const counter = memoryCounter({ clock })
  return Array.from({ length: users }, () => counter)
})
counterContract('SQLite', async (clock, users) => {
  const path = await newPath()
  return Array.from({ length: users }, () => openAt(path, clock))
})

test('what was counted is there when the file is opened again', async () => {
  const path = await newPath()
  const window = { key: 'k', from: 0, until: 1e12 }
  await openAt(path).take(window, 10, 4, 4)
  expect(await openAt(path).spent(window)).toBe(4)
})

test('a file that is no database is named', async () => {
  const path = await newPath()
  await writeFile(path, 'not a database, but long enough to be read as the header of one '.repeat(4))
  expect(() => openAt(path)).toThrow(`cannot open the counter file ${path}`)
})
