import { limits } from '../attributes.ts'

/**
 * What OTLP messages say, the same from protobuf and from JSON: only what signals are made of, with attributes plain
 * and bounded already. Times are nanoseconds since the epoch as a number, exact to 256 ns in this century.
 * Source: github.com/open-telemetry/opentelemetry-proto, opentelemetry/proto/{trace,logs,metrics}/v1.
 */
/** Records of one request; the SDKs send 512 at once, a collector 8192. */
const mostRecords = 50_000

export interface Attributed {
  attributes: Record<string, string | number | boolean>
  /** How many more it may have. */
  room: number
}

/** Records of one resource. */
export interface Group<Item> {
  resource: Attributed
  items: Item[]
}

/** A request. */
export interface Batch<Item> {
  groups: Group<Item>[]
  /** How many more resources, records and points it may have, and how many it had beyond that. */
  room: number
  over: number
}

export interface RawSpan extends Attributed {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: number
  start: number
  end: number
  events: RawEvent[]
  status: number
  statusMessage: string
}

export interface RawEvent extends Attributed {
  time: number
  name: string
}

export interface RawLog extends Attributed {
  time: number
  observed: number
  severity: number
  severityText: string
  body: AnyValue
  traceId: string
  spanId: string
  eventName: string
}

/** A value of attributes and bodies; bytes are base64 text. */
export type AnyValue =
  | string
  | number
  | boolean
  | undefined
  | readonly AnyValue[]
  | { [key: string]: AnyValue }

export interface RawMetric {
  name: string
  unit: string
  data: 'none' | 'gauge' | 'sum' | 'histogram' | 'exponential' | 'summary'
  /** 1 delta, 2 cumulative. */
  temporality: number
  monotonic: boolean
  points: RawPoint[]
}

/** A data point of any kind of metric; fields of other kinds are as they start. */
export interface RawPoint extends Attributed {
  start: number
  time: number
  flags: number
  /** Of gauges and sums. */
  value: number
  count: number
  sum: number
  bounds: number[]
  counts: number[]
  scale: number
  zeroCount: number
  zeroThreshold: number
  positive: RawBuckets
  negative: RawBuckets
  quantiles: { quantile: number; value: number }[]
}

export interface RawBuckets {
  offset: number
  counts: number[]
}

export const newAttributed = (): Attributed => ({ attributes: {}, room: limits.attributes })

export const newBatch = <Item>(): Batch<Item> => ({ groups: [], room: mostRecords, over: 0 })

export const newEvent = (): RawEvent => ({ time: 0, name: '', attributes: {}, room: limits.attributes })

export const newSpan = (): RawSpan => ({
  traceId: '',
  spanId: '',
  parentSpanId: '',
  name: '',
  kind: 0,
  start: 0,
  end: 0,
  attributes: {},
  room: limits.attributes,
  events: [],
  status: 0,
  statusMessage: '',
})

export const newLog = (): RawLog => ({
  time: 0,
  observed: 0,
  severity: 0,
  severityText: '',
  body: undefined,
  attributes: {},
  room: limits.attributes,
  traceId: '',
  spanId: '',
  eventName: '',
})

export const newMetric = (): RawMetric => ({
  name: '',
  unit: '',
  data: 'none',
  temporality: 0,
  monotonic: false,
  points: [],
})

export const newPoint = (): RawPoint => ({
  attributes: {},
  room: limits.attributes,
  start: 0,
  time: 0,
  flags: 0,
  value: 0,
  count: 0,
  sum: 0,
  bounds: [],
  counts: [],
  scale: 0,
  zeroCount: 0,
  zeroThreshold: 0,
  positive: { offset: 0, counts: [] },
  negative: { offset: 0, counts: [] },
  quantiles: [],
})
