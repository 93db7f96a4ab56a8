import { createHash } from 'node:crypto'
import { Dictionaries, keyOfRow } from './dictionary.ts'
import { Encoding, seriesOf } from './encoding.ts'
import { GroupCommit } from './group-commit.ts'
import type { SeriesState } from './increase.ts'
import { postgresTypes } from './postgres-schema.ts'
import {
  type Cell,
  type ColumnBatch,
  type DictionaryTable,
  dictionaries,
  quoted,
  references,
  tables,
} from './schema.ts'
import type { Distribution, MetricPoint, Signal } from './signal.ts'
import { number, text } from './sql-database.ts'
import type { TemplateOf } from './template-of.ts'

/** A statement whose values may be whole columns. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<Readonly<Record<string, Cell>>[]>

/** Held while points of metrics are written: what they add depends on the point before, whoever wrote that. */
const metricsLock = 4_270_117

/**
 * Writes batches one after the other, each in one transaction. Several processes may write to one database: numbers of
 * dictionaries are agreed on by its unique keys, what comes twice is told by its unique indexes, and a batch is numbered
 * by its transaction.
 */
export class PostgresWriter {
  readonly commits: GroupCommit<Signal[]>
  readonly #query: Query
  readonly #transaction: <T>(task: (query: Query) => Promise<T>) => Promise<T>
  readonly #templateOf: TemplateOf
  readonly #dictionaries = new Dictionaries()
  /** Numbers in the database by our own. */
  readonly #numbers: Record<DictionaryTable, number[]> = {
    resources: [],
    names: [],
    series: [],
    templates: [],
  }

  constructor(
    query: Query,
    transaction: <T>(task: (query: Query) => Promise<T>) => Promise<T>,
    templateOf: TemplateOf,
  ) {
    this.#query = query
    this.#transaction = transaction
    this.#templateOf = templateOf
    this.commits = new GroupCommit<Signal[]>(
      () => [],
      signals => this.#write(signals),
    )
  }

  append(signals: readonly Signal[]): Promise<void> {
    if (signals.length === 0) return Promise.resolve()
    for (const signal of signals) this.commits.pending.push(signal)
    return this.commits.flush()
  }

  async #write(signals: readonly Signal[]): Promise<void> {
    if (signals.length === 0) return
    const points = signals.filter(signal => signal.kind === 'metric')
    const encoding = new Encoding()
    const context = { dictionaries: this.#dictionaries, templateOf: this.#templateOf, batch: 0 }
    const series = new Set(points.map(point => seriesOf(point, this.#dictionaries)))
    for (const signal of signals)
      if (signal.kind !== 'metric') encoding.add(signal, { ...context, newest: new Map() })
    await this.#agreeOnNumbers()
    await this.#transaction(async query => {
      if (points.length > 0) {
        await query(`select pg_advisory_xact_lock(${metricsLock})`)
        const newest = await this.#newestOf(query, [...series])
        for (const point of inTime(points)) encoding.add(point, { ...context, newest })
      }
      for (const batch of encoding.batches()) await this.#insert(query, batch)
    })
  }

  async #newestOf(query: Query, series: readonly number[]): Promise<Map<number, SeriesState>> {
    const numbers = this.#numbers.series
    const own = new Map(series.map(one => [numbers[one] ?? 0, one]))
    const rows = await query(
      `select distinct on (series) series, ts, value, distribution from points
       where series = any($1::int[]) and n is null order by series, ts desc`,
      [[...own.keys()]],
    )
    return new Map(
      rows.map(row => [
        own.get(number(row.series)) ?? 0,
        {
          at: number(row.ts) / 1000,
          value: number(row.value),
          ...(row.distribution == null
            ? {}
            : { distribution: JSON.parse(text(row.distribution)) as Distribution }),
        },
      ]),
    )
  }

  async #insert(query: Query, { table, columns }: ColumnBatch): Promise<void> {
    const schema = Object.entries(tables[table] ?? {})
    const names = schema.map(([name]) => quoted(name))
    const arrays = schema.map(([, type], i) => `$${i + 1}::${postgresTypes[type]}[]`)
    const chosen = names.map(name => (name === '"batch"' ? 'pg_current_xact_id()::text::bigint' : name))
    await query(
      `insert into ${table} (${names.join(', ')}) select ${chosen.join(', ')}
       from unnest(${arrays.join(', ')}) as given(${names.join(', ')}) on conflict do nothing`,
      schema.map(([name], i) => this.#numbered(table, name, columns[i] ?? [])),
    )
  }

  #numbered(table: string, column: string, cells: readonly Cell[]): readonly Cell[] {
    const dictionary = references[table]?.[column]
    if (dictionary === undefined) return cells
    const numbers = this.#numbers[dictionary]
    return cells.map(cell => (typeof cell === 'number' ? (numbers[cell] ?? null) : null))
  }

  /** Adds rows of dictionaries outside of transactions, which may fail, and learns their numbers in the database. */
  async #agreeOnNumbers(): Promise<void> {
    const batches = this.#dictionaries.unsaved()
    for (const batch of batches) await this.#agree(batch)
    this.#dictionaries.saved(batches)
  }

  async #agree({ table, rows, columns }: ColumnBatch): Promise<void> {
    if (rows === 0) return
    const dictionary = table as DictionaryTable
    // An instance's row mentions the row of its resource without the instance, which is before it.
    const plain = table === 'resources' ? columns[1]?.map(cell => cell !== null) : undefined
    const rounds = plain ? [plain.map(has => !has), plain] : [Array.from({ length: rows }, () => true)]
    for (const round of rounds) {
      const chosen = Array.from({ length: rows }, (_, i) => i).filter(i => round[i])
      if (chosen.length > 0) await this.#agreeOn(dictionary, columns, chosen)
    }
  }

  async #agreeOn(
    table: DictionaryTable,
    columns: readonly Cell[][],
    chosen: readonly number[],
  ): Promise<void> {
    const [, ...names] = Object.keys(dictionaries[table])
    const values = names.map((name, i) =>
      this.#numbered(
        table,
        name,
        chosen.map(row => columns[i + 1]?.[row] ?? null),
      ),
    )
    const keys = chosen.map((_, i) =>
      keyHash(keyOfRow(table, Object.fromEntries(names.map((name, n) => [name, values[n]?.[i] ?? null])))),
    )
    const types: Readonly<Record<string, keyof typeof postgresTypes>> = dictionaries[table]
    const arrays = names.map((name, i) => `$${i + 1}::${postgresTypes[types[name] ?? 'VARCHAR']}[]`)
    const list = names.map(quoted).join(', ')
    await this.#query(
      `insert into ${table} (${list}, key) select * from unnest(${arrays.join(', ')}, $${names.length + 1}::text[])
       on conflict do nothing`,
      [...values, keys],
    )
    const rows = await this.#query(`select id, key from ${table} where key = any($1::text[])`, [keys])
    const ids = new Map(rows.map(({ id, key }) => [text(key), number(id)]))
    for (const [i, row] of chosen.entries())
      this.#numbers[table][number(columns[0]?.[row])] = ids.get(keys[i] ?? '') ?? 0
  }
}

const keyHash = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40)

/** Batches of several senders are one write; what a point adds depends on the one before. */
const inTime = (points: readonly MetricPoint[]): MetricPoint[] => points.toSorted((a, b) => a.at - b.at)
