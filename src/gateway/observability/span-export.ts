import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Random } from '../../lib/random.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import type { OtlpSettings } from './settings.ts'
import { spansOf } from './spans.ts'

export interface SpanExport {
  /** Sends the spans of these calls; never rejects, what the collector does not take is counted as lost. */
  send(calls: readonly CallRecord[]): Promise<void>
  readonly dropped: number
  /** Waits for what is on its way and closes. */
  stop(): Promise<void>
}

/** Spans on their way to the collector at the same time; more are dropped, so that a slow collector holds no memory. */
const maxOnTheirWay = 20_000
const maxBatch = 512

/** Tells calls to an OpenTelemetry collector over OTLP/HTTP, in batches, off the path of any call. */
export function createSpanExport(options: {
  settings: OtlpSettings
  /** Id of this process in `service.instance.id`. */
  instance: string
  random: Random
  say: (text: string) => void
}): SpanExport {
  const { settings, instance, random, say } = options
  const exporter = new OTLPTraceExporter({
    url: settings.url,
    headers: settings.headers,
    timeoutMillis: settings.timeoutMs,
  })
  const spanSettings = {
    ...settings,
    random,
    resource: resourceFromAttributes({
      'service.name': settings.serviceName,
      'service.instance.id': instance,
      ...settings.resource,
    }),
  }
  let dropped = 0
  let onTheirWay = 0
  let failing = false
  const exportBatch = async (spans: ReadableSpan[]): Promise<void> => {
    if (onTheirWay + spans.length > maxOnTheirWay) {
      dropped += spans.length
      return
    }
    onTheirWay += spans.length
    const { code, error } = await new Promise<{ code: number; error?: Error }>(resolve =>
      exporter.export(spans, resolve),
    )
    onTheirWay -= spans.length
    if (code === 0) {
      if (failing) say(`spans are taken again; ${dropped} were dropped so far`)
      failing = false
      return
    }
    dropped += spans.length
    if (!failing) say(`the collector did not take spans: ${error?.message ?? 'no reason given'}`)
    failing = true
  }
  return {
    send: async calls => {
      const spans = calls.flatMap(call => spansOf(call, spanSettings))
      const batches: Promise<void>[] = []
      for (let i = 0; i < spans.length; i += maxBatch) batches.push(exportBatch(spans.slice(i, i + maxBatch)))
      await Promise.all(batches)
    },
    get dropped() {
      return dropped
    },
    stop: () => exporter.shutdown(),
  }
}
