import type { SpanRecord } from '../../signals/signal.ts'
import { cut, limits } from '../attributes.ts'
import { resourceOf } from '../resource.ts'
import type { Group, RawSpan } from './raw.ts'
import { millisecondsOf, timeFits } from './time.ts'

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** Attributes that name what a span called, the most telling first; old and new names of the conventions. */
const peers = [
  'peer.service',
  'service.peer.name',
  'server.address',
  'net.peer.name',
  'rpc.service',
  'db.system.name',
  'db.system',
  'messaging.destination.name',
  'messaging.destination',
] as const

/** The spans of a resource; `refused` is called with the reason for each that is none. */
export function spansOf(group: Group<RawSpan>, now: number, refused: (why: string) => void): SpanRecord[] {
  const resource = resourceOf(group.resource.attributes)
  const spans: SpanRecord[] = []
  for (const raw of group.items) {
    const why = wrongWith(raw, now)
    if (why !== undefined) refused(why)
    else spans.push(spanOf(raw, resource))
  }
  return spans
}

const noTrace = '0'.repeat(32)
const noSpan = '0'.repeat(16)

function wrongWith({ traceId, spanId, start }: RawSpan, now: number): string | undefined {
  if (traceId.length !== 32 || traceId === noTrace) return 'a span has no trace id of 16 bytes'
  if (spanId.length !== 16 || spanId === noSpan) return 'a span has no span id of 8 bytes'
  return timeFits(start, now) ? undefined : 'a span starts at no time, or more than a day ahead'
}

function spanOf(raw: RawSpan, resource: SpanRecord['resource']): SpanRecord {
  const { attributes, parentSpanId } = raw
  const spanKind = kinds[raw.kind] ?? 'internal'
  const peer = peerOf(spanKind, attributes)
  if (raw.statusMessage !== '') attributes['otel.status_description'] = cut(raw.statusMessage, limits.value)
  const span: SpanRecord = {
    kind: 'span',
    resource,
    at: millisecondsOf(raw.start),
    traceId: raw.traceId,
    spanId: raw.spanId,
    name: raw.name.length > limits.name ? cut(raw.name, limits.name) : raw.name,
    spanKind,
    durationMs: millisecondsOf(Math.max(0, raw.end - raw.start)),
    error: raw.status === 2,
    attributes,
  }
  if (parentSpanId.length === 16 && parentSpanId !== noSpan) span.parentSpanId = parentSpanId
  if (peer !== undefined) span.peer = peer
  if (raw.events.length > 0)
    span.events = raw.events.map(event => ({
      at: millisecondsOf(event.time),
      name: cut(event.name, limits.name),
      attributes: event.attributes,
    }))
  return span
}

/** Who serves has no peer of its own making: `server.address` is itself there. */
function peerOf(kind: SpanRecord['spanKind'], attributes: RawSpan['attributes']): string | undefined {
  if (kind === 'server') return undefined
  for (const name of peers) {
    const value = attributes[name]
    if (value !== undefined && value !== '') return cut(String(value), limits.key)
  }
  return undefined
}
