import type { Attributes, SpanRecord } from '../../../telemetry/signals/signal.ts'
import type { Saying, Symptom } from './symptom.ts'

const most = { spans: 200_000, kept: 60, text: 800, perTrace: 5_000 } as const

/** What failing spans say: name, message, exceptions and attributes; one saying for each service, name and message. */
export function spanSayings(spans: readonly SpanRecord[]): Saying[] {
  const found = new Map<string, Saying>()
  for (const span of spans.slice(0, most.spans)) {
    if (!span.error) continue
    const message = [
      span.attributes['otel.status_description'],
      ...(span.events ?? [])
        .slice(0, 3)
        .map(
          ({ attributes }) =>
            `${attributes['exception.type'] ?? ''} ${attributes['exception.message'] ?? ''} ${String(attributes['exception.stacktrace'] ?? '').slice(0, 600)}`,
        ),
    ]
      .filter(text => text !== undefined)
      .join(' ')
      .slice(0, most.text)
    const key = `${span.resource.service}\n${span.name}\n${message.slice(0, 120).replace(/\d+/g, '#')}`
    const known = found.get(key)
    if (known) known.count++
    else if (found.size < most.kept)
      found.set(key, {
        text: `${span.name}${message.trim() === '' ? '' : `: ${message}`}${fieldsOf(span.attributes)}`.slice(
          0,
          2 * most.text,
        ),
        ...{
          service: span.resource.service,
          weight: message.trim() === '' ? 0.5 : 0.8,
          source: 'traces',
          count: 1,
          at: span.at,
        },
      })
  }
  return [...found.values()]
}

function fieldsOf(attributes: Attributes): string {
  const told = Object.keys(attributes)
    .sort()
    .filter(
      name =>
        name !== 'otel.status_description' && !/trace_?id|thread|telemetry|host\.|os\.|process\./.test(name),
    )
    .map(name => `${name}=${attributes[name]}`)
    .join(' ')
  return told === '' ? '' : ` (${told.slice(0, most.text)})`
}

/** Many more spans of one name under one parent than in the time before: calls that grew with each request. */
export function fanOut(spans: readonly SpanRecord[], noticed: number | undefined): Symptom[] {
  if (spans.length < 20 || noticed === undefined) return []
  const [first] = spans
  if (!first) return []
  const usualUntil = first.at + (noticed - first.at) / 3
  const counts = new Map<
    string,
    { service: string; name: string; at: number; perParent: Map<string, number> }
  >()
  for (const span of spans.slice(0, most.spans)) {
    if (span.parentSpanId === undefined) continue
    const side = span.at <= usualUntil ? 'before' : 'after'
    const key = `${side}\n${span.resource.service}\n${span.name}`
    const entry = counts.get(key) ?? {
      service: span.resource.service,
      name: span.name,
      at: span.at,
      perParent: new Map(),
    }
    const parent = `${span.traceId}/${span.parentSpanId}`
    if (entry.perParent.size < most.perTrace || entry.perParent.has(parent))
      entry.perParent.set(parent, (entry.perParent.get(parent) ?? 0) + 1)
    counts.set(key, entry)
  }
  return [...counts]
    .filter(([key]) => key.startsWith('after\n'))
    .flatMap(([key, after]) => {
      const now = typical(after.perParent)
      const usual = typical(counts.get(key.replace('after', 'before'))?.perParent ?? new Map())
      if (now < 5 || now < 3 * Math.max(1, usual)) return []
      const detail = `${after.name} ${now} times per request, before ${usual}`
      return [
        {
          kind: 'calls-per-request' as const,
          service: after.service,
          weight: 0.9,
          at: after.at,
          source: 'traces',
          detail,
        },
      ]
    })
}

function typical(perParent: ReadonlyMap<string, number>): number {
  const counts = [...perParent.values()].sort((a, b) => a - b)
  return counts[counts.length >> 1] ?? 0
}
