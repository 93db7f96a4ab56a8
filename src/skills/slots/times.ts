import { lengthAt, unitAt } from './lengths.ts'
import { bareHour, clockOf, type Moment, momentOf, on, type When } from './moments.ts'
import type { Span, Token } from './tokens.ts'

/** What a question says of time; milliseconds since the epoch. */
export interface Times {
  since?: number
  until?: number
  /** A length that was said, such as of `the last 30 minutes`; milliseconds. */
  duration?: number
  spans: readonly Span[]
}

interface Found {
  since?: number
  until?: number
  duration?: number
  next: number
}

const sinceWords = ['since', 'from', 'after', 'starting']
const untilWords = ['until', 'till', 'before']
const pointWords = ['at', 'around', 'about', 'on', 'during']
const rangeWords = ['to', 'and', 'until', 'till', '-', '–', '—']
const lastWords = ['last', 'past', 'previous']
const leadWords = ['in', 'over', 'during', 'for', 'within', 'of', 'from', 'since', 'the']

/**
 * Beginnings, ends and lengths of time in a question. A time of the day without a day is the last one that was, in the
 * time zone of who asks. Of two beginnings the first counts.
 */
export function timesIn(tokens: readonly Token[], when: When): Times {
  const times: Omit<Times, 'spans'> = {}
  const spans: Span[] = []
  for (let at = 0; at < tokens.length; ) {
    const found =
      range(tokens, at, when) ??
      last(tokens, at, when) ??
      since(tokens, at, when) ??
      until(tokens, at, when) ??
      point(tokens, at, when)
    if (!found) {
      at++
      continue
    }
    if (found.since !== undefined) times.since ??= found.since
    if (found.until !== undefined) times.until ??= found.until
    if (found.duration !== undefined) times.duration ??= found.duration
    spans.push({ start: tokens[at]?.start ?? 0, end: tokens[found.next - 1]?.end ?? 0 })
    at = found.next
  }
  return { ...times, spans }
}

/** `between 9:30 and 10`, `from yesterday 14:00 to 15:00`, `yesterday 14:00 to 15:00`, `14:00-15:00`. */
function range(tokens: readonly Token[], at: number, when: When): Found | undefined {
  const text = tokens[at]?.text ?? ''
  const led = text === 'between' || text === 'from'
  const glued = /^(\d{1,2}:\d\d)-(\d{1,2}:\d\d)$/.exec(text)
  if (glued) {
    const parts = glued.slice(1).map(part => ({ text: part, start: 0, end: 0 }))
    const found = range([...parts.slice(0, 1), { text: 'to', start: 0, end: 0 }, ...parts.slice(1)], 0, when)
    return found && { ...found, next: at + 1 }
  }
  const place = led ? at + 1 : at
  const first = momentOf(tokens, place, when) ?? (led ? hourAt(tokens, place, when) : undefined)
  if (!first || !rangeWords.includes(tokens[first.next]?.text ?? '')) return undefined
  const rest = first.next + 1
  const clock = clockOf(tokens, rest) ?? (led ? bareHour(tokens, rest) : undefined)
  if (clock) {
    const end = on(first.from, clock, when)
    return { since: first.from, until: end > first.from ? end : end + 86_400_000, next: clock.next }
  }
  const end = momentOf(tokens, rest, when)
  if (tokens[rest]?.text === 'now') return { since: first.from, next: rest + 1 }
  if (!end || end.from <= first.from) return undefined
  return { since: first.from, until: end.to ?? end.from, next: end.next }
}

const hourAt = (tokens: readonly Token[], at: number, when: When): Moment | undefined => {
  const hour = bareHour(tokens, at)
  if (!hour || !rangeWords.includes(tokens[hour.next]?.text ?? '')) return undefined
  const today = on(when.now, hour, when)
  return { from: today <= when.now ? today : on(when.now - 86_400_000, hour, when), next: hour.next }
}

/** `in the last 30 minutes`, `past hour`, `for 2h`, `over the last 7 days`. */
function last(tokens: readonly Token[], at: number, { now }: When): Found | undefined {
  let place = at
  while (leadWords.includes(tokens[place]?.text ?? '') && place - at < 3) place++
  const said = lastWords.includes(tokens[place]?.text ?? '')
  if (!said && tokens[at]?.text !== 'for') return undefined
  const length = lengthAt(tokens, said ? place + 1 : place) ?? (said ? unitAt(tokens, place + 1) : undefined)
  // `last week` and `last month` of the calendar are days; `the last hour` and `past day` are lengths.
  if (!length || (said && tokens[place]?.text === 'last' && tokens[place + 1]?.text === 'week'))
    return undefined
  return { since: now - length.ms, duration: length.ms, next: length.next }
}

function since(tokens: readonly Token[], at: number, when: When): Found | undefined {
  const text = tokens[at]?.text ?? ''
  if (!sinceWords.includes(text)) return undefined
  const place = skipped(tokens, at + 1)
  const moment = momentOf(tokens, place, when)
  if (moment) {
    const end = untilAfter(tokens, moment.next, when)
    return { since: moment.from, ...end, next: end?.next ?? moment.next }
  }
  const length = text === 'since' ? lengthAt(tokens, place) : undefined
  return length && { since: when.now - length.ms, duration: length.ms, next: length.next }
}

function untilAfter(tokens: readonly Token[], at: number, when: When): Found | undefined {
  return untilWords.includes(tokens[at]?.text ?? '') ? until(tokens, at, when) : undefined
}

function until(tokens: readonly Token[], at: number, when: When): Found | undefined {
  if (!untilWords.includes(tokens[at]?.text ?? '')) return undefined
  const moment = momentOf(tokens, skipped(tokens, at + 1), when)
  return moment && { until: moment.from, next: moment.next }
}

/** `at 10:14`, `yesterday`, `this week`, `2 hours ago`. */
function point(tokens: readonly Token[], at: number, when: When): Found | undefined {
  const led = pointWords.includes(tokens[at]?.text ?? '')
  const moment = momentOf(tokens, led ? at + 1 : at, when)
  if (!moment) return undefined
  const over = moment.to !== undefined && moment.to < when.now
  return { since: moment.from, ...(over && { until: moment.to as number }), next: moment.next }
}

const skipped = (tokens: readonly Token[], at: number): number =>
  ['about', 'around', 'at', 'on', 'the'].includes(tokens[at]?.text ?? '') ? at + 1 : at
