import type { LogRecord } from '../../../telemetry/signals/signal.ts'
import type { Saying } from './symptom.ts'

const most = { records: 300_000, patterns: 4_000, kept: 150, text: 600, extra: 800 } as const
/** OpenTelemetry severity of warnings. */
const warning = 13
const bad =
  /error|exception|fail|panic|fatal|denied|refused|timeout|timed out|unavailable|reject|expired|invalid|exhausted|killed/i
/** Programs tell of flags, starts and jobs at the level of information; that is no symptom. */
const least = { plainCount: 50, ratio: 4 } as const

interface Pattern {
  text: string
  service: string
  grave: boolean
  times: number[]
  counts: { before: number; after: number }
}

/**
 * Lines that are new or far more since the first third of the time before an incident was noticed, without their
 * numbers, with what their fields say; the gravest and most frequent first.
 * @param noticed milliseconds since the epoch
 */
export function logSayings(logs: readonly LogRecord[], noticed: number | undefined): Saying[] {
  const [begin, end] = spanOf(logs)
  const anchor = Math.max(begin, Math.min(noticed ?? end, end))
  const usualUntil = begin + (anchor - begin) / 3
  const patterns = new Map<string, Pattern>()
  const step = Math.max(1, Math.ceil(logs.length / most.records))
  for (const [index, record] of logs.entries()) {
    if (index % step !== 0 && record.severity < warning) continue
    const grave =
      record.severity >= warning || (record.severity === 0 && bad.test(record.body.slice(0, most.text)))
    const key = `${record.resource.service}\n${masked(record.body)}`
    let pattern = patterns.get(key)
    if (!pattern) {
      if (patterns.size === most.patterns) continue
      pattern = {
        ...{ text: textOf(record), service: record.resource.service, grave },
        ...{ times: [], counts: { before: 0, after: 0 } },
      }
      patterns.set(key, pattern)
    }
    const text = record.at <= usualUntil || pattern.text.length > most.text ? pattern.text : textOf(record)
    // Only some lines of a kind have a stack.
    if (text.length > pattern.text.length + 20) pattern.text = text
    if (record.at <= usualUntil) pattern.counts.before++
    else {
      pattern.counts.after++
      if (pattern.times.length < 200) pattern.times.push(record.at)
    }
  }
  const rate = (pattern: Pattern) => 2 * Math.max(pattern.counts.before, 0.25)
  return [...patterns.values()]
    .filter(({ counts, grave, ...pattern }) => {
      const more = counts.after > least.ratio * rate({ counts, grave, ...pattern })
      return grave
        ? counts.after > 0 && (counts.before === 0 || more)
        : more && counts.after >= least.plainCount
    })
    .map(({ text, service, grave, counts, times }) => {
      const at = begun(times.sort((a, b) => a - b))
      return {
        ...{ text, service, source: `logs/${service}.log`, count: counts.after },
        weight: grave ? (counts.after > 1 ? 0.9 : 0.6) : 0.4,
        ...(at !== undefined && { at }),
      }
    })
    .sort(
      (a, b) =>
        b.weight - a.weight || b.count - a.count || (a.at ?? 0) - (b.at ?? 0) || (a.text < b.text ? -1 : 1),
    )
    .slice(0, most.kept)
}

/** When lines of a kind began to come: the first that two others follow within ten minutes, else the first. */
function begun(times: readonly number[]): number | undefined {
  const dense = times.findIndex((at, index) => (times[index + 2] ?? Number.POSITIVE_INFINITY) - at <= 600_000)
  return times[Math.max(0, dense)]
}

const masked = (body: string): string => body.slice(0, 200).replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#')

/** What the line says, and the values of its fields that say something. */
function textOf({ body, attributes }: LogRecord): string {
  const fields = Object.keys(attributes)
    .sort()
    .filter(name => !/trace_?id|span_?id|timestamp|host|pod|node|route$/i.test(name))
    .map(name => `${name}=${attributes[name]}`)
    .join(' ')
  return `${body.slice(0, most.text)}${fields === '' ? '' : ` (${fields.slice(0, most.extra)})`}`
}

function spanOf(logs: readonly LogRecord[]): [number, number] {
  let [begin, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { at } of logs) {
    if (at < begin) begin = at
    if (at > end) end = at
  }
  return [begin, end]
}
