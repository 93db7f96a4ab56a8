import { cut } from '../intake/attributes.ts'
import { EntryJoiner } from '../intake/log-entries.ts'
import { logFacts } from '../intake/log-line.ts'
import { severityOf } from '../intake/severity.ts'
import type { Attributes, LogRecord } from '../signals/signal.ts'
import { limits } from './layout.ts'
import { momentText } from './moment-text.ts'
import { otherAttributes, resourceAttributes, toldResource } from './resource-attributes.ts'

export interface LogReading {
  service: string
  /** Tells the year of times that have none; later ones are not believed. */
  now: number
  /** The time of lines before the first that has one. */
  begin: number
}

/** The records of a log, lines of one entry joined; what says no time is as old as what stands before it. */
export async function* readLog(
  lines: AsyncIterable<readonly string[]>,
  { service, now, begin }: LogReading,
): AsyncGenerator<LogRecord> {
  const joiner = new EntryJoiner()
  let last = begin
  const record = (text: string): LogRecord => {
    const found = recordOf(text, service, now, last)
    last = found.at
    return found
  }
  let at = 0
  for await (const batch of lines)
    for (const text of batch) {
      const start = at
      at += text.length + 1
      for (const entry of joiner.push({ text, start, end: at }, now)) yield record(entry.text)
    }
  for (const entry of joiner.flush()) yield record(entry.text)
}

function recordOf(text: string, service: string, now: number, last: number): LogRecord {
  const { at = last, severity, body, traceId, spanId, attributes } = logFacts(text, now)
  const { [exactSeverity]: exact, ...rest } = attributes
  return {
    kind: 'log',
    resource: { ...toldResource(rest), service },
    at,
    severity: typeof exact === 'number' ? exact : severity,
    body,
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    attributes: otherAttributes(rest),
  }
}

/** OpenTelemetry's number, where no word says it exactly. */
const exactSeverity = 'severity_number'
const words: readonly (readonly [number, string])[] = (
  ['trace', 'debug', 'info', 'notice', 'warn', 'error', 'critical', 'alert', 'fatal'] as const
).map(word => [severityOf(word), word.toUpperCase()])

/** A record as one line of JSON, under names that loggers use. */
export function logLine(record: LogRecord): string {
  const line = lineOf(record)
  return line.length <= limits.line
    ? line
    : lineOf({ ...record, body: cut(record.body, 10_000), attributes: {} })
}

function lineOf(record: LogRecord): string {
  const { at, severity, body, traceId, spanId, attributes, resource } = record
  const { 'service.name': _, ...rest } = resourceAttributes(resource)
  const level = words.findLast(([number]) => number <= severity)
  return JSON.stringify({
    time: momentText(at),
    ...(level && { level: level[1] }),
    ...(severity !== (level?.[0] ?? 0) && { [exactSeverity]: severity }),
    message: body,
    ...(traceId !== undefined && { trace_id: traceId }),
    ...(spanId !== undefined && { span_id: spanId }),
    ...rest,
    ...sorted(attributes),
  })
}

const sorted = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
