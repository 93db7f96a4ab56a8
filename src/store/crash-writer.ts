/**
 * The program that the crash test kills: `crash-writer.ts FILE RUN`. Each of its writers has a key of its own and
 * creates, updates and deletes it in turn; every acknowledged operation is one line `writer n revision`.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../lib/clock.ts'
import { openSqliteStore } from './sqlite.ts'
import type { Entry, Key, Write } from './store.ts'

const [path = '', run = ''] = process.argv.slice(2)
const store = openSqliteStore({ path, clock: systemClock })

const operation = (key: Key, n: number, last: Entry | undefined): Write => {
  const value = JSON.stringify({ n, padding: 'x'.repeat(n % 900) })
  const expected = last?.revision ?? 0
  if (n % 3 === 0) return { op: 'create', key, uid: `${n}`, value }
  return { op: n % 3 === 1 ? 'update' : 'delete', key, expected, value }
}

async function write(writer: number): Promise<never> {
  const key = { resource: 'prompts.keelway.dev', namespace: `run-${run}`, name: `writer-${writer}` }
  let last: Entry | undefined
  for (let n = 0; ; n++) {
    last = await store.commit(operation(key, n, last))
    writeSync(1, `${writer} ${n} ${last.revision}\n`)
  }
}

async function compact(): Promise<never> {
  for (;;) {
    await store.compact('prompts.keelway.dev', store.revision() - 50)
    await new Promise(resolve => setImmediate(resolve))
  }
}

await Promise.all([...Array.from({ length: 20 }, (_, writer) => write(writer)), compact()])
