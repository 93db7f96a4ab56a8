/** Milliseconds since the epoch, the end not in it; or times of any day, in minutes since midnight (UTC). */
export type TimeRange =
  | { kind: 'span'; from: number; to: number }
  | { kind: 'daily'; fromMinute: number; toMinute: number }

const DAY_MS = 86_400_000
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const month = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}'
const clockTime = '(\\d{1,2})(?::(\\d{2}))?(?::\\d{2})? ?(am|pm)?'
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const unitMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
}

/**
 * The time that a question is limited to, such as `between 10 and 11`, `on 2024-12-12`, `last December`, `since Thursday`,
 * `in the last 2 hours`. Times are UTC.
 */
export function rangeIn(question: string, now: number | undefined): TimeRange | undefined {
  const text = question.slice(0, 2000).toLowerCase()
  return clockIn(text) ?? datesIn(text, now) ?? (now === undefined ? undefined : relativeIn(text, now))
}

export function inRange(range: TimeRange, at: number): boolean {
  if (range.kind === 'span') return at >= range.from && at < range.to
  const minute = Math.floor((((at % DAY_MS) + DAY_MS) % DAY_MS) / 60_000)
  return range.fromMinute <= range.toMinute
    ? minute >= range.fromMinute && minute <= range.toMinute
    : minute >= range.fromMinute || minute <= range.toMinute
}

function clockIn(text: string): TimeRange | undefined {
  const match = new RegExp(
    `\\b(?:between|from) ${clockTime} (?:and|to|until|-) ${clockTime}\\b(?!-\\d)`,
  ).exec(text)
  if (!match || datesOf(text).length > 1) return undefined
  const [, hour, minute, half, untilHour, untilMinute, untilHalf] = match
  const from = minutesOf(hour, minute, half ?? untilHalf)
  const to = minutesOf(untilHour, untilMinute, untilHalf)
  if (from === undefined || to === undefined) return undefined
  const [date] = datesOf(text)
  if (date === undefined) return { kind: 'daily', fromMinute: from, toMinute: to }
  return { kind: 'span', from: date + from * 60_000, to: date + (to + 1) * 60_000 }
}

function minutesOf(hour = '', minute = '0', half?: string): number | undefined {
  const clock =
    half === 'pm' && Number(hour) < 12 ? Number(hour) + 12 : half === 'am' && hour === '12' ? 0 : Number(hour)
  return clock > 24 || Number(minute) > 59 ? undefined : clock * 60 + Number(minute)
}

const datesOf = (text: string): number[] =>
  [...text.matchAll(/\b(\d{4})-(\d{2})-(\d{2})\b/g)]
    .map(([, year, monthNumber, day]) => Date.UTC(Number(year), Number(monthNumber) - 1, Number(day)))
    .filter(at => !Number.isNaN(at))

function datesIn(text: string, now: number | undefined): TimeRange | undefined {
  const [first, second] = datesOf(text)
  if (first !== undefined) {
    if (second !== undefined)
      return { kind: 'span', from: Math.min(first, second), to: Math.max(first, second) + DAY_MS }
    const since = /\b(?:since|after|from) (?:the )?\d{4}-/.test(text)
    return { kind: 'span', from: first, to: since ? (now ?? first) + 3650 * DAY_MS : first + DAY_MS }
  }
  const named = new RegExp(`\\b${month} (\\d{4})\\b`).exec(text)
  if (!named) return undefined
  const [, name = '', year] = named
  const at = months.indexOf(name)
  return { kind: 'span', from: Date.UTC(Number(year), at, 1), to: Date.UTC(Number(year), at + 1, 1) }
}

function relativeIn(text: string, now: number): TimeRange | undefined {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS
  const ofMonth = new RegExp(`\\b(?:last|in|during|this|since|of) ${month}\\b`).exec(text)?.[1]
  if (ofMonth !== undefined) {
    const index = months.indexOf(ofMonth)
    const today = new Date(now)
    const year = today.getUTCFullYear() - (index >= today.getUTCMonth() && !/\bthis /.test(text) ? 1 : 0)
    const from = Date.UTC(year, index, 1)
    return { kind: 'span', from, to: /\bsince /.test(text) ? now + DAY_MS : Date.UTC(year, index + 1, 1) }
  }
  const [, count = '1', unit = ''] =
    /\b(?:last|past|previous) (?:(\d{1,4}) )?(minute|hour|day|week)s?\b/.exec(text) ?? []
  if (unit !== '') return { kind: 'span', from: now - Number(count) * (unitMs[unit] ?? 0), to: now + DAY_MS }
  if (/\byesterday\b/.test(text)) return { kind: 'span', from: midnight - DAY_MS, to: midnight }
  if (/\btoday\b/.test(text)) return { kind: 'span', from: midnight, to: midnight + DAY_MS }
  const day = /\b(since|last|on) (sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}\b/.exec(text)
  if (!day) return undefined
  const back = (new Date(now).getUTCDay() - weekdays.indexOf(day[2] ?? '') + 7) % 7 || 7
  const from = midnight - back * DAY_MS
  return { kind: 'span', from, to: day[1] === 'since' ? now + DAY_MS : from + DAY_MS }
}
