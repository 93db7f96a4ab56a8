import type { Attributes, LogRecord } from '../../signals/signal.ts'
import { cut, limits } from '../attributes.ts'
import { resourceOf } from '../resource.ts'
import { severityOf } from '../severity.ts'
import { setAttribute } from './any-value.ts'
import type { AnyValue, Group, RawLog } from './raw.ts'
import { millisecondsOf, timeFits } from './time.ts'

/** The log records of a resource. None is refused: one without a usable time happened when it was seen. */
export function logsOf(group: Group<RawLog>, now: number): LogRecord[] {
  const resource = resourceOf(group.resource.attributes)
  return group.items.map(raw => logOf(raw, resource, now))
}

function logOf(raw: RawLog, resource: LogRecord['resource'], now: number): LogRecord {
  const { severity, traceId, spanId } = raw
  const body = bodyOf(raw)
  if (raw.eventName !== '') setAttribute(raw, 'event.name', raw.eventName)
  const log: LogRecord = {
    kind: 'log',
    resource,
    at: timeOf(raw, now),
    severity: severity >= 1 && severity <= 24 ? severity : severityOf(raw.severityText),
    body,
    attributes: raw.attributes as Attributes,
  }
  if (traceId.length === 32) log.traceId = traceId
  if (spanId.length === 16) log.spanId = spanId
  return log
}

function timeOf({ time, observed }: RawLog, now: number): number {
  if (timeFits(time, now)) return millisecondsOf(time)
  return timeFits(observed, now) ? millisecondsOf(observed) : now
}

/** Members under which structured loggers keep their text. */
const messages = ['message', 'msg', 'body', 'log'] as const

/** Of a structured body the message is the text, so that it has a template, and the rest are attributes. */
function bodyOf(raw: RawLog): string {
  const { body } = raw
  if (typeof body === 'string') return body.length > limits.body ? cut(body, limits.body) : body
  if (body === undefined) return cut(raw.eventName, limits.body)
  if (typeof body === 'object' && !Array.isArray(body)) {
    const map = body as Record<string, AnyValue>
    const name = messages.find(message => typeof map[message] === 'string')
    if (name !== undefined) {
      for (const [key, value] of Object.entries(map))
        if (key !== name && !Object.hasOwn(raw.attributes, key)) setAttribute(raw, key, value)
      return cut(String(map[name]), limits.body)
    }
  }
  return cut(JSON.stringify(body) ?? '', limits.body)
}
