import { clean, type Dictionaries } from './dictionary.ts'
import { fingerprintOf } from './fingerprints.ts'
import { identityOf } from './identity.ts'
import { bucketsOf, increaseOf, type SeriesState } from './increase.ts'
import { modelOf, routeOf, tokensOf, usdOf } from './model-calls.ts'
import { compareText } from './questions.ts'
import { type Cell, type ColumnBatch, type DetailTable, details, spanKinds } from './schema.ts'
import type {
  Attributes,
  ChangeRecord,
  CostRecord,
  EventRecord,
  LogRecord,
  MetricPoint,
  Signal,
  SpanRecord,
} from './signal.ts'
import type { TemplateOf } from './template-of.ts'

/** Longest text of each kind, in UTF-16 units, and most members of a list. */
const longest = {
  body: 16_384,
  message: 4096,
  id: 256,
  attribute: 1024,
  key: 128,
  attributes: 8192,
  eventAttributes: 4096,
  diff: 16_384,
}
const most = { attributes: 64, events: 16, files: 200 }

export interface EncodingContext {
  dictionaries: Dictionaries
  templateOf: TemplateOf
  /** The newest point of a series, by its number. */
  newest: Map<number, SeriesState>
  batch: number
}

/** Signals as columns of tables, bounded in length. */
export class Encoding {
  readonly #columns = Object.fromEntries(
    Object.entries(details).map(([table, columns]) => [table, Object.keys(columns).map((): Cell[] => [])]),
  ) as Record<DetailTable, Cell[][]>

  rows(table: DetailTable): number {
    return this.#columns[table][0]?.length ?? 0
  }

  batches(): ColumnBatch[] {
    return Object.entries(this.#columns)
      .map(([table, columns]) => ({ table, rows: columns[0]?.length ?? 0, columns }))
      .filter(({ rows }) => rows > 0)
  }

  add(signal: Signal, context: EncodingContext): void {
    if (signal.kind === 'metric') this.#point(signal, context)
    else if (signal.kind === 'log') this.#push('logs', logRow(signal, context))
    else if (signal.kind === 'span') this.#push('spans', spanRow(signal, context))
    else if (signal.kind === 'event') this.#push('events', eventRow(signal, context))
    else if (signal.kind === 'change') this.#push('changes', changeRow(signal, context))
    else this.#push('costs', costRow(signal, context))
  }

  #push(table: DetailTable, row: readonly Cell[]): void {
    const columns = this.#columns[table]
    for (let i = 0; i < row.length; i++) columns[i]?.push(row[i] ?? null)
  }

  #point(point: MetricPoint, { dictionaries, newest, batch }: EncodingContext): void {
    // How Prometheus says that a series ended, and what a division by nothing gives.
    if (!Number.isFinite(point.value)) return
    const series = seriesOf(point, dictionaries)
    const before = newest.get(series)
    const added = increaseOf(before, point)
    const { at, value, distribution } = point
    if (!before || at > before.at) newest.set(series, { at, value, ...(distribution && { distribution }) })
    const ts = micros(at)
    this.#push('points', [
      ...[batch, ts, series, value, null, null, null, null],
      ...[added?.increase ?? null, added ? micros(added.coveredMs) : null, added?.sum ?? null],
      distribution ? JSON.stringify(distribution) : null,
    ])
    if (!distribution || !added?.counts) return
    for (const { lower, upper, n } of bucketsOf(distribution, added.counts))
      this.#push('buckets', [batch, ts, series, lower, upper, n])
  }
}

/** The number of the series that a point belongs to. */
export const seriesOf = (point: MetricPoint, dictionaries: Dictionaries): number =>
  dictionaries.series(dictionaries.resource(point.resource), {
    name: point.name.slice(0, longest.id),
    unit: point.unit?.slice(0, 32) ?? '',
    type: point.type,
    attributes: attributesText(byKey(point.attributes)) ?? '{}',
  })

const spanRow = (span: SpanRecord, { dictionaries, batch }: EncodingContext): Cell[] => {
  const model = modelOf(span)
  const route = routeOf(span)
  const called = model !== undefined || route !== undefined
  return [
    batch,
    micros(span.at),
    dictionaries.resource(span.resource),
    idText(span.traceId),
    idText(span.spanId),
    span.parentSpanId ? idText(span.parentSpanId) : null,
    dictionaries.name(span.name),
    spanKinds.indexOf(span.spanKind),
    micros(Math.max(0, span.durationMs)),
    span.error,
    span.peer ? dictionaries.name(span.peer) : null,
    model === undefined ? null : dictionaries.name(model),
    route === undefined ? null : dictionaries.name(route),
    called ? Math.round(tokensOf(span)) : null,
    called ? usdOf(span) : null,
    attributesText(span.attributes),
    span.events?.length ? spanEvents(span.events) : null,
  ]
}

