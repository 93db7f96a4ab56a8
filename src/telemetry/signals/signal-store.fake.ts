import type { ChangeRecord, CostRecord, EventRecord, LogRecord, MetricPoint, SpanRecord } from './signal.ts'

/** Signals with defaults, for tests. A whole minute, so that buckets are easy to name. */
export const t0 = 1_750_000_020_000
export const minute = 60_000

export const span = (id: string, given: Partial<SpanRecord> = {}): SpanRecord => ({
  kind: 'span',
  resource: { service: 'checkout' },
  at: t0,
  traceId: `trace-${id}`,
  spanId: id,
  name: 'GET /cart',
  spanKind: 'server',
  durationMs: 100,
  error: false,
  attributes: {},
  ...given,
})

export const log = (body: string, given: Partial<LogRecord> = {}): LogRecord => ({
  kind: 'log',
  resource: { service: 'checkout' },
  at: t0,
  severity: 9,
  body,
  attributes: {},
  ...given,
})

export const point = (name: string, value: number, given: Partial<MetricPoint> = {}): MetricPoint => ({
  kind: 'metric',
  resource: { service: 'checkout' },
  at: t0,
  name,
  type: 'gauge',
  value,
  attributes: {},
  ...given,
})

export const event = (key: string, given: Partial<EventRecord> = {}): EventRecord => ({
  kind: 'event',
  resource: { service: 'checkout' },
  at: t0,
  source: 'kubernetes',
  reason: 'BackOff',
  severity: 'warning',
  message: 'restarting failed container',
  key,
  count: 1,
  attributes: {},
  ...given,
})

export const change = (id: string, given: Partial<ChangeRecord> = {}): ChangeRecord => ({
  kind: 'change',
  resource: { service: 'checkout' },
  at: t0,
  change: 'code',
  id,
  message: 'Read the cart once',
  attributes: {},
  ...given,
})

export const cost = (usd: number, given: Partial<CostRecord> = {}): CostRecord => ({
  kind: 'cost',
  resource: { service: 'checkout', namespace: 'shop' },
  at: t0,
  until: t0 + 60 * minute,
  usd,
  category: 'compute',
  attributes: {},
  ...given,
})

/** One second of signals of a writer that is going to be killed. */
export const crashBatch = (batch: number) => [
  ...Array.from({ length: 50 }, (_, i) => span(`${batch}-${i}`, { at: t0 + batch * 1000 + i })),
  ...Array.from({ length: 50 }, (_, i) => log(`line ${batch} ${i}`, { at: t0 + batch * 1000 + i })),
  event(`${batch}`, { at: t0 + batch * 1000 }),
]
