import { createRequire } from 'node:module'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../lib/clock.fake.ts'
import type { Signal, SpanRecord } from '../../signals/signal.ts'
import { runningIntake } from '../intake.world.ts'
import { expectWellFormed, intakeRequest, pushSourceContract } from '../source.contract.ts'
import { type OtlpPath, toProtobuf } from './encode.fake.ts'
import { otlp } from './otlp.ts'

/** What the SDK's exporters write their bodies with, which is a dependency of theirs. */
const serializers = createRequire(
  createRequire(import.meta.url).resolve('@opentelemetry/exporter-trace-otlp-http'),
)('@opentelemetry/otlp-transformer') as Record<
  'ProtobufTraceSerializer' | 'JsonTraceSerializer',
  { serializeRequest(spans: ReadableSpan[]): Uint8Array }
>

const clock = new FakeClock()
const now = clock.now()
const nano = (ms: number) => String(BigInt(ms) * 1_000_000n)
const string = (key: string, value: string) => ({ key, value: { stringValue: value } })
const resource = { attributes: [string('service.name', 'checkout'), string('service.namespace', 'shop')] }
const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const json = { 'content-type': 'application/json' }
const protobuf = { 'content-type': 'application/x-protobuf' }

const spans = (...spans: object[]) => ({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
const logs = (...logRecords: object[]) => ({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
const metrics = (...metrics: object[]) => ({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] })

const span = (fields: object = {}) => ({
  ...ids,
  name: 'GET /cart',
  kind: 3,
  startTimeUnixNano: nano(now - 100),
  endTimeUnixNano: nano(now - 60),
  ...fields,
})

/** Both encodings of a request. */
const both = (path: OtlpPath, request: object) => [
  intakeRequest(path, JSON.stringify(request), json),
  intakeRequest(path, toProtobuf(path, request), protobuf),
]

/** What a request becomes, which is the same from both encodings. */
async function taken(path: OtlpPath, request: object) {
  const results = []
  for (const intake of both(path, request)) {
    const signals: Signal[] = []
    const answer = await otlp.take(intake, async batch => void signals.push(...batch), clock)
    results.push({ signals, status: answer.status, refused: answer.refused, lost: answer.lost })
  }
  expect(results[0]).toEqual(results[1])
  return results[0] ?? { signals: [], status: 0, refused: 0, lost: 0 }
}

pushSourceContract('OTLP', {
  source: otlp,
  good: [
    ...both(
      '/v1/traces',
      spans(span(), span({ events: [{ timeUnixNano: nano(now), name: 'exception' }] })),
    ).map(request => ({ request, signals: 2 })),
    ...both('/v1/logs', logs({ timeUnixNano: nano(now), body: { stringValue: 'paid' } })).map(request => ({
      request,
      signals: 1,
    })),
    ...both(
      '/v1/metrics',
      metrics(
        { name: 'up', gauge: { dataPoints: [{ timeUnixNano: nano(now), asDouble: 1 }] } },
        {
          name: 'size',
          exponentialHistogram: {
            aggregationTemporality: 1,
            dataPoints: [
              {
                timeUnixNano: nano(now),
                count: '3',
                sum: 4,
                scale: 1,
                positive: { offset: 0, bucketCounts: ['1', '2'] },
              },
            ],
          },
        },
      ),
    ).map(request => ({ request, signals: 2 })),
  ],
  malformed: intakeRequest('/v1/traces', '{"resourceSpans":[{"scopeSpans":{}}]}'),
})

describe('a span', () => {
  test('keeps what it says, and its resource is known', async () => {
    const { signals } = await taken(
      '/v1/traces',
      spans(
        span({
          parentSpanId: '00f067aa0ba902b7',
          attributes: [
            string('server.address', 'cart.shop.svc'),
            { key: 'http.response.status_code', value: { intValue: '503' } },
            { key: 'retried', value: { boolValue: true } },
            { key: 'ratio', value: { doubleValue: 0.25 } },
            { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'b' }] } } },
            { key: 'map', value: { kvlistValue: { values: [string('a', 'b')] } } },
            { key: 'bytes', value: { bytesValue: 'AQI=' } },
          ],
          status: { code: 2, message: 'upstream timed out' },
          events: [
            { timeUnixNano: nano(now - 70), name: 'exception', attributes: [string('exception.type', 'E')] },
          ],
        }),
      ),
    )
    expect(signals).toEqual([
      {
        kind: 'span',
        resource: { service: 'checkout', namespace: 'shop' },
        at: now - 100,
        ...ids,
        parentSpanId: '00f067aa0ba902b7',
        name: 'GET /cart',
        spanKind: 'client',
        durationMs: 40,
        error: true,
        peer: 'cart.shop.svc',
        attributes: {
          'server.address': 'cart.shop.svc',
          'http.response.status_code': 503,
          retried: true,
          ratio: 0.25,
          list: '[1,"b"]',
          map: '{"a":"b"}',
          bytes: 'AQI=',
          'otel.status_description': 'upstream timed out',
        },
        events: [{ at: now - 70, name: 'exception', attributes: { 'exception.type': 'E' } }],
      },
    ])
  })

  test.each([
    ['calls the peer it names', 3, { 'server.address': 'db', 'peer.service': 'orders' }, 'orders'],
    ['calls a database', 3, { 'db.system': 'postgresql' }, 'postgresql'],
    ['sends to a queue', 4, { 'messaging.destination.name': 'orders' }, 'orders'],
    ['has no peer where it serves', 2, { 'server.address': 'itself' }, undefined],
  ])('%s', async (_, kind, attributes, peer) => {
    const pairs = Object.entries(attributes).map(([key, value]) => string(key, value))
    const { signals } = await taken('/v1/traces', spans(span({ kind, attributes: pairs })))
    expect((signals[0] as SpanRecord).peer).toBe(peer)
  })

  test('without ids or time is refused, the rest of its request is stored', async () => {
    const request = spans(
      span(),
      span({ traceId: '00'.repeat(16) }),
      span({ spanId: '' }),
      span({ startTimeUnixNano: '0' }),
      span({ startTimeUnixNano: nano(now + 2 * 86_400_000) }),
    )
    expect(await taken('/v1/traces', request)).toMatchObject({
      status: 200,
      refused: 4,
      signals: [{ ...ids }],
    })
    const [asJson, asProtobuf] = both('/v1/traces', request)
    const store = async () => undefined
    const answer = asJson && (await otlp.take(asJson, store, clock))
    expect(JSON.parse(String(answer?.body))).toEqual({
      partialSuccess: { rejectedSpans: '4', errorMessage: 'a span has no trace id of 16 bytes' },
    })
    const bytes = asProtobuf && (await otlp.take(asProtobuf, store, clock)).body
    // ExportTraceServiceResponse.partial_success (1), in it rejected_spans (1).
    expect([...(bytes as Uint8Array)].slice(2, 4)).toEqual([8, 4])
  })
})

