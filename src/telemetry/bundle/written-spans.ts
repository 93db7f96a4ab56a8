import type { SpanRecord } from '../signals/signal.ts'
import { spread } from './spread.ts'
import { spansJson } from './traces.ts'
import type { Writing } from './writing.ts'

const most = { spans: 40_000, ofService: 5_000, errorTraces: 100, ofFile: 5_000 } as const

/** traces/: failed spans before others, spread over the window, and the whole traces of some that failed. */
export async function writeSpans({ query, sources, draft, clean, services }: Writing): Promise<void> {
  const { signals } = sources
  const window = { from: query.from, to: query.to }
  const share = Math.min(most.ofService, Math.ceil(most.spans / Math.max(1, services.length)))
  const found = new Map<string, SpanRecord>()
  const add = (spans: readonly SpanRecord[]) => {
    for (const span of spans) found.set(`${span.traceId}${span.spanId}`, span)
  }
  let partial = 0
  for (const service of services) {
    const resource = { service }
    const all = await spread(window, share, (window, limit) => signals.spans({ resource, window, limit }))
    add(all.items)
    if (all.complete) continue
    partial++
    const failed = await spread(window, share, (window, limit) =>
      signals.spans({ resource, window, limit, error: true }),
    )
    add(failed.items)
  }
  if (partial > 0) {
    draft.leaveOut(`spans of ${partial} services: about ${share} of each, and as many that failed`)
    const failed = [...found.values()].filter(({ error }) => error).sort(byTime)
    const traces = [...new Set(failed.map(({ traceId }) => traceId))].slice(0, most.errorTraces)
    for (const traceId of traces) add(await signals.trace(traceId))
  }
  const spans = [...found.values()].sort(byTime).map(clean.span)
  for (let from = 0; from < spans.length; from += most.ofFile) {
    const number = String(from / most.ofFile + 1).padStart(3, '0')
    await draft.put(
      `traces/spans-${number}.json`,
      JSON.stringify(spansJson(spans.slice(from, from + most.ofFile))),
    )
  }
}

const byTime = (a: SpanRecord, b: SpanRecord): number =>
  a.at - b.at || (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1)
