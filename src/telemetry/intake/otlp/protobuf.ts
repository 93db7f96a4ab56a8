import { limits } from '../attributes.ts'
import { type Field, type Fields, fields, fixed, hex, int32, put, text, WireReader, wire } from '../wire.ts'
import { readAnyValue, readAttribute } from './any-value.ts'
import { metricFields } from './protobuf-metrics.ts'
import {
  type Attributed,
  type Batch,
  newAttributed,
  newBatch,
  newEvent,
  newLog,
  newMetric,
  newSpan,
  type RawEvent,
  type RawLog,
  type RawMetric,
  type RawSpan,
} from './raw.ts'

/**
 * Reads protobuf bodies of OTLP.
 * @throws Error when the bytes are not such a message
 */
export const fromProtobuf = {
  spans: (body: Buffer): Batch<RawSpan> => new WireReader(body).whole(traceRequest, newBatch()),
  logs: (body: Buffer): Batch<RawLog> => new WireReader(body).whole(logRequest, newBatch()),
  metrics: (body: Buffer): Batch<RawMetric> => new WireReader(body).whole(metricRequest, newBatch()),
}

const attribute = <T extends Attributed>(): Field<T> => [wire.bytes, readAttribute]

const eventFields: Fields<RawEvent> = fields<RawEvent>({
  1: fixed('time'),
  2: text('name'),
  3: attribute(),
})

const statusFields: Fields<RawSpan> = fields<RawSpan>({
  2: text('statusMessage'),
  3: int32('status'),
})

const spanFields: Fields<RawSpan> = fields<RawSpan>({
  1: hex('traceId'),
  2: hex('spanId'),
  4: hex('parentSpanId'),
  5: text('name'),
  6: int32('kind'),
  7: fixed('start'),
  8: fixed('end'),
  9: attribute(),
  11: [
    wire.bytes,
    (reader, { events }) => {
      if (events.length === limits.events) reader.leaveOut()
      else events.push(reader.message(eventFields, newEvent()))
    },
  ],
  15: [wire.bytes, (reader, into) => void reader.message(statusFields, into)],
})

const logFields: Fields<RawLog> = fields<RawLog>({
  1: fixed('time'),
  2: int32('severity'),
  3: text('severityText'),
  5: put(wire.bytes, readAnyValue)('body'),
  6: attribute(),
  9: hex('traceId'),
  10: hex('spanId'),
  11: fixed('observed'),
  12: text('eventName'),
})

const resourceFields: Fields<Attributed> = fields<Attributed>({ 1: attribute() })

interface Open<Item> {
  resource: Attributed
  items: Item[]
  batch: Batch<Item>
}

/** Everything that is kept takes room, so that a request of two-byte messages does not become many times its size. */
function takeRoom(batch: Batch<unknown>, reader: WireReader): boolean {
  if (batch.room > 0) {
    batch.room--
    return true
  }
  batch.over++
  reader.leaveOut()
  return false
}

/**
 * The three requests have one shape: resources, of each its scopes, of each its records.
 * @param inside how many more than one a record is
 */
function request<Item extends object>(
  table: Fields<Item>,
  create: () => Item,
  inside: (item: Item) => number,
): Fields<Batch<Item>> {
  const scopeFields: Fields<Open<Item>> = fields<Open<Item>>({
    2: [
      wire.bytes,
      (reader, { items, batch }) => {
        if (!takeRoom(batch, reader)) return
        const item = reader.message(table, create())
        batch.room -= inside(item)
        items.push(item)
      },
    ],
  })
  const groupFields: Fields<Open<Item>> = fields<Open<Item>>({
    1: [wire.bytes, (reader, { resource }) => void reader.message(resourceFields, resource)],
    2: [wire.bytes, (reader, into) => void reader.message(scopeFields, into)],
  })
  return fields<Batch<Item>>({
    1: [
      wire.bytes,
      (reader, batch) => {
        if (!takeRoom(batch, reader)) return
        const group = { resource: newAttributed(), items: [] }
        reader.message(groupFields, { ...group, batch })
        batch.groups.push(group)
      },
    ],
  })
}

const traceRequest = request(spanFields, newSpan, () => 0)
const logRequest = request(logFields, newLog, () => 0)
const metricRequest = request(metricFields, newMetric, metric => metric.points.length)
