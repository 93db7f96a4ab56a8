/**
 * Tables of signals, alike in DuckDB and PostgreSQL. Times (`ts`, `until`, …) and durations are whole microseconds.
 * What repeats (resources, names, series, templates) is a number in a dictionary table. `batch` says which write a row
 * came with, so that what is new can be told. Rows of signals are only ever added, in about the order of time, and
 * deleted by time. Tables that end in `_minutes` hold sums: their rows add up, whatever was merged yet.
 */
export type ColumnType = 'BIGINT' | 'INTEGER' | 'DOUBLE' | 'BOOLEAN' | 'VARCHAR'

export const dictionaries = {
  /** `plain`: the same resource without its instance, which sums are kept by. */
  resources: {
    id: 'INTEGER',
    plain: 'INTEGER',
    service: 'VARCHAR',
    namespace: 'VARCHAR',
    workload: 'VARCHAR',
    version: 'VARCHAR',
    instance: 'VARCHAR',
  },
  /** Of operations, peers, models and routes. */
  names: { id: 'INTEGER', name: 'VARCHAR' },
  series: {
    id: 'INTEGER',
    resource: 'INTEGER',
    name: 'VARCHAR',
    unit: 'VARCHAR',
    type: 'VARCHAR',
    attributes: 'VARCHAR',
  },
  templates: { id: 'INTEGER', hash: 'VARCHAR', template: 'VARCHAR', example: 'VARCHAR' },
} as const satisfies Record<string, Record<string, ColumnType>>

const every = { batch: 'BIGINT', ts: 'BIGINT' } as const

export const details = {
  spans: {
    ...every,
    resource: 'INTEGER',
    trace: 'VARCHAR',
    span: 'VARCHAR',
    parent: 'VARCHAR',
    name: 'INTEGER',
    kind: 'INTEGER',
    duration: 'BIGINT',
    error: 'BOOLEAN',
    peer: 'INTEGER',
    model: 'INTEGER',
    route: 'INTEGER',
    tokens: 'BIGINT',
    usd: 'DOUBLE',
    attributes: 'VARCHAR',
    events: 'VARCHAR',
  },
  logs: {
    ...every,
    resource: 'INTEGER',
    severity: 'INTEGER',
    template: 'INTEGER',
    body: 'VARCHAR',
    trace: 'VARCHAR',
    span: 'VARCHAR',
    attributes: 'VARCHAR',
  },
  /**
   * A raw point has no `n`; of `n` points together `value` is the last and `low`, `high` and `total` are of values.
   * `increase` is what counters, deltas and histograms added in `covered` microseconds, of histograms how many values,
   * and `added` is their sum.
   */
  points: {
    ...every,
    series: 'INTEGER',
    value: 'DOUBLE',
    n: 'BIGINT',
    low: 'DOUBLE',
    high: 'DOUBLE',
    total: 'DOUBLE',
    increase: 'DOUBLE',
    covered: 'BIGINT',
    added: 'DOUBLE',
    distribution: 'VARCHAR',
  },
  /** What histograms added, by bucket. */
  buckets: { ...every, series: 'INTEGER', lower: 'DOUBLE', upper: 'DOUBLE', n: 'DOUBLE' },
  events: {
    ...every,
    identity: 'BIGINT',
    resource: 'INTEGER',
    source: 'VARCHAR',
    reason: 'VARCHAR',
    severity: 'VARCHAR',
    message: 'VARCHAR',
    key: 'VARCHAR',
    count: 'BIGINT',
    until: 'BIGINT',
    attributes: 'VARCHAR',
  },
  changes: {
    ...every,
    identity: 'BIGINT',
    resource: 'INTEGER',
    change: 'VARCHAR',
    id: 'VARCHAR',
    before: 'VARCHAR',
    author: 'VARCHAR',
    message: 'VARCHAR',
    reference: 'VARCHAR',
    files: 'VARCHAR',
    attributes: 'VARCHAR',
  },
  costs: {
    ...every,
    identity: 'BIGINT',
    resource: 'INTEGER',
    until: 'BIGINT',
    usd: 'DOUBLE',
    category: 'VARCHAR',
    owner: 'VARCHAR',
    attributes: 'VARCHAR',
  },
} as const satisfies Record<string, Record<string, ColumnType>>

export const sums = {
  span_minutes: {
    ts: 'BIGINT',
    resource: 'INTEGER',
    name: 'INTEGER',
    kind: 'INTEGER',
    error: 'BOOLEAN',
    bucket: 'INTEGER',
    n: 'BIGINT',
  },
  edge_minutes: {
    ts: 'BIGINT',
    source: 'VARCHAR',
    target: 'VARCHAR',
    error: 'BOOLEAN',
    bucket: 'INTEGER',
    n: 'BIGINT',
  },
  model_minutes: {
    ts: 'BIGINT',
    resource: 'INTEGER',
    model: 'INTEGER',
    route: 'INTEGER',
    error: 'BOOLEAN',
    bucket: 'INTEGER',
    n: 'BIGINT',
    tokens: 'BIGINT',
    usd: 'DOUBLE',
  },
  log_minutes: {
    ts: 'BIGINT',
    resource: 'INTEGER',
    template: 'INTEGER',
    severity: 'INTEGER',
    n: 'BIGINT',
    first: 'BIGINT',
    last: 'BIGINT',
  },
} as const satisfies Record<string, Record<string, ColumnType>>

export const bookkeeping = {
  /** How far a recurring work got. */
  marks: { name: 'VARCHAR', value: 'BIGINT' },
  /** When sums were added up to which batch, and of how many spans. */
  rolls: { ts: 'BIGINT', batch: 'BIGINT', spans: 'BIGINT' },
  /** Rows that are gone, by table. */
  deleted: { name: 'VARCHAR', expired: 'BIGINT', evicted: 'BIGINT' },
} as const satisfies Record<string, Record<string, ColumnType>>

export const tables: Readonly<Record<string, Readonly<Record<string, ColumnType>>>> = {
  ...dictionaries,
  ...details,
  ...sums,
  ...bookkeeping,
}

export type DictionaryTable = keyof typeof dictionaries
export type DetailTable = keyof typeof details

/** Columns that hold the number of a row of a dictionary. */
export const references: Readonly<Record<string, Readonly<Record<string, DictionaryTable>>>> = {
  resources: { plain: 'resources' },
  series: { resource: 'resources' },
  spans: { resource: 'resources', name: 'names', peer: 'names', model: 'names', route: 'names' },
  logs: { resource: 'resources', template: 'templates' },
  points: { series: 'series' },
  buckets: { series: 'series' },
  events: { resource: 'resources' },
  changes: { resource: 'resources' },
  costs: { resource: 'resources' },
}

/** Numbers of the kinds of spans, as OpenTelemetry's protocol has them. */
export const spanKinds = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const

export const quoted = (name: string): string => `"${name}"`

/** Rows of one table, column by column in the order of the schema. */
export interface ColumnBatch {
  table: string
  rows: number
  columns: Cell[][]
}

export type Cell = string | number | boolean | null
