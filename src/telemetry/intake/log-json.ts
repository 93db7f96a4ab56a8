import type { Attributes } from '../signals/signal.ts'
import { timeOf } from './fields.ts'
import { cleanAttributes, message } from './plain-values.ts'
import { severityOf } from './severity.ts'

export interface LogFacts {
  at?: number
  severity: number
  body: string
  service?: string
  traceId?: string
  spanId?: string
  attributes: Attributes
}

const LIMITS = { depth: 3, members: 100 } as const

const names = {
  body: ['message', 'msg', 'body', 'log', 'event', 'text'],
  time: ['time', 'timestamp', '@timestamp', 'ts', 't', 'datetime', 'eventTime'],
  severity: ['level', 'severity', 'log.level', 'lvl', 'levelname', 'severity_text', 'loglevel'],
  service: ['service.name', 'service_name', 'serviceName', 'service'],
  trace: ['trace_id', 'traceId', 'trace.id', 'traceID', 'otelTraceID'],
  span: ['span_id', 'spanId', 'span.id', 'spanID', 'otelSpanID'],
  stack: [
    'exception.stacktrace',
    'error.stack_trace',
    'error.stack',
    'err.stack',
    'stack',
    'stacktrace',
    'stack_trace',
    'exc_info',
  ],
} as const

/** What a line says that is one JSON object, under the names that loggers use; undefined when it is none. */
export function jsonLine(line: string): LogFacts | undefined {
  if (!line.startsWith('{') || !line.endsWith('}')) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // A line may begin with a brace without being JSON.
    return undefined
  }
  const members = new Map<string, unknown>()
  flatten(value, '', 1, members)
  const take = (among: readonly string[]): unknown => {
    const name = among.find(each => members.get(each) !== undefined && members.get(each) !== null)
    const found = name && members.get(name)
    if (name) members.delete(name)
    return found
  }
  const text = (among: readonly string[]): string | undefined => {
    const found = take(among)
    return found === undefined ? undefined : typeof found === 'string' ? found : JSON.stringify(found)
  }
  const at = timeIn(take(names.time))
  const severity = severityIn(take(names.severity))
  const body = text(names.body)
  const service = text(names.service)
  const traceId = hexId(text(names.trace), 32)
  const spanId = hexId(text(names.span), 16)
  const stack = text(names.stack)
  return {
    ...(at !== undefined && { at }),
    severity,
    body: message(body ?? line, 65_536),
    ...(service && { service }),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    attributes: cleanAttributes({
      ...(body === undefined ? {} : Object.fromEntries(members)),
      'exception.stacktrace': stack,
    }),
  }
}

function flatten(value: unknown, path: string, depth: number, into: Map<string, unknown>): void {
  for (const [name, member] of Object.entries(value as object)) {
    if (into.size >= LIMITS.members) return
    const full = path === '' ? name : `${path}.${name}`
    const nested = member !== null && typeof member === 'object' && !Array.isArray(member)
    if (nested && depth < LIMITS.depth) flatten(member, full, depth + 1, into)
    else into.set(full, member)
  }
}

/** Text with a date, or a number of seconds, milliseconds, microseconds or nanoseconds, told apart by its size. */
function timeIn(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const parsed = timeOf(value)
    if (parsed !== undefined) return parsed
  }
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  if (!(number > 1e8)) return undefined
  const scale = [1e11, 1e14, 1e17].findIndex(limit => number < limit)
  return number * (scale === 0 ? 1000 : scale === 1 ? 1 : scale === 2 ? 1e-3 : 1e-6)
}

/** Words, or the numbers of bunyan and pino (10 to 60). */
function severityIn(value: unknown): number {
  if (typeof value === 'string') return severityOf(value)
  if (typeof value !== 'number' || !(value >= 10 && value <= 60)) return 0
  return [1, 5, 9, 13, 17, 21][Math.floor(value / 10) - 1] ?? 0
}

const hexId = (text: string | undefined, length: number): string | undefined =>
  text?.length === length && /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : undefined