const spanEvents = (events: NonNullable<SpanRecord['events']>): string =>
  JSON.stringify(
    events.slice(0, most.events).map(({ at, name, attributes }) => ({
      at,
      name: name.slice(0, longest.id),
      attributes: shortened(attributes, longest.eventAttributes),
    })),
  )

const logRow = (log: LogRecord, { dictionaries, batch, templateOf }: EncodingContext): Cell[] => {
  const body = bounded(log.body, longest.body)
  const { id, template } = templateOf(log.resource, body)
  return [
    batch,
    micros(log.at),
    dictionaries.resource(log.resource),
    Math.max(0, Math.min(24, Math.floor(log.severity) || 0)),
    dictionaries.template(id, template, body),
    body,
    log.traceId ? idText(log.traceId) : null,
    log.spanId ? idText(log.spanId) : null,
    attributesText(log.attributes),
  ]
}

const eventRow = (event: EventRecord, { dictionaries, batch }: EncodingContext): Cell[] => [
  batch,
  micros(event.at),
  identityNumber(event),
  dictionaries.resource(event.resource),
  idText(event.source),
  idText(event.reason),
  event.severity,
  bounded(event.message, longest.message),
  bounded(event.key, longest.attribute),
  Math.round(finite(event.count)),
  event.until === undefined ? null : micros(event.until),
  attributesText(event.attributes),
]

const changeRow = (change: ChangeRecord, { dictionaries, batch }: EncodingContext): Cell[] => [
  batch,
  micros(change.at),
  identityNumber(change),
  dictionaries.resource(change.resource),
  change.change,
  idText(change.id),
  change.before === undefined ? null : idText(change.before),
  change.author === undefined ? null : idText(change.author),
  bounded(change.message, longest.message),
  change.reference === undefined ? null : bounded(change.reference, longest.attribute),
  change.files
    ? JSON.stringify(
        change.files.slice(0, most.files).map(({ path, diff }) => ({
          path: path.slice(0, longest.attribute),
          ...(diff === undefined ? {} : { diff: diff.slice(0, longest.diff) }),
        })),
      )
    : null,
  attributesText(change.attributes),
]

const costRow = (cost: CostRecord, { dictionaries, batch }: EncodingContext): Cell[] => [
  batch,
  micros(cost.at),
  identityNumber(cost),
  dictionaries.resource(cost.resource),
  micros(cost.until),
  finite(cost.usd),
  idText(cost.category),
  cost.owner === undefined ? null : idText(cost.owner),
  attributesText(cost.attributes),
]

/** Latest time that a number holds to the microsecond: the year 2255. */
const maxMicros = 9e15

/** What is no time is 0, so that one bad signal does not fail the batch it came with. */
export const micros = (ms: number): number => Math.max(0, Math.min(maxMicros, Math.round(ms * 1000) || 0))
const finite = (value: number): number => (Number.isFinite(value) ? value : 0)

const bounded = (text: string, length: number): string =>
  clean(text.length > length ? text.slice(0, length) : text)
export const idText = (text: string): string => bounded(text, longest.id)

/** The part of an identity's fingerprint that a number holds exactly. */
export function identityNumber(signal: Signal): number {
  const { high, low } = fingerprintOf(identityOf(signal) ?? '')
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0)
}

/** Equal text for equal attributes, whatever their order. */
const byKey = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => compareText(a, b)))

/** JSON of attributes; null of none. */
export function attributesText(attributes: Attributes): string | null {
  let members = 0
  let large = false
  for (const key in attributes) {
    const value = attributes[key]
    members++
    large ||= key.length > longest.key || (typeof value === 'string' && value.length > longest.attribute)
  }
  if (members === 0) return null
  const text = JSON.stringify(large || members > most.attributes ? boundedAttributes(attributes) : attributes)
  return text.length <= longest.attributes ? text : JSON.stringify(shortened(attributes, longest.attributes))
}

const boundedAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes)
      .slice(0, most.attributes)
      .map(([key, value]) => [
        key.slice(0, longest.key),
        typeof value === 'string' ? value.slice(0, longest.attribute) : value,
      ]),
  )

/** The first attributes, as many as find room. */
function shortened(attributes: Attributes, length: number): Attributes {
  const kept: Record<string, string | number | boolean> = {}
  let left = length
  for (const [key, value] of Object.entries(boundedAttributes(attributes))) {
    left -= JSON.stringify([key, value]).length
    if (left >= 0) kept[key] = value
  }
  return kept
}
