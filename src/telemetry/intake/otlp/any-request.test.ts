import { BinaryWriter } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Signal } from '../../signals/signal.ts'
import { expectWellFormed, intakeRequest } from '../source.contract.ts'
import type { OtlpPath } from './encode.fake.ts'
import { otlp } from './otlp.ts'
import { both, clock, json, logs, metrics, nano, now, protobuf, span, spans, taken } from './otlp.world.ts'

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
    // 50,000 parts, of which the resource is one.
    const many = Array.from({ length: 50_002 }, () => ({}))
    for (const request of both('/v1/logs', logs(...many))) {
      const answer = await otlp.take(request, async () => undefined, clock)
      expect([answer.status, answer.lost, answer.refused]).toEqual([200, 3, 0])
    }
  })

  test.each<[OtlpPath, number[]]>([
    ['/v1/traces', [10, 0]],
    ['/v1/logs', [10, 6, 18, 4, 18, 0, 18, 0]],
    ['/v1/metrics', [10, 6, 18, 4, 18, 0, 18, 0]],
  ])('at %s of millions of empty parts takes little memory', async (path, part) => {
    const body = Buffer.alloc(4 << 20, Buffer.from(part))
    const before = process.memoryUsage().heapUsed
    const answer = await otlp.take(intakeRequest(path, body, protobuf), async () => undefined, clock)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 << 20)
    expect([answer.status, (answer.lost ?? 0) > 100_000]).toEqual([200, true])
    const asJson = intakeRequest(path, Buffer.alloc(17 << 20, 32), json)
    expect((await otlp.take(asJson, async () => undefined, clock)).status).toBe(400)
  })

  test('in another format is told which formats there are', async () => {
    const request = intakeRequest('/v1/traces', 'a,b', { 'content-type': 'text/csv' })
    expect(await otlp.take(request, async () => undefined, clock)).toMatchObject({ status: 415, refused: 1 })
  })
})