describe('a log record', () => {
  test('keeps severity, ids and time; what is missing is read from its text and the clock', async () => {
    const { signals } = await taken(
      '/v1/logs',
      logs(
        { timeUnixNano: nano(now - 5), severityNumber: 17, body: { stringValue: 'no' }, ...ids },
        { observedTimeUnixNano: nano(now - 4), severityText: 'WARN', body: { stringValue: 'slow' } },
        { eventName: 'device.started' },
      ),
    )
    expect(signals).toMatchObject([
      { at: now - 5, severity: 17, body: 'no', ...ids },
      { at: now - 4, severity: 13, body: 'slow' },
      { at: now, severity: 0, body: 'device.started', attributes: { 'event.name': 'device.started' } },
    ])
  })

  test('with a structured body has the message as its text and the rest as attributes', async () => {
    const body = (...values: object[]) => ({ body: { kvlistValue: { values } } })
    const { signals } = await taken(
      '/v1/logs',
      logs(body(string('msg', 'paid'), string('order', '7')), body(string('order', '7'))),
    )
    expect(signals).toMatchObject([
      { body: 'paid', attributes: { order: '7' } },
      { body: '{"order":"7"}', attributes: {} },
    ])
  })
})

describe('a metric', () => {
  const point = { timeUnixNano: nano(now), startTimeUnixNano: nano(now - 1000) }
  test.each([
    ['a gauge', { gauge: { dataPoints: [{ ...point, asInt: '-3' }] } }, { type: 'gauge', value: -3 }],
    [
      'a total',
      { sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asDouble: 7.5 }] } },
      { type: 'counter', value: 7.5, start: now - 1000 },
    ],
    [
      'an increase',
      { sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...point, asInt: '7' }] } },
      { type: 'delta', value: 7 },
    ],
    [
      'a level that is added up',
      { sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asInt: '7' }] } },
      { type: 'gauge', value: 7 },
    ],
    [
      'a histogram',
      {
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            { ...point, count: '6', sum: 9, bucketCounts: ['1', '2', '3'], explicitBounds: [1, 2] },
          ],
        },
      },
      { type: 'histogram', value: 6, distribution: { bounds: [1, 2], counts: [1, 2, 3], sum: 9 } },
    ],
    [
      'an exponential histogram',
      {
        exponentialHistogram: {
          aggregationTemporality: 2,
          dataPoints: [
            {
              ...point,
              ...{ count: '6', sum: 9, scale: 0, zeroCount: '1' },
              positive: { offset: 1, bucketCounts: ['2', '0', '3'] },
            },
          ],
        },
      },
      { value: 6, distribution: { bounds: [0, 2, 4, 8, 16], counts: [1, 0, 2, 0, 3, 0], sum: 9 } },
    ],
  ])('that is %s keeps its meaning', async (_, data, expected) => {
    const { signals } = await taken('/v1/metrics', metrics({ name: 'm', unit: 's', ...data }))
    expect(signals).toMatchObject([{ name: 'm', unit: 's', at: now, ...expected }])
  })

  test('that is a summary becomes quantiles, a count and a sum', async () => {
    const dataPoints = [
      {
        ...point,
        count: '10',
        sum: 5,
        quantileValues: [{ quantile: 0.99, value: 1.5 }],
        attributes: [string('a', 'b')],
      },
    ]
    const { signals } = await taken('/v1/metrics', metrics({ name: 'm', unit: 's', summary: { dataPoints } }))
    expect(signals).toMatchObject([
      { name: 'm_count', type: 'counter', value: 10, attributes: { a: 'b' } },
      { name: 'm_sum', type: 'counter', value: 5, unit: 's' },
      { name: 'm', type: 'gauge', value: 1.5, attributes: { a: 'b', quantile: '0.99' } },
    ])
  })

  test('with buckets that do not fit, without a name or a value is refused; an ended series is nothing', async () => {
    const histogram = (fields: object) => ({
      name: 'h',
      histogram: { dataPoints: [{ ...point, ...fields }] },
    })
    const request = metrics(
      histogram({ count: '1', bucketCounts: ['1'], explicitBounds: [1] }),
      histogram({ count: '1', bucketCounts: ['1', '0', '0'], explicitBounds: [2, 1] }),
      { gauge: { dataPoints: [{ ...point, asDouble: 1 }] } },
      { name: 'infinite', gauge: { dataPoints: [{ ...point, asDouble: 'Infinity' }] } },
      { name: 'ended', gauge: { dataPoints: [{ ...point, flags: 1 }] } },
    )
    expect(await taken('/v1/metrics', request)).toMatchObject({ signals: [], refused: 4 })
  })
})

