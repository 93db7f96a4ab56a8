import { fromJson } from '../intake/otlp/json.ts'
import { spansOf } from '../intake/otlp/spans.ts'
import { resourceKey } from '../signals/identity.ts'
import type { Attributes, Resource, SpanRecord } from '../signals/signal.ts'
import { BundleError } from './layout.ts'
import { resourceAttributes, toldResource } from './resource-attributes.ts'

export interface SpanFile {
  spans: SpanRecord[]
  /** Spans without ids or time, and those beyond the limit of a file. */
  refused: number
}

/**
 * The spans of a file of OTLP JSON.
 * @throws BundleError
 */
export function spansOfFile(path: string, body: Buffer): SpanFile {
  try {
    const { groups, over } = fromJson.spans(body)
    let refused = over
    const spans = groups.flatMap(group => {
      const resource = toldResource(group.resource.attributes)
      // Any time may be looked at later.
      return spansOf(group, Number.POSITIVE_INFINITY, () => {
        refused++
      }).map(span => ({ ...span, resource }))
    })
    return { spans, refused }
  } catch (cause) {
    throw new BundleError(`${path}: is not OTLP JSON: ${(cause as Error).message}`, { cause })
  }
}

/** Spans as an ExportTraceServiceRequest in OTLP's JSON form. */
export function spansJson(spans: readonly SpanRecord[]): object {
  const groups = [...Map.groupBy(spans, ({ resource }) => resourceKey(resource))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return {
    resourceSpans: groups.map(([, same]) => ({
      resource: { attributes: pairs(resourceAttributes(same[0]?.resource ?? ({ service: '' } as Resource))) },
      scopeSpans: [{ spans: same.map(spanJson) }],
    })),
  }
}

const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const
const described = 'otel.status_description'

function spanJson({ attributes, ...span }: SpanRecord): object {
  const { [described]: message, ...rest } = attributes
  const named = span.peer === undefined || Object.values(attributes).includes(span.peer)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: kinds.indexOf(span.spanKind) + 1,
    startTimeUnixNano: nanoseconds(span.at),
    endTimeUnixNano: nanoseconds(span.at + span.durationMs),
    attributes: pairs(named ? rest : { ...rest, 'peer.service': span.peer ?? '' }),
    ...(span.events && {
      events: span.events.map(({ at, name, attributes }) => ({
        timeUnixNano: nanoseconds(at),
        name,
        attributes: pairs(attributes),
      })),
    }),
    ...((span.error || message !== undefined) && {
      status: { code: span.error ? 2 : 0, ...(message !== undefined && { message: String(message) }) },
    }),
  }
}

const nanoseconds = (at: number): string => `${BigInt(Math.round(at * 1000))}000`

const pairs = (attributes: Attributes): object[] =>
  Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value: anyValue(value) }))

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
