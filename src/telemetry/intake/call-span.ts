import type { SpanRecord } from '../signals/signal.ts'
import type { CallRecord } from '../telemetry.ts'
import { cleanAttributes, resource } from './plain-values.ts'

/** The span of a call that belongs to a trace. */
export function callSpan(call: CallRecord): SpanRecord[] {
  const { trace, route, namespace, release, operation = 'chat', model } = call
  if (!trace || trace.sampled === false) return []
  return [
    {
      kind: 'span',
      resource: resource({ service: route, namespace, workload: `ModelRoute/${route}`, version: release }),
      at: call.at,
      traceId: trace.traceId,
      spanId: trace.spanId,
      ...(trace.parentSpanId !== undefined && { parentSpanId: trace.parentSpanId }),
      name: `${operation} ${model}`.trim(),
      spanKind: 'server',
      durationMs: call.latencyMs,
      error: call.error !== undefined,
      peer: call.provider,
      attributes: cleanAttributes({
        'gen_ai.request.model': model,
        'gen_ai.provider.name': call.provider,
        'gen_ai.usage.input_tokens': call.inputTokens,
        'gen_ai.usage.output_tokens': call.outputTokens,
        'keelway.cost.usd': call.costUsd,
        'http.response.status_code': call.status,
        'error.type': call.error,
        'keelway.call.id': call.id,
        'keelway.arm': call.arm,
        'keelway.release.digest': call.digest,
      }),
    },
  ]
}
