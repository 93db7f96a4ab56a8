import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { seededRandom } from '../lib/random.ts'
import { openSqliteStore } from './sqlite.ts'
import type { Store } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-crash-'))
afterAll(() => rmSync(root, { recursive: true }))

const kills = 25

/** Lines the writer printed before it was killed at its nth line. */
function killedAt(lines: number, path: string, run: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'crash-writer.ts')
  const child = spawn(process.execPath, [script, path, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk
      if (printed.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (_code, signal) =>
      signal === 'SIGKILL'
        ? resolve(printed.split('\n').slice(0, -1))
        : reject(new Error('the writer ended by itself')),
    )
  })
}

interface Acknowledged {
  n: number
  revision: number
}

/** The last acknowledged operation of each writer. */
function lastOf(lines: string[]): Map<string, Acknowledged> {
  const last = new Map<string, Acknowledged>()
  for (const line of lines) {
    const [writer = '', n, revision] = line.split(' ')
    last.set(`writer-${writer}`, { n: Number(n), revision: Number(revision) })
  }
  return last
}

/** What operation `n` leaves: its number, or nothing after a delete. */
const stateAfter = (n: number): number | undefined => (n % 3 === 2 ? undefined : n)

/** Expects each key as its last acknowledged operation left it, or as the one in flight did; returns all values. */
async function checkRun(store: Store, run: number, last: Map<string, Acknowledged>): Promise<string> {
  const { entries } = await store.list('prompts.keelway.dev', { namespace: `run-${run}` })
  for (const [name, { n, revision }] of last) {
    const entry = entries.find(other => other.name === name)
    const found = entry && (JSON.parse(entry.value).n as number)
    expect([stateAfter(n), stateAfter(n + 1)]).toContain(found)
    if (entry && found === n) expect(entry.revision).toBe(revision)
    expect(store.revision()).toBeGreaterThanOrEqual(revision)
  }
  return JSON.stringify(entries)
}

/** Every current key must point at its own, whole, undeleted row of the log, and no index may disagree. */
function checkTables(path: string): void {
  const db = new DatabaseSync(path)
  const dangling = db
    .prepare(`SELECT count(*) AS n FROM cur c LEFT JOIN log l ON l.rv = c.rv AND l.res = c.res
      AND l.ns = c.ns AND l.name = c.name AND l.op <> 'delete' WHERE l.rv IS NULL`)
    .get()?.n
  const integrity = db.prepare('PRAGMA integrity_check').get()?.integrity_check
  db.close()
  expect({ dangling, integrity }).toEqual({ dangling: 0, integrity: 'ok' })
}

test(`no acknowledged write is lost and none is half applied over ${kills} kills`, {
  timeout: 120_000,
}, async () => {
  const path = join(root, 'store.sqlite')
  const random = seededRandom(2)
  const settled: string[] = []
  for (let run = 0; run < kills; run++) {
    const lines = await killedAt(1 + Math.floor(random() * 500), path, run)
    await using store = openSqliteStore({ path, clock: new FakeClock() })
    settled.push(await checkRun(store, run, lastOf(lines)))
    for (let earlier = 0; earlier < run; earlier++)
      expect(await checkRun(store, earlier, new Map())).toBe(settled[earlier])
    await store[Symbol.asyncDispose]()
    checkTables(path)
  }
})
