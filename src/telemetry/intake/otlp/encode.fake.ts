import { BinaryWriter } from '@bufbuild/protobuf/wire'

/**
 * OTLP's JSON form as protobuf: written from opentelemetry-proto's message definitions, independent of the reader, so
 * that both can be held against each other. A type is a scalar of BinaryWriter, `hex`, or the name of a message.
 */
const messages: Readonly<Record<string, Readonly<Record<string, readonly [number, string]>>>> = {
  TraceRequest: { resourceSpans: [1, 'ResourceSpans'] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans'], schemaUrl: [3, 'string'] },
  ScopeSpans: { scope: [1, 'Scope'], spans: [2, 'Span'], schemaUrl: [3, 'string'] },
  LogRequest: { resourceLogs: [1, 'ResourceLogs'] },
  ResourceLogs: { resource: [1, 'Resource'], scopeLogs: [2, 'ScopeLogs'] },
  ScopeLogs: { scope: [1, 'Scope'], logRecords: [2, 'LogRecord'] },
  MetricRequest: { resourceMetrics: [1, 'ResourceMetrics'] },
  ResourceMetrics: { resource: [1, 'Resource'], scopeMetrics: [2, 'ScopeMetrics'] },
  ScopeMetrics: { scope: [1, 'Scope'], metrics: [2, 'Metric'] },
  Resource: { attributes: [1, 'KeyValue'], droppedAttributesCount: [2, 'uint32'] },
  Scope: { name: [1, 'string'], version: [2, 'string'], attributes: [3, 'KeyValue'] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'base64'],
  },
  ArrayValue: { values: [1, 'AnyValue'] },
  KeyValueList: { values: [1, 'KeyValue'] },
  Span: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    parentSpanId: [4, 'hex'],
    name: [5, 'string'],
    kind: [6, 'int32'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue'],
    droppedAttributesCount: [10, 'uint32'],
    events: [11, 'Event'],
    links: [13, 'Link'],
    status: [15, 'Status'],
    flags: [16, 'fixed32'],
  },
  Event: { timeUnixNano: [1, 'fixed64'], name: [2, 'string'], attributes: [3, 'KeyValue'] },
  Link: { traceId: [1, 'hex'], spanId: [2, 'hex'], attributes: [4, 'KeyValue'] },
  Status: { message: [2, 'string'], code: [3, 'int32'] },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    severityNumber: [2, 'int32'],
    severityText: [3, 'string'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue'],
    flags: [8, 'fixed32'],
    traceId: [9, 'hex'],
    spanId: [10, 'hex'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'string'],
  },
  Metric: {
    name: [1, 'string'],
    description: [2, 'string'],
    unit: [3, 'string'],
    gauge: [5, 'Gauge'],
    sum: [7, 'Sum'],
    histogram: [9, 'Histogram'],
    exponentialHistogram: [10, 'ExponentialHistogram'],
    summary: [11, 'Summary'],
  },
  Gauge: { dataPoints: [1, 'NumberPoint'] },
  Sum: { dataPoints: [1, 'NumberPoint'], aggregationTemporality: [2, 'int32'], isMonotonic: [3, 'bool'] },
  Histogram: { dataPoints: [1, 'HistogramPoint'], aggregationTemporality: [2, 'int32'] },
  ExponentialHistogram: { dataPoints: [1, 'ExponentialPoint'], aggregationTemporality: [2, 'int32'] },
  Summary: { dataPoints: [1, 'SummaryPoint'] },
  NumberPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    attributes: [7, 'KeyValue'],
    flags: [8, 'uint32'],
  },
  HistogramPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    bucketCounts: [6, 'packed fixed64'],
    explicitBounds: [7, 'packed double'],
    attributes: [9, 'KeyValue'],
    flags: [10, 'uint32'],
    min: [11, 'double'],
    max: [12, 'double'],
  },
  ExponentialPoint: {
    attributes: [1, 'KeyValue'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    scale: [6, 'sint32'],
    zeroCount: [7, 'fixed64'],
    positive: [8, 'Buckets'],
    negative: [9, 'Buckets'],
    flags: [10, 'uint32'],
    zeroThreshold: [14, 'double'],
  },
  Buckets: { offset: [1, 'sint32'], bucketCounts: [2, 'packed uint64'] },
  SummaryPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    quantileValues: [6, 'Quantile'],
    attributes: [7, 'KeyValue'],
    flags: [8, 'uint32'],
  },
  Quantile: { quantile: [1, 'double'], value: [2, 'double'] },
}

const requests = { '/v1/traces': 'TraceRequest', '/v1/logs': 'LogRequest', '/v1/metrics': 'MetricRequest' }
export type OtlpPath = keyof typeof requests

/** A request for this path, given in OTLP's JSON form, as protobuf. */
export const toProtobuf = (path: OtlpPath, json: object): Uint8Array =>
  encode(requests[path], json as Record<string, unknown>)

const wireTypes: Readonly<Record<string, number>> = {
  fixed64: 1,
  sfixed64: 1,
  double: 1,
  fixed32: 5,
  string: 2,
  hex: 2,
  base64: 2,
}

function encode(message: string, json: Record<string, unknown>): Uint8Array {
  const writer = new BinaryWriter()
  for (const [name, value] of Object.entries(json)) {
    const [number, type] = messages[message]?.[name] ?? []
    if (number === undefined || type === undefined) throw new Error(`${message} has no field ${name}`)
    if (type.startsWith('packed ')) {
      const packed = new BinaryWriter()
      for (const item of value as unknown[]) scalar(packed, type.slice('packed '.length), item)
      writer.tag(number, 2).bytes(packed.finish())
    } else if (messages[type]) {
      for (const item of Array.isArray(value) ? value : [value])
        writer.tag(number, 2).bytes(encode(type, item as Record<string, unknown>))
    } else {
      writer.tag(number, wireTypes[type] ?? 0)
      scalar(writer, type, value)
    }
  }
  return writer.finish()
}

function scalar(writer: BinaryWriter, type: string, value: unknown): void {
  if (type === 'hex' || type === 'base64') writer.bytes(Buffer.from(String(value), type))
  else if (type === 'string') writer.string(String(value))
  else if (type === 'bool') writer.bool(Boolean(value))
  else if (type === 'double') writer.double(Number(value))
  else if (type === 'int32' || type === 'uint32' || type === 'sint32' || type === 'fixed32')
    writer[type](Number(value))
  else if (type === 'fixed64' || type === 'sfixed64' || type === 'int64' || type === 'uint64')
    writer[type](BigInt(value as string))
  else throw new Error(`no scalar ${type}`)
}
