import { type ColumnType, dictionaries, quoted, tables } from './schema.ts'

export const postgresTypes: Record<ColumnType, string> = {
  BIGINT: 'bigint',
  INTEGER: 'integer',
  DOUBLE: 'double precision',
  BOOLEAN: 'boolean',
  VARCHAR: 'text',
}

/** Rows of dictionaries are found by `key`, the hash of what makes them one: several processes add to them. */
const createTable = ([table, columns]: [string, Readonly<Record<string, ColumnType>>]): string => {
  const list = Object.entries(columns).map(([name, type]) => `${quoted(name)} ${postgresTypes[type]}`)
  if (!(table in dictionaries)) return `create table if not exists ${table} (${list.join(', ')})`
  const [, ...rest] = list
  return `create table if not exists ${table} (id integer generated always as identity primary key,
    ${rest.join(', ')}, key text not null unique)`
}

/**
 * Details lie in the order in which they came, so that block ranges (BRIN) find times and batches at next to no cost;
 * what is looked up one by one has a tree.
 */
const indexes: Readonly<Record<string, string>> = {
  spans_identity: 'unique index if not exists spans_identity on spans (trace, span)',
  spans_ts: 'index if not exists spans_ts on spans using brin (ts) with (pages_per_range = 32)',
  spans_batch: 'index if not exists spans_batch on spans using brin (batch) with (pages_per_range = 32)',
  logs_ts: 'index if not exists logs_ts on logs using brin (ts) with (pages_per_range = 32)',
  logs_batch: 'index if not exists logs_batch on logs using brin (batch) with (pages_per_range = 32)',
  logs_trace: 'index if not exists logs_trace on logs (trace) where trace is not null',
  points_series: 'index if not exists points_series on points (series, ts)',
  points_ts: 'index if not exists points_ts on points using brin (ts) with (pages_per_range = 32)',
  buckets_series: 'index if not exists buckets_series on buckets (series, ts)',
  buckets_ts: 'index if not exists buckets_ts on buckets using brin (ts) with (pages_per_range = 32)',
  events_identity: 'unique index if not exists events_identity on events (identity)',
  events_ts: 'index if not exists events_ts on events (ts)',
  changes_identity: 'unique index if not exists changes_identity on changes (identity)',
  changes_ts: 'index if not exists changes_ts on changes (ts)',
  costs_identity: 'unique index if not exists costs_identity on costs (identity)',
  costs_ts: 'index if not exists costs_ts on costs (ts)',
  span_minutes_ts: 'index if not exists span_minutes_ts on span_minutes (ts)',
  edge_minutes_ts: 'index if not exists edge_minutes_ts on edge_minutes (ts)',
  model_minutes_ts: 'index if not exists model_minutes_ts on model_minutes (ts)',
  log_minutes_ts: 'index if not exists log_minutes_ts on log_minutes (ts)',
  series_name: 'index if not exists series_name on series (name)',
}

/** Run in one transaction, under a lock: `if not exists` alone does not keep two beginners apart. */
export const postgresSchema = (schema: string): string[] => [
  `create schema if not exists ${quoted(schema)}`,
  ...Object.entries(tables).map(createTable),
  ...Object.values(indexes).map(index => `create ${index}`),
]
