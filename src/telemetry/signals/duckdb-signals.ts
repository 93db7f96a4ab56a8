import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Clock } from '../../lib/clock.ts'
import { DuckDbWriter } from './duckdb-writer.ts'
import { exportsOf } from './exports.ts'
import { defaultSettings, maintainSignals, mark, type SignalSettings } from './retention.ts'
import { roll } from './rolls.ts'
import { type Cell, quoted, tables } from './schema.ts'
import type { SignalStore } from './signal-store.ts'
import { number, type Row, type Run, type SqlDatabase } from './sql-database.ts'
import { sqlQuestions } from './sql-signals.ts'
import { sqlStats } from './statistics.ts'
import { followTemplates } from './superseded.ts'
import { type TemplateOf, wordTemplate } from './template-of.ts'

/** Sums are brought up to date at the latest after so many signals, so that a question never waits for many more. */
const maxUnrolled = 400_000
/** So many take no time worth saving. */
const fewUnrolled = 20_000
/** How far answers from sums may be behind when more come. */
const maxLagMs = 10_000
/** Connections that read; each answers one question at a time. */
const readers = 3

/**
 * Signals in one DuckDB file of their own: calls have another life and other readers. Batches are written in one
 * transaction each; `append` resolves when they are on disk. A crash loses what was not appended yet and nothing else:
 * DuckDB replays its log on opening. One process at a time may have the file open.
 * @param settings what differs from the defaults
 * @param currentTemplate leads from the id of a template to that of the one it became part of
 * @throws Error when another process has it open, or it is not a DuckDB file
 */
export async function openDuckDbSignals({
  path,
  clock,
  settings = {},
  templateOf = wordTemplate,
  currentTemplate = id => id,
}: {
  path: string
  clock: Clock
  settings?: Partial<SignalSettings>
  templateOf?: TemplateOf
  currentTemplate?: (id: string) => string
}): Promise<SignalStore> {
  const database = await openFile(path)
  const connection = await database.connect()
  const run = runOn(connection)
  const writer = new DuckDbWriter(connection, run, templateOf)
  await writer.transaction(async () => {
    for (const statement of createTables) await run(statement)
  })
  await writer.load()
  const pool = await Promise.all(Array.from({ length: readers }, () => database.connect()))
  const { read, idle } = pooled(pool.map(runOn))
  const sql: SqlDatabase = {
    read,
    exclusively: task => writer.after(() => writer.transaction(() => task(run))),
    lastBatch: async () => writer.written,
    temporary: (name, query) => `create temporary table ${name} as ${query}`,
    // Reads narrow columns to choose: a row of many columns is dear.
    chosen: (table, condition) =>
      `select s.* from ${table} s where s.rowid in (select s.rowid from ${table} s where ${condition})`,
    bytes: async () => (await usedBytes(run)) + (await sizeOf(`${path}.wal`)),
    count: async table => number((await run(`select count(*) as n from ${table}`))[0]?.n),
    compact: () => writer.after(() => checkpoint(run)),
  }
  const { complete, recent } = rollsOf(sql, writer, clock)
  const questions = sqlQuestions(sql, recent, table => mark(sql.read, `${table}_from`))
  const { quotaBytes, maintainMs, keepMs } = { ...defaultSettings, ...settings }
  return {
    ...questions,
    append: async signals => {
      await writer.append(signals)
      if (writer.unrolled >= maxUnrolled) await complete()
    },
    stats: () => sqlStats(sql),
    maintain: async now => {
      await complete()
      await followTemplates(sql, currentTemplate)
      const until = clock.now() + maintainMs
      await maintainSignals(sql, { quotaBytes, maintainMs, keepMs }, now, () => clock.now() >= until)
    },
    export: async (window, folder) => {
      const files: string[] = []
      for (const { file, query } of exportsOf(window)) {
        const target = join(folder, file)
        await sql.read(
          `copy (${query}) to '${target.replaceAll("'", "''")}' (format parquet, compression zstd)`,
        )
        files.push(target)
      }
      return files
    },
    close: async () => {
      await writer.after(() => checkpoint(run))
      await idle()
      for (const reader of pool) reader.closeSync()
      connection.closeSync()
      database.closeSync()
    },
  }
}

const createTables = Object.entries(tables).map(([table, columns]) => {
  const list = Object.entries(columns).map(([name, type]) => `${quoted(name)} ${type}`)
  return `create table if not exists ${table} (${list.join(', ')})`
})

async function openFile(path: string): Promise<DuckDBInstance> {
  const options = { threads: '2', memory_limit: '512MB', checkpoint_threshold: '128MB' }
  return DuckDBInstance.create(path, options).catch((error: unknown) => {
    throw new Error(`cannot open the signals file ${path}: ${(error as Error).message}`, { cause: error })
  })
}

/**
 * Brings the sums up to what was on disk at the time of asking; one work for all who ask meanwhile.
 * @returns for questions, which under load rather miss the last seconds than wait for them; and for upkeep
 */
function rollsOf(sql: SqlDatabase, writer: DuckDbWriter, clock: Clock) {
  let reached = -1
  let rolledAt = -Infinity
  let running: Promise<void> | undefined
  const once = async () => {
    const batch = writer.written
    writer.rolled()
    await roll(sql, clock.now())
    reached = batch
    rolledAt = clock.now()
  }
  const complete = async () => {
    const wanted = writer.written
    while (reached < wanted) {
      running ??= once().finally(() => {
        running = undefined
      })
      await running
    }
  }
  const recent = async () => {
    const busy = writer.unrolled > fewUnrolled && clock.now() - rolledAt < maxLagMs
    if (!busy) await complete()
  }
  return { complete, recent }
}

const plain = (value: unknown): Cell =>
  typeof value === 'bigint' ? Number(value) : ((value ?? null) as Cell)

function runOn(connection: DuckDBConnection): Run {
  return async (sql, values = []) => {
    const reader = await connection.runAndReadAll(sql, [...values])
    const names = reader.deduplicatedColumnNames()
    return reader
      .getRows()
      .map(row => Object.fromEntries(names.map((name, i) => [name, plain(row[i])])) as Row)
  }
}

/** Hands each question to the connection with the fewest; `idle` resolves when all that were asked are answered. */
function pooled(runs: readonly Run[]): { read: Run; idle: () => Promise<void> } {
  const busy = runs.map(() => 0)
  const asked = new Set<Promise<unknown>>()
  const ask: Run = async (sql, values) => {
    const i = busy.indexOf(Math.min(...busy))
    busy[i] = (busy[i] ?? 0) + 1
    try {
      return (await runs[i]?.(sql, values)) ?? []
    } finally {
      busy[i] = (busy[i] ?? 1) - 1
    }
  }
  return {
    read: (sql, values) => {
      const answer = ask(sql, values)
      asked.add(answer)
      const over = () => asked.delete(answer)
      answer.then(over, over)
      return answer
    },
    idle: async () => {
      await Promise.allSettled(asked)
    },
  }
}

async function checkpoint(run: Run): Promise<void> {
  // While somebody reads what was deleted it can not be given free; the next time will do.
  await run('checkpoint').catch(() => undefined)
}

async function usedBytes(run: Run): Promise<number> {
  const [row] = await run('select block_size * used_blocks as bytes from pragma_database_size()')
  return number(row?.bytes)
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0