describe('OpenTelemetry’s own SDK', () => {
  /** A trace of two spans, given to this exporter when they end. */
  async function traced(exporter: SpanExporter): Promise<SpanContext> {
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'orders', 'service.version': '3' }),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    })
    const tracer = provider.getTracer('test')
    const startTime = new Date(now - 500)
    const parent = tracer.startSpan('place', { kind: SpanKind.SERVER, startTime })
    const attributes = { 'db.system.name': 'postgresql', rows: 3, tables: ['a', 'b'], ratio: 0.5 }
    const child = tracer.startSpan(
      'SELECT',
      { kind: SpanKind.CLIENT, startTime, attributes },
      trace.setSpan(ROOT_CONTEXT, parent),
    )
    child.recordException(new Error('gone'), startTime)
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'gone' })
    child.end(new Date(now - 400))
    parent.end(new Date(now - 300))
    await provider.forceFlush()
    await provider.shutdown()
    return parent.spanContext()
  }

  const expectTrace = (signals: readonly Signal[], { traceId, spanId }: SpanContext) => {
    expect(signals).toHaveLength(2)
    expect(signals).toContainEqual(
      expect.objectContaining({
        kind: 'span',
        resource: expect.objectContaining({ service: 'orders', version: '3' }),
        traceId,
        name: 'SELECT',
        parentSpanId: spanId,
        at: now - 500,
        durationMs: 100,
        spanKind: 'client',
        peer: 'postgresql',
        error: true,
        attributes: {
          'db.system.name': 'postgresql',
          rows: 3,
          tables: '["a","b"]',
          ratio: 0.5,
          'otel.status_description': 'gone',
        },
        events: [
          expect.objectContaining({
            name: 'exception',
            attributes: expect.objectContaining({ 'exception.message': 'gone' }),
          }),
        ],
      }),
    )
    expect(signals).toContainEqual(
      expect.objectContaining({
        traceId,
        spanId,
        name: 'place',
        spanKind: 'server',
        durationMs: 200,
        error: false,
      }),
    )
  }

  test('exports spans over HTTP, and they arrive', async () => {
    await using intake = await runningIntake([otlp])
    const parent = await traced(new OTLPTraceExporter({ url: `${intake.server.url}/v1/traces` }))
    expectTrace(intake.stored, parent)
    expect(intake.server.status().otlp).toMatchObject({ state: 'running', accepted: 2, refused: 0, lost: 0 })
  })

  test('says the same in protobuf', async () => {
    const kept: ReadableSpan[] = []
    const parent = await traced({
      export: (spans, done) => {
        kept.push(...spans)
        done({ code: 0 })
      },
      shutdown: async () => undefined,
    })
    for (const [{ serializeRequest }, headers] of [
      [serializers.ProtobufTraceSerializer, protobuf],
      [serializers.JsonTraceSerializer, json],
    ] as const) {
      const signals: Signal[] = []
      const request = intakeRequest('/v1/traces', serializeRequest(kept), headers)
      const answer = await otlp.take(request, async batch => void signals.push(...batch), clock)
      expect(answer.status).toBe(200)
      expectTrace(signals, parent)
    }
  })
})

