import { createRequire } from 'node:module'
import { ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import type { Signal } from '../../signals/signal.ts'
import { runningIntake } from '../intake.world.ts'
import { intakeRequest } from '../source.contract.ts'
import { otlp } from './otlp.ts'
import { clock, json, now, protobuf } from './otlp.world.ts'

/** What the SDK's exporters write their bodies with, which is a dependency of theirs. */
const serializers = createRequire(
  createRequire(import.meta.url).resolve('@opentelemetry/exporter-trace-otlp-http'),
)('@opentelemetry/otlp-transformer') as Record<
  'ProtobufTraceSerializer' | 'JsonTraceSerializer',
  { serializeRequest(spans: ReadableSpan[]): Uint8Array }
>

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
