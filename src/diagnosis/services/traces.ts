import type { SpanRecord } from '../../telemetry/signals/signal.ts'

/** Spans as columns, each with its parent, so that a million of them can be walked. */
export interface Traces {
  count: number
  spans: readonly SpanRecord[]
  /** Index of the parent, -1 where it is not known. */
  parent: Int32Array
  /** The span by which its service was entered; the span itself where that is it. */
  entry: Int32Array
  /** Index into `services`. */
  service: Int32Array
  /** Index into `operations`: service and name. */
  operation: Int32Array
  services: readonly string[]
  operations: readonly { service: string; name: string }[]
  /** Milliseconds in which none of its children ran. */
  self: Float64Array
  /** 1 from the onset on. */
  late: Uint8Array
  /** How many are before the onset, and how many from it on. */
  counts: readonly [number, number]
  serviceOf(index: number): string
}

/** @param onset milliseconds since the epoch; spans that begin later are the incident's */
export function tracesOf(spans: readonly SpanRecord[], onset: number): Traces {
  const count = spans.length
  const byId = new Map<string, number>()
  for (let i = 0; i < count; i++) byId.set(idOf(spans[i]?.traceId, spans[i]?.spanId), i)
  const parent = new Int32Array(count).fill(-1)
  const services = new Numbering<string>(name => name)
  const operations = new Numbering<{ service: string; name: string }>(
    ({ service, name }) => `${service}\n${name}`,
  )
  const service = new Int32Array(count)
  const operation = new Int32Array(count)
  const late = new Uint8Array(count)
  let after = 0
  for (const [i, span] of spans.entries()) {
    if (span.parentSpanId !== undefined) parent[i] = byId.get(idOf(span.traceId, span.parentSpanId)) ?? -1
    if (parent[i] === i) parent[i] = -1
    service[i] = services.of(span.resource.service)
    operation[i] = operations.of({ service: span.resource.service, name: span.name })
    if (span.at >= onset) {
      late[i] = 1
      after++
    }
  }
  return {
    ...{ count, spans, parent, service, operation, late },
    entry: entriesOf(parent, service),
    services: services.all,
    operations: operations.all,
    self: selfTimes(spans, parent),
    counts: [count - after, after],
    serviceOf: index => services.all[service[index] ?? -1] ?? '',
  }
}

const idOf = (trace = '', span = ''): string => `${trace}/${span}`

class Numbering<T> {
  readonly all: T[] = []
  readonly #numbers = new Map<string, number>()
  readonly #key: (item: T) => string
  constructor(key: (item: T) => string) {
    this.#key = key
  }
  of(item: T): number {
    const key = this.#key(item)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.all.length)
    return this.all.push(item) - 1
  }
}

function entriesOf(parent: Int32Array, service: Int32Array): Int32Array {
  const entry = new Int32Array(parent.length).fill(-1)
  const path: number[] = []
  for (let i = 0; i < parent.length; i++) {
    let at = i
    while (entry[at] === -1) {
      // Marked, so that parents that go round in a circle end the walk.
      entry[at] = at
      path.push(at)
      const up = parent[at] ?? -1
      if (up < 0 || service[up] !== service[at]) break
      at = up
    }
    const found = entry[at] ?? at
    for (const one of path) entry[one] = found
    path.length = 0
  }
  return entry
}

/** Spans are by time, so that the time their children cover grows to the right. */
function selfTimes(spans: readonly SpanRecord[], parent: Int32Array): Float64Array {
  const self = Float64Array.from(spans, span => span.durationMs)
  const covered = Float64Array.from(spans, span => span.at)
  for (const [i, { at, durationMs }] of spans.entries()) {
    const up = parent[i] ?? -1
    const over = spans[up]
    if (!over) continue
    const start = Math.max(at, covered[up] ?? 0)
    const end = Math.min(at + durationMs, over.at + over.durationMs)
    if (end <= start) continue
    self[up] = Math.max(0, (self[up] ?? 0) - (end - start))
    covered[up] = end
  }
  return self
}
