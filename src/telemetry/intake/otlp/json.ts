import { limits } from '../attributes.ts'
import { integer, setAttribute } from './any-value.ts'
import { boolean, type Json, list, number, object, text } from './json-members.ts'
import { metricFromJson } from './json-metrics.ts'
import {
  type AnyValue,
  type Attributed,
  type Batch,
  newAttributed,
  newBatch,
  newEvent,
  newLog,
  newSpan,
  type RawEvent,
  type RawLog,
  type RawMetric,
  type RawSpan,
} from './raw.ts'

const mostJson = 16 << 20

/**
 * Reads JSON bodies of OTLP: lower camel case names, ids in hex, 64-bit integers as text or number, enums by number
 * (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding").
 * @throws Error when the bytes are not such a message
 */
export const fromJson = {
  spans: (body: Buffer): Batch<RawSpan> =>
    request(body, ['resourceSpans', 'scopeSpans', 'spans'], spanOf, () => 0),
  logs: (body: Buffer): Batch<RawLog> =>
    request(body, ['resourceLogs', 'scopeLogs', 'logRecords'], logOf, () => 0),
  metrics: (body: Buffer): Batch<RawMetric> =>
    request(body, ['resourceMetrics', 'scopeMetrics', 'metrics'], metricOf, metric => metric.points.length),
}

function request<Item>(
  body: Buffer,
  [resources, scopes, records]: readonly [string, string, string],
  read: (json: Json) => Item,
  inside: (item: Item) => number,
): Batch<Item> {
  // Parsed, JSON of small parts is twenty times its size.
  if (body.length > mostJson)
    throw new RangeError(`JSON of more than ${mostJson} bytes; send protobuf or less`)
  const batch = newBatch<Item>()
  const room = () => {
    if (batch.room-- > 0) return true
    batch.over++
    return false
  }
  for (const resourceJson of list(object(JSON.parse(body.toString()), 'the body'), resources)) {
    if (!room()) continue
    const group = { resource: newAttributed(), items: [] as Item[] }
    if (resourceJson.resource !== undefined && resourceJson.resource !== null)
      attributes(object(resourceJson.resource, 'resource'), group.resource)
    for (const scope of list(resourceJson, scopes))
      for (const record of list(scope, records)) {
        if (!room()) continue
        const item = read(record)
        batch.room -= inside(item)
        group.items.push(item)
      }
    batch.groups.push(group)
  }
  return batch
}

function spanOf(json: Json): RawSpan {
  const span = newSpan()
  span.traceId = id(json, 'traceId')
  span.spanId = id(json, 'spanId')
  span.parentSpanId = id(json, 'parentSpanId')
  span.name = text(json, 'name')
  span.kind = number(json, 'kind')
  span.start = number(json, 'startTimeUnixNano')
  span.end = number(json, 'endTimeUnixNano')
  attributes(json, span)
  span.events = list(json, 'events').slice(0, limits.events).map(eventOf)
  if (json.status !== undefined && json.status !== null) {
    const status = object(json.status, 'status')
    span.status = number(status, 'code')
    span.statusMessage = text(status, 'message')
  }
  return span
}

function eventOf(json: Json): RawEvent {
  const event = newEvent()
  event.time = number(json, 'timeUnixNano')
  event.name = text(json, 'name')
  attributes(json, event)
  return event
}

function logOf(json: Json): RawLog {
  const log = newLog()
  log.time = number(json, 'timeUnixNano')
  log.observed = number(json, 'observedTimeUnixNano')
  log.severity = number(json, 'severityNumber')
  log.severityText = text(json, 'severityText')
  log.body = anyValue(json.body, 0)
  attributes(json, log)
  log.traceId = id(json, 'traceId')
  log.spanId = id(json, 'spanId')
  log.eventName = text(json, 'eventName')
  return log
}

const metricOf = (json: Json): RawMetric => metricFromJson(json, attributes)

function attributes(json: Json, into: Attributed): void {
  for (const pair of list(json, 'attributes')) setAttribute(into, text(pair, 'key'), anyValue(pair.value, 0))
}

const id = (json: Json, name: string): string => {
  const hex = text(json, name)
  return /^[0-9a-f]*$/i.test(hex) ? hex.toLowerCase() : ''
}

function anyValue(value: unknown, depth: number): AnyValue {
  if (value === undefined || value === null) return undefined
  if (depth > limits.depth) throw new RangeError(`a value is more than ${limits.depth} values deep`)
  const json = object(value, 'value')
  if (typeof json.stringValue === 'string') return json.stringValue
  if (json.boolValue !== undefined) return boolean(json, 'boolValue')
  if (json.intValue !== undefined) return wholeNumber(json.intValue)
  if (json.doubleValue !== undefined) return number(json, 'doubleValue')
  if (typeof json.bytesValue === 'string') return Buffer.from(json.bytesValue, 'base64').toString('base64')
  if (json.arrayValue) {
    const items = list(object(json.arrayValue, 'arrayValue'), 'values')
    return items.map(item => anyValue(item, depth + 1))
  }
  if (json.kvlistValue) {
    const map: Record<string, AnyValue> = {}
    for (const pair of list(object(json.kvlistValue, 'kvlistValue'), 'values')) {
      const key = text(pair, 'key')
      if (key !== '__proto__') map[key] = anyValue(pair.value, depth + 1)
    }
    return map
  }
  return undefined
}

function wholeNumber(value: unknown): number | string {
  if (typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value)) return integer(value)
  if (typeof value === 'number') return value
  throw new TypeError('intValue is not a whole number')
}
