import type { MetricTable } from '../../telemetry/bundle/metric-table.ts'
import type { LogRecord, SpanRecord } from '../../telemetry/signals/signal.ts'
import { emptyCase } from '../channel.contract.ts'
import type { Case } from '../channel.ts'

/** 2026-01-01T12:00:00Z: when faults of made cases begin. */
export const ONSET = 1_767_268_800_000
const SECOND = 1_000

/** Numbers that look irregular and are the same every time, from -1 to 1. */
export const wobble = (seed: number): number => {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return 2 * (x - Math.floor(x)) - 1
}

export interface MetricPlan {
  service: string
  name: string
  before: number
  after?: number
  noise?: number
}

export interface RowsPlan {
  stepSeconds?: number
  before?: number
  after?: number
}

/** Tables with a level before the onset and one from it on. */
export function tablesOf(plans: readonly MetricPlan[], rows: RowsPlan = {}): MetricTable[] {
  const { stepSeconds = 10, before = 60, after = 30 } = rows
  const at = Float64Array.from(
    { length: before + after },
    (_, row) => ONSET + (row - before) * stepSeconds * SECOND,
  )
  return [...Map.groupBy(plans, ({ service }) => service)].map(([service, of]) => ({
    service,
    columns: of.map(({ name }) => name),
    at,
    values: of.map(plan => {
      const { before: usual, after: later = usual, noise = 0.02 * usual } = plan
      const seed =
        [...`${service}/${plan.name}`].reduce((sum, sign) => sum * 31 + sign.charCodeAt(0), 7) % 1_000
      return Float64Array.from(at, (time, row) => (time < ONSET ? usual : later) + noise * wobble(seed + row))
    }),
  }))
}

export interface CallPlan {
  service: string
  operation?: string
  /** Milliseconds by itself; what its calls take is added. */
  self: number
  /** Milliseconds between the caller's span and this one. */
  gap?: number
  error?: boolean
  says?: readonly string[]
  calls?: readonly CallPlan[]
}

/** Traces of one request at each time, with a client span for each call as tracers write it. */
export function requestsOf(
  times: readonly number[],
  plan: (time: number) => CallPlan,
): { spans: SpanRecord[]; logs: LogRecord[] } {
  const spans: SpanRecord[] = []
  const logs: LogRecord[] = []
  for (const [request, time] of times.entries()) {
    let count = 0
    const span = (
      service: string,
      name: string,
      spanKind: SpanRecord['spanKind'],
      at: number,
      parentSpanId?: string,
    ): SpanRecord => {
      const made: SpanRecord = {
        ...{ kind: 'span', resource: { service }, at, name, spanKind, durationMs: 0, error: false },
        traceId: `${time}`.padStart(16, '0') + `${request}`.padStart(16, '0'),
        spanId: (request * 1_000 + ++count).toString(16).padStart(16, '0'),
        ...(parentSpanId !== undefined && { parentSpanId }),
        attributes: {},
      }
      spans.push(made)
      return made
    }
    const run = (call: CallPlan, at: number, parentSpanId?: string): SpanRecord => {
      const server = span(call.service, call.operation ?? `GET /${call.service}`, 'server', at, parentSpanId)
      for (const [line, body] of (call.says ?? []).entries())
        logs.push({
          ...{ kind: 'log', resource: { service: call.service }, at: at + line / 10, attributes: {} },
          severity: body.startsWith('ERROR') ? 17 : 9,
          body: `${body} trace ${server.traceId} span ${server.spanId}`,
        })
      let now = at + call.self * (1 + 0.1 * wobble(time + count))
      for (const callee of call.calls ?? []) {
        const client = span(call.service, `call ${callee.service}`, 'client', now, server.spanId)
        const gap = callee.gap ?? 2
        const answer = run(callee, now + gap / 2, client.spanId)
        client.durationMs = answer.durationMs + gap
        client.error = callee.error ?? false
        now += client.durationMs
      }
      server.durationMs = now - at
      server.error = call.error ?? false
      return server
    }
    run(plan(time), time)
  }
  return { spans: spans.sort((a, b) => a.at - b.at), logs }
}

/** Times of requests, some before the onset and some after it. */
export const requestTimes = (before = 20, after = 20): number[] =>
  Array.from({ length: before + after }, (_, i) => ONSET + (i - before + 0.5) * 2 * SECOND)

export const caseWith = (parts: Partial<Case>): Case => {
  const made: Case = { ...emptyCase(), incident: { startedAt: ONSET, alerts: [] }, ...parts }
  const services = new Set([
    ...made.services,
    ...made.tables.map(({ service }) => service),
    ...made.spans.map(({ resource }) => resource.service),
    ...made.topology.calls.flatMap(({ from, to }) => [from, to]),
  ])
  return { ...made, services: [...services].sort() }
}

/** Calls of a topology, given as `a>b b>c`. */
export const callsOf = (text: string): Case['topology'] => ({
  services: [],
  calls: text
    .split(' ')
    .map(call => call.split('>'))
    .map(([from = '', to = '']) => ({ from, to, calls: 0, errors: 0, p50Ms: 0, p95Ms: 0 })),
})
