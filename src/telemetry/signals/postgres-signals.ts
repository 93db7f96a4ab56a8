import { join } from 'node:path'
import pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import { exportsOf } from './exports.ts'
import { type ParquetColumn, writeParquet } from './parquet.ts'
import { postgresSchema } from './postgres-schema.ts'
import { PostgresWriter, type Query } from './postgres-writer.ts'
import { defaultSettings, maintainSignals, mark, type SignalSettings } from './retention.ts'
import { roll } from './rolls.ts'
import type { ColumnType } from './schema.ts'
import type { SignalStore, Window } from './signal-store.ts'
import { number, type Row, type SqlDatabase } from './sql-database.ts'
import { sqlQuestions } from './sql-signals.ts'
import { sqlStats } from './statistics.ts'
import { followTemplates } from './superseded.ts'
import { type TemplateOf, wordTemplate } from './template-of.ts'

/** Held while sums are written and rows deleted. */
const upkeepLock = 4_270_118
const schemaLock = 4_270_119
/** No question is worth more time. */
const statementMs = 60_000
/** Upkeep that is given up would only be longer the next time. */
const upkeepMs = 1_800_000
/** Rows of one part of an export. */
const exportRows = 10_000

/**
 * Signals in PostgreSQL, for installations in which several processes take in and ask. It works as the DuckDB one does,
 * in a schema of its own. The quota is of rows that are there: the disk of deleted ones is used again and not given
 * back. A connection string with `sslmode=verify-full` has the server's certificate checked.
 * @param settings what differs from the defaults
 * @param currentTemplate leads from the id of a template to that of the one it became part of
 * @throws Error when the database can not be reached, or does not let us make the schema
 */
export async function openPostgresSignals({
  connectionString,
  schema = 'keelway_signals',
  clock,
  settings = {},
  templateOf = wordTemplate,
  currentTemplate = id => id,
}: {
  connectionString: string
  schema?: string
  clock: Clock
  settings?: Partial<SignalSettings>
  templateOf?: TemplateOf
  currentTemplate?: (id: string) => string
}): Promise<SignalStore> {
  const pool = new pg.Pool({
    connectionString,
    max: 8,
    options: `-c search_path=${schema} -c statement_timeout=${statementMs}`,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  })
  // A connection that breaks while nobody uses it is replaced; who uses one is told by its query.
  pool.on('error', () => undefined)
  const transaction = transactionsOf(pool)
  await transaction(async query => {
    await query(`select pg_advisory_xact_lock(${schemaLock})`)
    for (const statement of postgresSchema(schema)) await query(statement)
  }).catch(async (error: unknown) => {
    await pool.end()
    throw new Error(`cannot open the signals of PostgreSQL: ${(error as Error).message}`, { cause: error })
  })
  const query = queryOf(pool)
  const writer = new PostgresWriter(query, transaction, templateOf)
  const sql: SqlDatabase = {
    read: query,
    exclusively: task =>
      transaction(async run => {
        await run(`set local statement_timeout = ${upkeepMs}`)
        await run(`select pg_advisory_xact_lock(${upkeepLock})`)
        return task(run)
      }),
    lastBatch: async run =>
      number(
        (await run('select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as batch'))[0]?.batch,
      ),
    temporary: (name, text) => `create temporary table ${name} on commit drop as ${text}`,
    chosen: (table, condition) => `select s.* from ${table} s where ${condition}`,
    bytes: () => liveBytes(query, schema),
    count: table => countOf(query, table),
    compact: () => vacuum(pool, schema),
  }
  const rolled = () => roll(sql, clock.now())
  const questions = sqlQuestions(sql, rolled, table => mark(query, `${table}_from`))
  const { quotaBytes, maintainMs, keepMs } = { ...defaultSettings, ...settings }
  return {
    ...questions,
    append: signals => writer.append(signals),
    stats: () => sqlStats(sql),
    maintain: async now => {
      await rolled()
      await followTemplates(sql, currentTemplate)
      const until = clock.now() + maintainMs
      await maintainSignals(sql, { quotaBytes, maintainMs, keepMs }, now, () => clock.now() >= until)
    },
    export: (window, folder) => exportTo(pool, window, folder),
    close: async () => {
      await writer.commits.after(() => pool.end())
    },
  }
}

