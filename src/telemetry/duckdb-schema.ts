import type { CallRecord, Feedback } from './telemetry.ts'

/**
 * Tables of the telemetry file. Columns are named as the fields of CallRecord and Feedback, times are milliseconds
 * since the epoch, `scores` are JSON objects. Rows are only ever added, in about the order of time, so that filters on
 * `at` skip most of the file. Open the file with the DuckDB shell while nothing runs on it (or a copy of it):
 *
 *     select release, arm, count(*), quantile_cont("latencyMs", .95) from calls group by all
 *     select c.release, avg((f.scores->>'correct')::double) from calls c join feedback f on f.call = c.id group by all
 */
export const callColumns = {
  id: 'VARCHAR',
  at: 'BIGINT',
  namespace: 'VARCHAR',
  route: 'VARCHAR',
  release: 'VARCHAR',
  digest: 'VARCHAR',
  arm: 'VARCHAR',
  phase: 'VARCHAR',
  unit: 'VARCHAR',
  pair: 'VARCHAR',
  accessKey: 'VARCHAR',
  status: 'INTEGER',
  error: 'VARCHAR',
  latencyMs: 'DOUBLE',
  firstByteMs: 'DOUBLE',
  streamed: 'BOOLEAN',
  provider: 'VARCHAR',
  model: 'VARCHAR',
  inputTokens: 'BIGINT',
  outputTokens: 'BIGINT',
  usageSource: 'VARCHAR',
  usage: 'JSON',
  costUsd: 'DOUBLE',
  priceSource: 'VARCHAR',
  protocol: 'VARCHAR',
  operation: 'VARCHAR',
  finish: 'VARCHAR',
  cache: 'VARCHAR',
  savedUsd: 'DOUBLE',
  guards: 'JSON',
  attempts: 'JSON',
  trace: 'JSON',
  inputDigest: 'VARCHAR',
  outputDigest: 'VARCHAR',
  input: 'VARCHAR',
  context: 'VARCHAR',
  output: 'VARCHAR',
  scores: 'JSON',
} as const satisfies Record<keyof CallRecord, string>

export const feedbackColumns = {
  call: 'VARCHAR',
  at: 'BIGINT',
  scores: 'JSON',
  label: 'VARCHAR',
  source: 'VARCHAR',
  by: 'VARCHAR',
  costUsd: 'DOUBLE',
} as const satisfies Record<keyof Feedback, string>

/** Numbers calls as they were written: they come late and out of order, so that no other column tells what is new. */
export const storedCallColumns = { ...callColumns, arrival: 'BIGINT' } as const

/** Makes the table. A file of an older version lacks columns, see `addColumn`. */
export const createTable = (table: string, columns: Record<string, string>): string =>
  `create table if not exists ${table} (${Object.entries(columns)
    .map(([name, type]) => `"${name}" ${type}`)
    .join(', ')})`

export const addColumn = (table: string, name: string, type: string): string =>
  `alter table ${table} add column "${name}" ${type}`

/** Adds rows given as one JSON array in `$1`: parsed by DuckDB's own threads, not on the event loop. */
export const insertRows = (table: string, columns: Record<string, string>): string =>
  `insert into ${table} by name select unnest(from_json($1::json, '${JSON.stringify([columns])}'), recursive := true)`

/** One column `row` with the whole row, and more members, as JSON text. */
export const rowAsJson = (columns: Record<string, string>, of: string, ...more: string[]): string =>
  `to_json({${[...Object.keys(columns).map(name => `'${name}': ${of}."${name}"`), ...more].join(', ')}})::varchar as row`

/** A row as it was recorded: what was absent is absent again. */
export function parseRow<T>(row: unknown): T {
  const fields = Object.entries(JSON.parse(String(row)) as Record<string, unknown>)
  // Written from a T by `insertRows`.
  return Object.fromEntries(fields.filter(([, value]) => value !== null)) as T
}
