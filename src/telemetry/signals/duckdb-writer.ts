import type { DuckDBConnection } from '@duckdb/node-api'
import { Dictionaries } from './dictionary.ts'
import { appendColumns } from './duckdb-columns.ts'
import { Encoding, identityNumber, idText, micros } from './encoding.ts'
import { Fingerprints } from './fingerprints.ts'
import { GroupCommit } from './group-commit.ts'
import type { SeriesState } from './increase.ts'
import { type ColumnBatch, type DictionaryTable, dictionaries, tables } from './schema.ts'
import type { Distribution, Signal, SignalKind, SpanRecord } from './signal.ts'
import { number, type Run, text } from './sql-database.ts'
import type { TemplateOf } from './template-of.ts'

/** Signals of each kind that are remembered when a file is opened, to know those that come again. */
const remembered = 200_000

type Identified = Extract<SignalKind, 'span' | 'event' | 'change' | 'cost'>
const identified = { span: 'spans', event: 'events', change: 'changes', cost: 'costs' } as const

interface Pending {
  batch: number
  encoding: Encoding
  /** Signals so old that the file must be asked whether it has them. */
  unknown: Signal[]
  signals: number
}

/**
 * Writes batches one after the other, each in one transaction; what comes meanwhile is the next batch. An `append`
 * resolves when its batch is on disk.
 */
export class DuckDbWriter {
  readonly #connection: DuckDBConnection
  readonly #run: Run
  readonly #templateOf: TemplateOf
  #dictionaries = new Dictionaries()
  #newest = new Map<number, SeriesState>()
  #seen = new Map<Identified, Fingerprints>()
  readonly #commits: GroupCommit<Pending>
  #batch = 0
  #stale = false
  /** The last batch on disk. */
  written = 0
  #unrolled = 0