/** Numbers are numbers: all of ours are below 2^53. */
const parserOf = (type: number) => {
  if ([20, 21, 23, 700, 701, 1700].includes(type)) return Number
  return type === 16 ? (value: string) => value === 't' : String
}

const queryOf =
  (client: pg.Pool | pg.PoolClient): Query =>
  async (sql, values = []) =>
    (await client.query<Row>(sql, [...values])).rows

const transactionsOf =
  (pool: pg.Pool) =>
  async <T>(task: (query: Query) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      const result = await task(queryOf(client))
      await client.query('commit')
      return result
    } catch (error) {
      // Where even that fails the connection is of no more use.
      await client.query('rollback').catch((failed: Error) => {
        broken = failed
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

/** Autovacuum does it too, in its own time; and nothing is known of the size of rows before the first. */
async function vacuum(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect()
  let done = false
  try {
    const { rows } = await client.query<{ relname: string }>(
      `select relname from pg_stat_user_tables where schemaname = $1
         and (n_dead_tup > 10000 or (last_analyze is null and last_autoanalyze is null))`,
      [schema],
    )
    await client.query(`set statement_timeout = ${upkeepMs}`)
    for (const { relname } of rows) await client.query(`vacuum (analyze) ${relname}`)
    await client.query('reset statement_timeout')
    done = true
  } finally {
    client.release(!done)
  }
}

/** Disk of what is there: files do not shrink when rows are deleted, so it is told by what PostgreSQL knows of rows. */
async function liveBytes(query: Query, schema: string): Promise<number> {
  const [row] = await query(
    `select sum(least(total, coalesce(rows * width * total / nullif(main, 0), total))) as bytes from (
       select greatest(c.reltuples, 0) as rows, pg_total_relation_size(c.oid) as total, pg_relation_size(c.oid) as main,
         (select 28 + sum(s.avg_width * (1 - s.null_frac)) from pg_stats s
          where s.schemaname = n.nspname and s.tablename = c.relname) as width
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and c.relkind = 'r') t`,
    [schema],
  )
  return Math.round(number(row?.bytes))
}

/** Exactly as long as that is quick. */
async function countOf(query: Query, table: string): Promise<number> {
  const [row] = await query('select reltuples as n from pg_class where oid = $1::text::regclass', [table])
  if (number(row?.n) > 1_000_000) return number(row?.n)
  return number((await query(`select count(*) as n from ${table}`))[0]?.n)
}

const columnTypes: Readonly<Record<number, ColumnType>> = {
  16: 'BOOLEAN',
  20: 'BIGINT',
  21: 'BIGINT',
  23: 'BIGINT',
  700: 'DOUBLE',
  701: 'DOUBLE',
  1700: 'DOUBLE',
}

async function exportTo(pool: pg.Pool, window: Window, folder: string): Promise<string[]> {
  const files: string[] = []
  for (const { file, query } of exportsOf(window)) {
    const client = await pool.connect()
    let done = false
    try {
      await client.query('begin')
      await client.query(`declare exported no scroll cursor for ${query}`)
      const { fields } = await client.query('fetch 0 from exported')
      const columns = fields.map(
        ({ name, dataTypeID }): ParquetColumn => ({ name, type: columnTypes[dataTypeID] ?? 'VARCHAR' }),
      )
      await writeParquet(join(folder, file), columns, partsOf(client))
      files.push(join(folder, file))
      await client.query('commit')
      done = true
    } finally {
      client.release(!done)
    }
  }
  return files
}

async function* partsOf(client: pg.PoolClient): AsyncGenerator<Row[]> {
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${exportRows} from exported`)
    if (rows.length === 0) return
    yield rows
  }
}
