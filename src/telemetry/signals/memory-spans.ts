import { matchesResource } from './identity.ts'
import { modelOf, routeOf, tokensOf, usdOf } from './model-calls.ts'
import { checkSteps, type Group, quantileOf } from './questions.ts'
import type { SpanRecord } from './signal.ts'
import type { RequestPoint, ServiceEdge, SignalStore, TopQuery, Window } from './signal-store.ts'
import { Sketch } from './sketch.ts'

const inside = (at: number, { from, to }: Window): boolean => at >= from && at < to
const entry = ({ spanKind }: SpanRecord): boolean => spanKind === 'server' || spanKind === 'consumer'
/** Nobody calls a call: its parent is in its own process. */
const calls = ({ spanKind }: SpanRecord): boolean => spanKind === 'client' || spanKind === 'producer'
const micros = ({ durationMs }: SpanRecord): number => Math.round(durationMs * 1000)

function sketchOf(spans: readonly SpanRecord[]): Sketch {
  const sketch = new Sketch()
  for (const span of spans) sketch.add(micros(span))
  return sketch
}

export function memoryRequests(
  spans: readonly SpanRecord[],
  query: Parameters<SignalStore['requests']>[0],
): RequestPoint[] {
  const step = checkSteps(query)
  const found = spans.filter(
    span =>
      span.spanKind === 'server' &&
      inside(span.at, query.window) &&
      matchesResource(span.resource, query.resource) &&
      (query.operation === undefined || query.operation === span.name),
  )
  return [...Map.groupBy(found, ({ at }) => Math.floor(at / step) * step)]
    .sort(([a], [b]) => a - b)
    .map(([at, served]) => {
      const sketch = sketchOf(served)
      return {
        at,
        perSecond: (served.length / step) * 1000,
        errorRatio: served.filter(({ error }) => error).length / served.length,
        p50Ms: sketch.quantile(0.5),
        p95Ms: sketch.quantile(0.95),
        p99Ms: sketch.quantile(0.99),
      }
    })
}

const keys: Partial<Record<TopQuery['of'], (span: SpanRecord) => string | undefined>> = {
  services: ({ resource }) => resource.service,
  operations: ({ resource, name }) => `${resource.service} ${name}`,
  models: modelOf,
  routes: routeOf,
}

export function memoryGroups(
  spans: readonly SpanRecord[],
  { of, measure, resource, window }: Omit<TopQuery, 'limit'>,
): Group[] {
  const found = spans.filter(span => inside(span.at, window) && matchesResource(span.resource, resource))
  const entries = of === 'operations' || of === 'services' ? found.filter(entry) : found
  const groups = Map.groupBy(entries.length > 0 ? entries : found, span => keys[of]?.(span))
  return [...groups].flatMap(([key, same]) =>
    key === undefined ? [] : [{ key, value: measureOf(same, measure), count: same.length }],
  )
}

function measureOf(spans: readonly SpanRecord[], measure: TopQuery['measure']): number {
  const quantile = quantileOf(measure)
  if (quantile !== undefined) return sketchOf(spans).quantile(quantile)
  if (measure === 'usd') return spans.reduce((sum, span) => sum + usdOf(span), 0)
  if (measure === 'tokens') return spans.reduce((sum, span) => sum + tokensOf(span), 0)
  const errors = spans.filter(({ error }) => error).length
  return measure === 'count' ? spans.length : measure === 'errors' ? errors : errors / spans.length
}

export function memoryServiceGraph(spans: readonly SpanRecord[], window: Window): ServiceEdge[] {
  const byId = new Map(spans.map(span => [`${span.traceId}\n${span.spanId}`, span]))
  const edges: { from: string; to: string; call: SpanRecord; failed: boolean }[] = []
  const answered = new Set<SpanRecord>()
  for (const span of spans) {
    if (calls(span)) continue
    const parent = byId.get(`${span.traceId}\n${span.parentSpanId ?? ''}`)
    if (!parent || parent.resource.service === span.resource.service) continue
    answered.add(parent)
    const call = parent.spanKind === 'client' ? parent : span
    edges.push({
      from: parent.resource.service,
      to: span.resource.service,
      call,
      failed: call.error || span.error,
    })
  }
  for (const span of spans)
    if (span.peer && !answered.has(span) && calls(span))
      edges.push({ from: span.resource.service, to: span.peer, call: span, failed: span.error })
  const inWindow = edges.filter(({ call, from, to }) => from !== to && inside(call.at, window))
  return [...Map.groupBy(inWindow, ({ from, to }) => `${from}\n${to}`).values()]
    .map(same => {
      const sketch = sketchOf(same.map(({ call }) => call))
      return {
        from: same[0]?.from ?? '',
        to: same[0]?.to ?? '',
        calls: same.length,
        errors: same.filter(({ failed }) => failed).length,
        p50Ms: sketch.quantile(0.5),
        p95Ms: sketch.quantile(0.95),
      }
    })
    .sort((a, b) => b.calls - a.calls || (a.from + a.to < b.from + b.to ? -1 : 1))
}
