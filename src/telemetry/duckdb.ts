import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { duckDbReviews } from './duckdb-reviews.ts'
import {
  addColumn,
  callColumns,
  createTable,
  feedbackColumns,
  insertRows,
  parseRow,
  rowAsJson,
  storedCallColumns,
} from './duckdb-schema.ts'
import { duckDbUsage } from './duckdb-usage.ts'
import { RecentPhases } from './recent-phases.ts'
import { GroupCommit } from './signals/group-commit.ts'
import { duckDbCallHistory } from './slo/duckdb-call-history.ts'
import type { CallRecord, Feedback, Telemetry } from './telemetry.ts'

export interface DuckDbTelemetry extends Telemetry {
  /** Writes what waits and gives the file free. */
  close(): Promise<void>
}

/** Most rows in one statement. */
const maxBatch = 2000
/** Most characters of them: DuckDB's JSON functions take more than twice the time for twice the text. */
const maxBatchLength = 1 << 20
/** Calls remembered to tell a batch that is reported twice from a new one. */
const maxRemembered = 50_000
/** Calls so much older than the newest, which waited while nobody took them, are looked up in the file as well. */
const lateMs = 60_000

/**
 * Telemetry in one DuckDB file. Batches are written in one transaction each, off the event loop; `append` resolves
 * when they are on disk. A crash loses what was not appended yet and nothing else: DuckDB replays its log on opening.
 * One process at a time may have the file open.
 * @throws Error when another process has it open, or it is not a DuckDB file.
 */
export async function openDuckDbTelemetry({ path }: { path: string }): Promise<DuckDbTelemetry> {
  const database = await DuckDBInstance.create(path, { threads: '2', memory_limit: '512MB' }).catch(
    (error: unknown) => {
      throw new Error(`cannot open the telemetry file ${path}: ${(error as Error).message}`, { cause: error })
    },
  )
  const writer = await database.connect()
  const reader = await database.connect()
  await openTable(writer, 'calls', storedCallColumns)
  await openTable(writer, 'feedback', feedbackColumns)
  const queue = new WriteQueue(writer)
  const phases = new RecentPhases(async query => {
    await queue.flush()
    return readPhase(reader, query)
  })
  const flushed = async <T>(sql: string, values: DuckDBValue[]): Promise<T[]> => {
    await queue.flush()
    return rows<T>(reader, sql, values)
  }
  return {
    append: (calls, feedback) => queue.add(calls, feedback, fresh => phases.add(fresh, feedback)),
    call: async id => {
      await queue.flush()
      const [call] = await rows<CallRecord>(
        reader,
        `select ${rowAsJson(callColumns, 'c')} from calls c where c.id = $1 limit 1`,
        [id],
      )
      if (!call) return undefined
      const feedback = await rows<Feedback>(
        reader,
        `select ${rowAsJson(feedbackColumns, 'f')} from feedback f where f.call = $1 order by f.rowid`,
        [id],
      )
      return { ...call, feedback }
    },
    calls: async ({ limit, ...by }) => {
      await queue.flush()
      const asked = Object.entries(by).filter(([, value]) => value !== undefined)
      const where = asked.map(([column], i) => `c."${column}" = $${i + 1}`).join(' and ') || 'true'
      return rows<CallRecord>(
        reader,
        `select ${rowAsJson(callColumns, 'c')} from calls c where ${where} order by c."at" desc, c.id desc limit ${Math.floor(limit)}`,
        asked.map(([, value]) => String(value)),
      )
    },
    units: query => phases.closed(query),
    traffic: async ({ namespace, route, since }) => {
      await queue.flush()
      const [found] = await rows<{ calls: number; units: number; answered: number; firstAt?: number }>(
        reader,
        `select to_json({'calls': count(*), 'units': count(distinct c.unit), 'firstAt': min(c."at"),
           'answered': count(*) filter (c.id in (select f.call from feedback f where f."at" >= $3))})::varchar as row
         from calls c where c.namespace = $1 and c.route = $2 and c."at" >= $3 and c.arm in ('stable', 'candidate')`,
        [namespace, route, BigInt(Math.floor(since))],
      )
      const { calls = 0, units = 0, answered = 0, ...first } = found ?? {}
      return { calls, units, feedback: calls === 0 ? 0 : answered / calls, ...first }
    },
    ...duckDbReviews(flushed),
    ...duckDbUsage(flushed),
    ...duckDbCallHistory(flushed),
    forget: async ({ namespace, route, before }) => {
      const forgotten = await queue.after(() => forget(writer, namespace, route, before))
      phases.forget({ namespace, route })
      return forgotten
    },
    close: async () => {
      await queue.flush()
      reader.closeSync()
      writer.closeSync()
      database.closeSync()
    },
  }
}

async function forget(
  writer: DuckDBConnection,
  namespace: string,
  route: string,
  before: number,
): Promise<number> {
  const { rowsChanged } = await writer.run(
    `update calls set input = null, context = null, output = null
     where namespace = $1 and route = $2 and "at" < $3 and coalesce(input, context, output) is not null`,
    [namespace, route, BigInt(Math.floor(before))],
  )
  // Takes the text out of the log and gives its blocks free; DuckDB overwrites those when it needs room.
  if (rowsChanged > 0) await writer.run('checkpoint')
  return rowsChanged
}

/** Makes the table, or adds the columns that a file of an older version lacks. */
async function openTable(
  writer: DuckDBConnection,
  table: string,
  columns: Record<string, string>,
): Promise<void> {
  await writer.run(createTable(table, columns))
  const present = new Set((await writer.runAndReadAll(`describe ${table}`)).getRows().map(([name]) => name))
  for (const [name, type] of Object.entries(columns))
    if (!present.has(name)) await writer.run(addColumn(table, name, type))
}

