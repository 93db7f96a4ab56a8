import type { LogRecord } from '../../telemetry/signals/signal.ts'
import { createTemplateMiner } from '../../telemetry/templates/miner.ts'
import { codePlace } from './code-place.ts'
import type { Traces } from './traces.ts'

/**
 * Log records as what the program said: each with the statement that wrote it and the span that it was written in. A
 * place in the code tells a statement better than its text does, whose values may look like words.
 */
export interface Statements {
  count: number
  records: readonly LogRecord[]
  /** Index into `all` for each record. */
  statement: Int32Array
  all: readonly Statement[]
  /** Index of the span, -1 where none is told. */
  span: Int32Array
  late: Uint8Array
}

export interface Statement {
  service: string
  /** Whether most of its lines say error or worse. */
  error: boolean
  /** One of its lines without identities, cut. */
  text: string
}

const errorFrom = 17
const shown = 160
const looked = 300

export function statementsOf(logs: readonly LogRecord[], traces: Traces, onset: number): Statements {
  const spans = spansById(traces)
  const miner = createTemplateMiner()
  const count = logs.length
  const span = new Int32Array(count).fill(-1)
  const late = new Uint8Array(count)
  const keys = logs.map((record, i) => {
    late[i] = record.at >= onset ? 1 : 0
    span[i] = spanOf(record, spans)
    const start = record.body.slice(0, looked)
    const found = codePlace(start)
    return found === undefined ? { template: miner.add(record.body).id } : { place: found }
  })
  miner.settle()
  const numbers = new Map<string, number>()
  const all: (Statement & { errors: number; lines: number })[] = []
  const statement = Int32Array.from(logs, (record, i) => {
    const key = keys[i]
    const name = key?.place ?? miner.current(key?.template ?? '')
    const whole = `${record.resource.service}\n${name}`
    const number = numbers.get(whole) ?? all.length
    if (number === all.length) {
      numbers.set(whole, number)
      const { service } = record.resource
      all.push({ service, error: false, text: shownText(record.body), errors: 0, lines: 0 })
    }
    const of = all[number]
    if (of) {
      of.lines++
      if (record.severity >= errorFrom) of.errors++
      of.error = of.errors * 2 > of.lines
    }
    return number
  })
  return { count, records: logs, statement, all, span, late }
}

function spansById({ spans }: Traces): Map<string, number> {
  const found = new Map<string, number>()
  for (const [i, { spanId }] of spans.entries()) found.set(spanId.toLowerCase(), i)
  return found
}

/** By its field, or by an identity that stands in its text as loggers of traces write it. */
function spanOf({ spanId, body }: LogRecord, spans: ReadonlyMap<string, number>): number {
  if (spans.size === 0) return -1
  if (spanId !== undefined) return spans.get(spanId.toLowerCase()) ?? -1
  const end = Math.min(body.length, looked)
  for (let from = 0; from < end; ) {
    let to = from
    while (to < end && isHex(body.charCodeAt(to))) to++
    if (to - from === 16) {
      const found = spans.get(body.slice(from, to).toLowerCase())
      if (found !== undefined) return found
    }
    from = to + 1
  }
  return -1
}

const isHex = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)

const shownText = (body: string): string =>
  body
    .slice(0, 2 * looked)
    .replace(/\b(?:trace|span)[-_ ]?id\b\W{0,3}[0-9a-f]{16,32}\b\s?/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, shown)
