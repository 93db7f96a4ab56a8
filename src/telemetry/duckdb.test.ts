import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, expect, test } from 'vitest'
import { type DuckDbTelemetry, openDuckDbTelemetry } from './duckdb.ts'
import { callColumns, createTable, feedbackColumns } from './duckdb-schema.ts'
import { reviewsContract } from './reviews.contract.ts'
import { call, telemetryContract } from './telemetry.contract.ts'
import { usageContract } from './usage.contract.ts'

const folders: string[] = []
const open: DuckDbTelemetry[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(telemetry => telemetry.close()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-telemetry-'))
  folders.push(folder)
  return join(folder, 'telemetry.duckdb')
}

async function openAt(path: string): Promise<DuckDbTelemetry> {
  const telemetry = await openDuckDbTelemetry({ path })
  open.push(telemetry)
  return telemetry
}

telemetryContract('DuckDB', async () => openAt(await newPath()))
reviewsContract('DuckDB', async () => openAt(await newPath()))
usageContract('DuckDB', async () => openAt(await newPath()))

const query = {
  namespace: 'support',
  route: 'triage',
  phase: 'c/1/5',
  closeAfterMs: 1000,
  until: 1e12,
  limit: 200_000,
}

test('what was appended is there when the file is opened again', async () => {
  const path = await newPath()
  const first = await openDuckDbTelemetry({ path })
  await first.append([call('a'), call('b')], [{ call: 'a', at: 1100, label: 'ham' }])
  const before = await first.units(query)
  await first.close()
  const second = await openAt(path)
  expect(await second.units(query)).toEqual(before)
  await second.append([call('a'), call('c')], [])
  expect(await second.calls({ limit: 10 })).toHaveLength(3)
})

test('a file of an older version gets the columns it lacks, and keeps what it has', async () => {
  const path = await newPath()
  const old = await DuckDBInstance.create(path)
  const connection = await old.connect()
  for (const [table, columns] of Object.entries({ calls: callColumns, feedback: feedbackColumns })) {
    const older = Object.entries(columns).filter(([name]) => !/^(usage|input|source|by)$/.test(name))
    await connection.run(createTable(table, Object.fromEntries(older)))
  }
  await connection.run(`insert into calls by name select 'old' as id, 'support' as namespace, 1 as "at"`)
  connection.closeSync()
  old.closeSync()
  const telemetry = await openAt(path)
  await telemetry.append(
    [call('new', { input: 'asked' })],
    [{ call: 'old', at: 2, source: 'person', by: 'ada' }],
  )
  expect(await telemetry.call('old')).toMatchObject({ namespace: 'support', feedback: [{ by: 'ada' }] })
  expect((await telemetry.call('new'))?.input).toBe('asked')
})

test('a call that is reported again long after it was written counts once', async () => {
  const telemetry = await openAt(await newPath())
  const calls = (batch: number, count = 2000) =>
    Array.from({ length: count }, (_, i) => call(`${batch}-${i}`, { at: 1000 + batch * 10_000 + i }))
  for (let batch = 0; batch < 30; batch++) await telemetry.append(calls(batch), [])
  await telemetry.append([...calls(0, 10), call('late', { at: 1500 })], [])
  const { calls: counted } = await telemetry.traffic({ namespace: 'support', route: 'triage', since: 0 })
  expect(counted).toBe(60_001)
}, 30_000)

test('text that DuckDB cannot hold does not fail a batch', async () => {
  const telemetry = await openAt(await newPath())
  await telemetry.append([call('a', { output: 'half \ud83d pair, nul \0, "quote" \\ end' }), call('b')], [])
  expect((await telemetry.call('a'))?.output).toBe('half \ufffd pair, nul \ufffd, "quote" \\ end')
})

test('a file that another process has open is refused by name', async () => {
  const path = await newPath()
  const child = await appendForever(path)
  try {
    await expect(openDuckDbTelemetry({ path })).rejects.toThrow(path)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

test('a file opens after kill -9 with every append that was acknowledged', async () => {
  const path = await newPath()
  for (let round = 0; round < 2; round++) {
    const child = await appendForever(path, `${round}-`)
    let acknowledged = 0
    for await (const line of child.stdout) {
      acknowledged = Math.max(acknowledged, ...String(line).trim().split('\n').map(Number))
      if (acknowledged >= 10) break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const telemetry = await openDuckDbTelemetry({ path })
    const ids = new Set((await telemetry.calls({ limit: 1e6 })).map(({ id }) => id))
    await telemetry.close()
    for (let i = 0; i <= acknowledged; i++) expect(ids).toContain(`${round}-${i}`)
  }
})

test('polling units while 100,000 calls come in stays quick and appending never holds the event loop for long', async () => {
  const telemetry = await openAt(await newPath())
  await telemetry.units(query)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const polls: number[] = []
  for (let batch = 0; batch < 200; batch++) {
    const calls = Array.from({ length: 500 }, (_, i) => call(`${batch}-${i}`, { at: 1000 + batch * 500 + i }))
    await telemetry.append(calls, [])
    if (batch % 10 === 9) {
      const begin = performance.now()
      const units = await telemetry.units({
        ...query,
        after: { closedAt: 2000 + batch * 500, unit: '' },
        limit: 1000,
      })
      polls.push(performance.now() - begin)
      expect(units).toHaveLength(500)
    }
  }
  delay.disable()
  expect(polls.sort((a, b) => a - b)[10]).toBeLessThan(50)
  expect(delay.max / 1e6).toBeLessThan(3000)
}, 60_000)

/** A process that appends one call after the other and prints the number of each acknowledged one. */
async function appendForever(path: string, prefix = '') {
  const script = `
    import { openDuckDbTelemetry } from ${JSON.stringify(new URL('./duckdb.ts', import.meta.url).href)}
    const telemetry = await openDuckDbTelemetry({ path: ${JSON.stringify(path)} })
    const call = ${JSON.stringify(call(''))}
    for (let i = 0; ; i++) {
      await telemetry.append([{ ...call, id: ${JSON.stringify(prefix)} + i }], [])
      console.log(i)
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'readable')
  return child
}