async function rows<T>(connection: DuckDBConnection, sql: string, values: DuckDBValue[]): Promise<T[]> {
  const result = await connection.runAndReadAll(sql, values)
  return result.getRows().map(([row]) => parseRow<T>(row))
}

async function readPhase(
  reader: DuckDBConnection,
  { namespace, route, phase }: { namespace: string; route: string; phase: string },
): Promise<{ calls: CallRecord[]; feedback: Feedback[] }> {
  const where = 'c.namespace = $1 and c.route = $2 and c.phase = $3'
  const values = [namespace, route, phase]
  return {
    calls: await rows<CallRecord>(
      reader,
      `select ${rowAsJson(callColumns, 'c')} from calls c where ${where}`,
      values,
    ),
    feedback: await rows<Feedback>(
      reader,
      `select ${rowAsJson(feedbackColumns, 'f')} from feedback f where f.call in (select c.id from calls c where ${where})`,
      values,
    ),
  }
}

/** Writes batches one after the other and knows which calls were written already. */
class WriteQueue {
  readonly #writer: DuckDBConnection
  readonly #commits = new GroupCommit<{ calls: (CallRecord & { arrival: number })[]; feedback: Feedback[] }>(
    () => ({ calls: [], feedback: [] }),
    ({ calls, feedback }) => this.#write(calls, feedback),
  )
  #remembered: Promise<Set<string>> | undefined
  #arrivals = 0
  /** Time of the newest call. */
  #newest = 0

  constructor(writer: DuckDBConnection) {
    this.#writer = writer
  }

  /** Resolves when the rows are on disk. `onFresh` gets the calls that were not written before, at once. */
  async add(
    calls: CallRecord[],
    feedback: Feedback[],
    onFresh: (calls: CallRecord[]) => void,
  ): Promise<void> {
    this.#remembered ??= this.#recentIds()
    const remembered = await this.#remembered
    const unknown = calls.filter(({ id }) => !remembered.has(id) && remembered.add(id))
    const fresh = remembered.size < maxRemembered ? unknown : await this.#unwritten(unknown)
    for (const { at } of fresh) this.#newest = Math.max(this.#newest, at)
    onFresh(fresh)
    const { pending } = this.#commits
    for (const one of fresh) pending.calls.push({ ...one, arrival: ++this.#arrivals })
    pending.feedback.push(...feedback)
    await this.flush().catch((error: unknown) => {
      // They will be reported again.
      for (const { id } of fresh) remembered.delete(id)
      throw error
    })
    for (const oldest of remembered) {
      if (remembered.size <= maxRemembered) break
      remembered.delete(oldest)
    }
  }

  /** Resolves when everything added so far is on disk; rejects when that failed. */
  flush(): Promise<void> {
    return this.#commits.flush()
  }

  /** Runs `task` when everything added so far is on disk, with no write beside it. */
  after<T>(task: () => Promise<T>): Promise<T> {
    return this.#commits.after(task)
  }

  /** Those of the calls that the file does not have, as far as they are late. */
  async #unwritten(calls: CallRecord[]): Promise<CallRecord[]> {
    const late = calls.filter(({ at }) => at < this.#newest - lateMs)
    if (late.length === 0) return calls
    const times = late.map(({ at }) => Math.floor(at))
    const found = await this.#writer.runAndReadAll(
      `select id from calls where "at" between $1 and $2 and id in (select unnest(from_json($3::json, '["VARCHAR"]')))`,
      [BigInt(Math.min(...times)), BigInt(Math.max(...times)), JSON.stringify(late.map(({ id }) => id))],
    )
    const written = new Set(found.getRows().map(([id]) => id))
    return calls.filter(({ id }) => !written.has(id))
  }

  /** All or nothing: what failed is reported again, and must not be there in part. */
  async #write(calls: CallRecord[], feedback: Feedback[]): Promise<void> {
    if (calls.length === 0 && feedback.length === 0) return
    await this.#writer.run('begin transaction')
    try {
      await this.#insert(insertRows('calls', storedCallColumns), calls)
      await this.#insert(insertRows('feedback', feedbackColumns), feedback)
      await this.#writer.run('commit')
    } catch (error) {
      // A commit that failed has rolled back by itself, and that is no news.
      await this.#writer.run('rollback').catch(() => undefined)
      throw error
    }
  }

  async #insert(sql: string, rows: readonly object[]): Promise<void> {
    for (const batch of batchesOf(rows.map(row => JSON.stringify(row, wellFormed))))
      await this.#writer.run(sql, [`[${batch.join(',')}]`])
  }

  async #recentIds(): Promise<Set<string>> {
    const [[last, newest] = []] = (
      await this.#writer.runAndReadAll('select coalesce(max(arrival), 0), coalesce(max("at"), 0) from calls')
    ).getRows()
    this.#arrivals = Number(last)
    this.#newest = Number(newest)
    const result = await this.#writer.runAndReadAll(
      `select id from calls order by rowid desc limit ${maxRemembered}`,
    )
    return new Set(
      result
        .getRows()
        .map(([id]) => String(id))
        .reverse(),
    )
  }
}

function* batchesOf(rows: readonly string[]): Generator<string[]> {
  let batch: string[] = []
  let length = 0
  for (const row of rows) {
    if (batch.length === maxBatch || (batch.length > 0 && length + row.length > maxBatchLength)) {
      yield batch
      batch = []
      length = 0
    }
    batch.push(row)
    length += row.length
  }
  if (batch.length > 0) yield batch
}

/** Half a surrogate pair and NUL stand in JSON but in no UTF-8 text of DuckDB; one such answer must not fail a batch. */
const wellFormed = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value
