import { describe, expect, test } from 'vitest'
import type { SpanRecord } from '../../signals/signal.ts'
import { intakeRequest, pushSourceContract } from '../source.contract.ts'
import { otlp } from './otlp.ts'
import { both, clock, ids, logs, metrics, nano, now, span, spans, string, taken } from './otlp.world.ts'

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
