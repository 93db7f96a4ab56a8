import type { ChangeRecord, EventRecord, LogRecord, Resource, Signal, SpanRecord } from './signal.ts'

/**
 * OBSERVE: keeps signals and answers what the product asks of them. `append` resolves when a crash can no longer lose
 * them; batches of a source may come twice after a crash and count once where signals have an identity (spans, events,
 * changes, costs): the first one. Old detail is downsampled and deleted by retention and by the disk quota.
 * Limits are at most 10,000 and keep the newest; logs, spans and events are told newest first. What has no valid window,
 * or would have more than 11,000 points a series or 1,000 series, is refused with a RangeError.
 * What is appended is kept as it is: whoever appends has taken secrets out.
 * Implementations pass `signal-store.contract.ts`.
 */
export interface SignalStore {
  append(signals: readonly Signal[]): Promise<void>
  /** One line of points per series, by ascending time; empty buckets are left out. */
  series(query: SeriesQuery): Promise<Series[]>
  /** Names of metrics that a service has, with unit and type. */
  metrics(query: {
    resource?: Partial<Resource>
    window: Window
  }): Promise<{ name: string; unit: string; type: string; series: number }[]>
  /** Requests per second and error ratio of server spans, or of matching metrics where there are no spans. */
  requests(query: {
    resource: Partial<Resource>
    operation?: string
    window: Window
    stepMs: number
  }): Promise<RequestPoint[]>
  /** The largest by a measure, such as the operations with the highest p95. */
  top(query: TopQuery): Promise<{ key: string; value: number; count: number }[]>
  /** The same measure in two windows, by key, the largest change first. */
  compare(query: Omit<TopQuery, 'window'> & { before: Window; after: Window }): Promise<Compared[]>
  /**
   * Who called whom, from spans: how often, with which errors and how long, as the caller saw it. Of whole minutes: those
   * that the window touches.
   */
  serviceGraph(window: Window): Promise<ServiceEdge[]>
  /** Logs by template: how often in the window, by level, first and last seen ever, one example. */
  templates(query: { resource?: Partial<Resource>; window: Window; limit: number }): Promise<TemplateCount[]>
  logs(query: {
    resource?: Partial<Resource>
    template?: string
    traceId?: string
    window: Window
    limit: number
  }): Promise<LogRecord[]>
  trace(traceId: string): Promise<SpanRecord[]>
  spans(query: {
    resource?: Partial<Resource>
    error?: boolean
    window: Window
    limit: number
  }): Promise<SpanRecord[]>
  events(query: {
    resource?: Partial<Resource>
    source?: string
    window: Window
    limit: number
  }): Promise<EventRecord[]>
  /** Changes in the window, oldest first. */
  changes(query: { resource?: Partial<Resource>; window: Window; limit: number }): Promise<ChangeRecord[]>
  costs(query: {
    window: Window
    by: 'owner' | 'service' | 'namespace' | 'category'
  }): Promise<{ key: string; usd: number }[]>
  /** What is stored and what had to go. */
  stats(): Promise<StoreStats>
  /** Deletes and downsamples what is due, for a bounded time; called every minute or so. */
  maintain(now: number): Promise<void>
  /** Writes everything of a window as Parquet files, one a kind, into a folder that is there. @returns their paths */
  export(window: Window, folder: string): Promise<string[]>
  close(): Promise<void>
}

/** From inclusive to exclusive, milliseconds since the epoch. */
export interface Window {
  from: number
  to: number
}

export interface SeriesQuery {
  metric: string
  resource?: Partial<Resource>
  attributes?: Readonly<Record<string, string>>
  window: Window
  stepMs: number
  /**
   * rate: per second, of counters, deltas and histograms (how many values), of several series together; sum: of what
   * deltas and histograms added, of other series the last values together; a number: that quantile of histograms.
   */
  measure: 'mean' | 'min' | 'max' | 'last' | 'sum' | 'rate' | number
  /** Series are split by service and by these attributes, or parts of the resource such as `version`. */
  by?: readonly string[]
}

export interface Series {
  resource: Resource
  attributes: Readonly<Record<string, string>>
  points: readonly { at: number; value: number }[]
}

export interface RequestPoint {
  at: number
  perSecond: number
  errorRatio: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
}

/**
 * Keys are `service name` of operations, `source/reason` of events, the id of templates, `provider/model` and
 * `namespace/route` of calls to models, from the gateway's metrics by the minute, and
 * from spans with the attributes `gen_ai.*` and `keelway.route` where those say nothing. Operations
 * and services are measured by the requests they served (by all spans where none says so). Only models and routes have
 * usd and tokens; a measure that means nothing there is refused with a RangeError.
 */
export interface TopQuery {
  of: 'operations' | 'services' | 'templates' | 'events' | 'models' | 'routes'
  measure: 'count' | 'errors' | 'errorRatio' | 'p50' | 'p95' | 'p99' | 'usd' | 'tokens'
  resource?: Partial<Resource>
  window: Window
  limit: number
}

export interface Compared {
  key: string
  before: number
  after: number
  countBefore: number
  countAfter: number
}

export interface ServiceEdge {
  from: string
  to: string
  calls: number
  errors: number
  p50Ms: number
  p95Ms: number
}

export interface TemplateCount {
  id: string
  template: string
  service: string
  count: number
  /** By severity number. */
  levels: Readonly<Record<number, number>>
  firstSeen: number
  lastSeen: number
  example: string
}

export interface StoreStats {
  bytes: number
  /** Rows kept, rows deleted by retention, rows deleted by the quota, by kind of signal. */
  rows: Readonly<Record<string, { kept: number; expired: number; evicted: number }>>
  oldest?: number
}

/** Names of the methods that other processes may call. */
export const signalMethods = [
  'append',
  'series',
  'metrics',
  'requests',
  'top',
  'compare',
  'serviceGraph',
  'templates',
  'logs',
  'trace',
  'spans',
  'events',
  'changes',
  'costs',
  'stats',
] as const satisfies (keyof SignalStore)[]