describe('any request', () => {
  const value: fc.Arbitrary<object> = fc.letrec<{ value: object }>(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }).map(stringValue => ({ stringValue })),
      fc.boolean().map(boolValue => ({ boolValue })),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(value => ({ intValue: String(value) })),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(doubleValue => ({ doubleValue })),
      fc.base64String().map(bytesValue => ({ bytesValue })),
      fc.array(tie('value'), { maxLength: 3 }).map(values => ({ arrayValue: { values } })),
      fc
        .array(fc.record({ key: fc.string({ minLength: 1 }), value: tie('value') }), { maxLength: 3 })
        .map(values => ({ kvlistValue: { values } })),
    ),
  })).value
  const attributes = fc.array(fc.record({ key: fc.string(), value }), { maxLength: 140 })
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(id => Buffer.from(id).toString('hex'))
  const time = fc.integer({ min: 1, max: now + 1000 }).map(nano)
  const event = fc.record({ timeUnixNano: time, name: fc.string(), attributes })
  const anySpan = fc.record({
    traceId: hex(16),
    spanId: hex(8),
    parentSpanId: fc.oneof(hex(8), fc.constant('')),
    name: fc.string({ unit: 'binary', maxLength: 3000, size: 'max' }),
    kind: fc.nat(6),
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes,
    events: fc.array(event, { maxLength: 40 }),
    status: fc.record({ code: fc.nat(2), message: fc.string() }),
  })
  const anyLog = fc.record(
    {
      timeUnixNano: time,
      severityNumber: fc.nat(30),
      severityText: fc.constantFrom('', 'INFO', 'warning', 'x'),
      body: value,
      attributes,
      traceId: hex(16),
      eventName: fc.string(),
    },
    { requiredKeys: ['timeUnixNano'] },
  )
  const counts = fc.array(fc.bigInt({ min: 0n, max: 2n ** 53n }).map(String), { maxLength: 20 })
  const buckets = fc.record({ offset: fc.integer({ min: -2000, max: 2000 }), bucketCounts: counts })
  const anyPoint = fc.record({
    timeUnixNano: time,
    startTimeUnixNano: time,
    count: fc.nat().map(String),
    sum: fc.double(),
    scale: fc.integer({ min: -12, max: 22 }),
    zeroCount: fc.nat().map(String),
    positive: buckets,
    negative: buckets,
    attributes,
  })
  const anyHistogram = fc.array(anyPoint, { maxLength: 3 }).map(dataPoints => ({
    name: 'h',
    exponentialHistogram: { aggregationTemporality: 1, dataPoints },
  }))

  test.each<[OtlpPath, fc.Arbitrary<object>]>([
    ['/v1/traces', fc.array(anySpan, { maxLength: 3 }).map(list => spans(...list))],
    ['/v1/logs', fc.array(anyLog, { maxLength: 3 }).map(list => logs(...list))],
    ['/v1/metrics', fc.array(anyHistogram, { maxLength: 3 }).map(list => metrics(...list))],
  ])('at %s is the same in both encodings, and bounded', async (path, request) => {
    await fc.assert(
      fc.asyncProperty(request, async json => {
        const { signals, status } = await taken(path, json)
        expect(status).toBe(200)
        for (const signal of signals) expectWellFormed(signal)
      }),
      { numRuns: 60 },
    )
  })

  test('may have fields that are not known yet', async () => {
    const [, known] = both('/v1/traces', spans(span()))
    const unknown = new BinaryWriter()
      .tag(1000, 2)
      .string('new')
      .tag(1001, 0)
      .uint32(7)
      .tag(1002, 5)
      .fixed32(1)
    const body = Buffer.concat([unknown.finish(), known?.body ?? Buffer.alloc(0), unknown.finish()])
    const signals: Signal[] = []
    await otlp.take(
      intakeRequest('/v1/traces', body, protobuf),
      async batch => void signals.push(...batch),
      clock,
    )
    expect(signals).toHaveLength(1)
  })

  test('deeper than any real one is refused', async () => {
    const deep = (levels: number): object =>
      levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [deep(levels - 1)] } }
    const request = (levels: number) => spans(span({ attributes: [{ key: 'deep', value: deep(levels) }] }))
    expect(await taken('/v1/traces', request(16))).toMatchObject({ status: 200 })
    expect(await taken('/v1/traces', request(17))).toMatchObject({ status: 400, signals: [] })
    const brackets = intakeRequest('/v1/traces', '['.repeat(1_000_000), json)
    expect((await otlp.take(brackets, async () => undefined, clock)).status).toBe(400)
  })

  test('of more records than one request may have loses the rest and says how many', async () => {
    const many = Array.from({ length: 50_002 }, () => ({ body: { stringValue: '' } }))
    expect(await taken('/v1/logs', logs(...many))).toMatchObject({ status: 200, lost: 2, refused: 0 })
  })

  test('in another format is told which formats there are', async () => {
    const request = intakeRequest('/v1/traces', 'a,b', { 'content-type': 'text/csv' })
    expect(await otlp.take(request, async () => undefined, clock)).toMatchObject({ status: 415, refused: 1 })
  })
})
