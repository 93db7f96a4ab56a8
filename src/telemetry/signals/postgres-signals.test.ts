import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { systemClock } from '../../lib/clock.ts'
import { postgresPrograms, startPostgres } from './postgres.world.ts'
import { openPostgresSignals } from './postgres-signals.ts'
import { signalStoreContract } from './signal-store.contract.ts'
import { event, minute, point, span, t0 } from './signal-store.fake.ts'
import type { SignalStore } from './signal-store.ts'

const test = needs('PostgreSQL', postgresPrograms)
const open: SignalStore[] = []
let server: Awaited<ReturnType<typeof startPostgres>> | undefined
let schemas = 0

beforeAll(async () => {
  if (postgresPrograms) server = await startPostgres(postgresPrograms)
}, 60_000)
afterEach(async () => {
  await Promise.all(open.splice(0).map(store => store.close()))
})
afterAll(() => server?.stop())

async function openIn(schema: string): Promise<SignalStore> {
  const { connectionString = '' } = server ?? {}
  const store = await openPostgresSignals({ connectionString, schema, clock: systemClock })
  open.push(store)
  return store
}

const newSchema = () => `signals_${schemas++}`
const window = { from: t0, to: t0 + 10 * minute }

if (postgresPrograms) signalStoreContract('PostgreSQL', () => openIn(newSchema()))

test('two processes share one database: names, identities and what counters add', async () => {
  const schema = newSchema()
  const [one, other] = await Promise.all([openIn(schema), openIn(schema)])
  const counter = (value: number, seconds: number) =>
    point('m', value, { type: 'counter', at: t0 + seconds * 1000 })
  await one.append([counter(0, 0), span('a'), event('e')])
  await other.append([counter(30, 30), span('a'), span('b'), event('e')])
  await one.append([counter(60, 59), span('b'), span('c')])
  for (const store of [one, other]) {
    const [rate] = await store.series({ metric: 'm', window, stepMs: minute, measure: 'rate' })
    expect(rate?.points[0]?.value).toBeCloseTo(60 / 59)
    expect(await store.top({ of: 'operations', measure: 'count', window, limit: 9 })).toEqual([
      { key: 'checkout GET /cart', value: 3, count: 3 },
    ])
    expect(await store.events({ window, limit: 9 })).toHaveLength(1)
  }
})

test('what is due is deleted and downsampled, and the quota holds', async () => {
  const { connectionString = '' } = server ?? {}
  const schema = newSchema()
  const store = await openPostgresSignals({
    connectionString,
    schema,
    clock: systemClock,
    settings: { quotaBytes: 0, maintainMs: 60_000 },
  })
  open.push(store)
  const day = 24 * 60 * minute
  await store.append([span('old', { at: t0 - 2 * day }), span('new'), point('m', 1), event('e')])
  await store.maintain(t0)
  const { rows } = await store.stats()
  expect(rows.span).toEqual({ kept: 0, expired: 1, evicted: 1 })
  expect(rows.metric).toMatchObject({ kept: 0, evicted: 1 })
})

test('an export is Parquet', async () => {
  const store = await openIn(newSchema())
  const folder = await mkdtemp(join(tmpdir(), 'keelway-export-'))
  await store.append([span('a', { attributes: { a: 1 } }), point('m', 0.5)])
  const files = await store.export(window, folder)
  expect(files).toHaveLength(6)
  const duckdb = await DuckDBInstance.create(':memory:')
  const connection = await duckdb.connect()
  const found = await connection.runAndReadAll(
    `select s.name, s."durationMs", m.value from '${join(folder, 'spans.parquet')}' s, '${join(folder, 'metrics.parquet')}' m`,
  )
  expect(found.getRows()).toEqual([['GET /cart', 100, 0.5]])
  connection.closeSync()
  await rm(folder, { recursive: true })
})

test('a server that is not there is told of', async () => {
  const connectionString = 'postgresql://keelway:secret@/postgres?host=/nowhere'
  const opened = openPostgresSignals({ connectionString, clock: systemClock })
  await expect(opened).rejects.toThrow(/^cannot open the signals of PostgreSQL: (?!.*secret)/)
})