  constructor(connection: DuckDBConnection, run: Run, templateOf: TemplateOf) {
    this.#connection = connection
    this.#run = run
    this.#templateOf = templateOf
    this.#commits = new GroupCommit(
      () => this.#emptyBatch(),
      pending => this.#write(pending),
    )
  }

  /** Reads what must be known of a file. */
  async load(): Promise<void> {
    for (const table of Object.keys(dictionaries) as DictionaryTable[])
      for (const row of await this.#run(`select * from ${table}`)) this.#dictionaries.load(table, row)
    const batches = ['spans', 'logs', 'points', 'events', 'changes', 'costs', 'rolls'].map(
      table => `select max(batch) as batch from ${table}`,
    )
    const [last] = await this.#run(`select max(batch) as batch from (${batches.join(' union all ')}) b`)
    this.written = number(last?.batch)
    this.#batch = this.written
    this.#commits.pending = this.#emptyBatch()
    await this.#remember()
  }

  /** Signals on disk that are not in the sums yet, about. */
  get unrolled(): number {
    return this.#unrolled
  }

  rolled(): void {
    this.#unrolled = 0
  }

  append(signals: readonly Signal[]): Promise<void> {
    if (signals.length === 0) return Promise.resolve()
    const { pending } = this.#commits
    for (const signal of signals) {
      const key = keyOf(signal)
      const said =
        key === undefined ? 'new' : (this.#seen.get(signal.kind as Identified)?.add(key, signal.at) ?? 'new')
      if (said === 'seen') continue
      pending.signals++
      if (said === 'unknown') pending.unknown.push(signal)
      else this.#encode(pending, signal)
    }
    return this.#commits.flush()
  }

  /** Runs a task when everything appended so far is on disk, with no write beside it. */
  after<T>(task: () => Promise<T>): Promise<T> {
    return this.#commits.after(task)
  }

  async transaction<T>(task: () => Promise<T>): Promise<T> {
    await this.#connection.run('begin transaction')
    try {
      const result = await task()
      await this.#connection.run('commit')
      return result
    } catch (error) {
      // A commit that failed has rolled back by itself, and that is no news.
      await this.#connection.run('rollback').catch(() => undefined)
      throw error
    }
  }

  #emptyBatch(): Pending {
    return { batch: ++this.#batch, encoding: new Encoding(), unknown: [], signals: 0 }
  }

  #encode({ encoding, batch }: Pending, signal: Signal): void {
    encoding.add(signal, {
      dictionaries: this.#dictionaries,
      templateOf: this.#templateOf,
      newest: this.#newest,
      batch,
    })
  }

  async #write(pending: Pending): Promise<void> {
    if (pending.signals === 0) return
    try {
      if (this.#stale) await this.#remember()
      for (const signal of await this.#unwritten(pending.unknown)) this.#encode(pending, signal)
      const named = this.#dictionaries.unsaved()
      await this.transaction(async () => {
        for (const batch of [...named, ...pending.encoding.batches()]) await this.#insert(batch)
      })
      this.#dictionaries.saved(named)
      this.written = pending.batch
      this.#unrolled += pending.signals
    } catch (error) {
      // They will be appended again, and must not be taken for seen.
      this.#stale = true
      throw error
    }
  }

  async #insert(batch: ColumnBatch): Promise<void> {
    if (batch.rows === 0) return
    const appender = await this.#connection.createAppender(batch.table)
    await appendColumns(appender, batch, Object.values(tables[batch.table] ?? {}))
    appender.closeSync()
  }

  /** Those that the file does not have. */
  async #unwritten(signals: readonly Signal[]): Promise<Signal[]> {
    const fresh: Signal[] = []
    for (const [kind, table] of Object.entries(identified)) {
      const asked = signals.filter(signal => signal.kind === kind)
      if (asked.length === 0) continue
      const times = asked.map(({ at }) => micros(at))
      // A change has its identity whenever it is told of.
      const when =
        kind === 'change'
          ? 'true'
          : `ts between ${times.reduce((a, b) => Math.min(a, b))} and ${times.reduce((a, b) => Math.max(a, b))}`
      const ids =
        kind === 'span'
          ? asked.map(signal => idText((signal as SpanRecord).spanId))
          : asked.map(identityNumber)
      const rows = await this.#run(
        `select ${kind === 'span' ? 'trace || chr(10) || span' : 'identity'} as identity from ${table}
         where ${when} and ${kind === 'span' ? 'span' : 'identity'} in
           (select unnest(from_json($1::json, '["${kind === 'span' ? 'VARCHAR' : 'BIGINT'}"]')))`,
        [JSON.stringify(ids)],
      )
      const found = new Set(rows.map(({ identity }) => text(identity)))
      fresh.push(...asked.filter(signal => !found.has(keyOf(signal) ?? '')))
    }
    return fresh
  }

  async #remember(): Promise<void> {
    this.#stale = false
    for (const [kind, table] of Object.entries(identified))
      this.#seen.set(kind as Identified, await this.#seenOf(table))
    this.#newest.clear()
    const rows = await this.#run(
      `select p.series, p.ts, p.value, p.distribution from points p join series s on s.id = p.series
       where s.type <> 'gauge' and p.n is null and p.ts >= (select max(ts) - 3600000000 from points)
       qualify row_number() over (partition by p.series order by p.ts desc) = 1`,
    )
    for (const row of rows)
      this.#newest.set(number(row.series), {
        at: number(row.ts) / 1000,
        value: number(row.value),
        ...(row.distribution == null
          ? {}
          : { distribution: JSON.parse(text(row.distribution)) as Distribution }),
      })
  }

  async #seenOf(table: string): Promise<Fingerprints> {
    const identity = table === 'spans' ? 'trace || chr(10) || span' : 'identity'
    const rows = await this.#run(
      `select ${identity} as identity, ts, batch from ${table} order by batch desc limit ${remembered}`,
    )
    const oldest = rows.at(-1)
    const [before] =
      rows.length < remembered
        ? []
        : await this.#run(`select max(ts) as ts from ${table} where batch <= ${number(oldest?.batch)}`)
    const seen = new Fingerprints(before?.ts == null ? {} : { forgotten: number(before.ts) / 1000 })
    for (const row of rows.reverse()) seen.add(text(row.identity), number(row.ts) / 1000)
    return seen
  }
}

/** What its table knows a signal by. */
const keyOf = (signal: Signal): string | undefined => {
  if (signal.kind === 'span') return `${idText(signal.traceId)}\n${idText(signal.spanId)}`
  return signal.kind === 'metric' || signal.kind === 'log' ? undefined : String(identityNumber(signal))
}
