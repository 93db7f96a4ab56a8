import { momentAt, type WallTime, wallTime, weekdayOf } from './calendar.ts'
import { countOf, lengthAt } from './lengths.ts'
import type { Token } from './tokens.ts'

/** A moment, or a time as long as a day or a part of it. */
export interface Moment {
  from: number
  /** End of what is longer than a moment. */
  to?: number
  /** Index of the token after it. */
  next: number
  /** It says a time of the day and no day. */
  clockOnly?: boolean
}

export interface When {
  now: number
  zone: string
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const shortWeekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const longMonths = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
]
const partsOfDay: Readonly<Record<string, readonly [number, number]>> = {
  morning: [6, 12],
  afternoon: [12, 18],
  evening: [18, 24],
}
const dayMs = 86_400_000

/** The moment that begins at a token, if one does. */
export function momentOf(tokens: readonly Token[], at: number, when: When): Moment | undefined {
  return isoOf(tokens, at, when) ?? agoOf(tokens, at, when) ?? dayAndClock(tokens, at, when)
}

/** `2026-03-11T10:14Z`; without zone that of who asks. */
function isoOf(tokens: readonly Token[], at: number, { zone }: When): Moment | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)t(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(z|[+-]\d\d:?\d\d)?$/.exec(
    tokens[at]?.text ?? '',
  )
  if (!match) return undefined
  const [text, year, month, day, hour, minute, second = '0', offset] = match
  const from =
    offset === undefined
      ? momentAt(
          {
            year: Number(year),
            month: Number(month),
            day: Number(day),
            hour: Number(hour),
            minute: Number(minute),
            second: Number(second),
          },
          zone,
        )
      : Date.parse(text.toUpperCase())
  return Number.isNaN(from) ? undefined : { from, next: at + 1 }
}

/** `2 hours ago`, `an hour ago`. */
function agoOf(tokens: readonly Token[], at: number, { now }: When): Moment | undefined {
  const length = lengthAt(tokens, at)
  if (!length || tokens[length.next]?.text !== 'ago') return undefined
  return { from: now - length.ms, next: length.next + 1 }
}

/** A day with or without a time of the day, in either order, or a time of the day alone: the last one that was. */
function dayAndClock(tokens: readonly Token[], at: number, when: When): Moment | undefined {
  const day = dayOf(tokens, at, when)
  if (day) {
    const clock = clockOf(tokens, skip(tokens, day.next, ['at', 'around', 'about']))
    return clock && day.to !== undefined && day.to - day.from > dayMs / 2
      ? { from: on(day.from, clock, when), next: clock.next }
      : day
  }
  const clock = clockOf(tokens, at)
  if (!clock) return undefined
  const later = dayOf(tokens, skip(tokens, clock.next, ['on']), when)
  if (later && later.to !== undefined) return { from: on(later.from, clock, when), next: later.next }
  const today = on(when.now, clock, when)
  const from = today <= when.now ? today : on(when.now - dayMs, clock, when)
  return { from, next: clock.next, clockOnly: true }
}

const skip = (tokens: readonly Token[], at: number, words: readonly string[]): number =>
  words.includes(tokens[at]?.text ?? '') ? at + 1 : at

export interface ClockTime {
  hour: number
  minute: number
  second: number
  next: number
}

/** That time of the day of a moment. */
export const on = (day: number, { hour, minute, second }: ClockTime, { zone }: When): number =>
  momentAt({ ...wallTime(day, zone), hour, minute, second }, zone)

/** `10:14`, `3pm`, `3 pm`, `10h30`, noon, midnight. */
export function clockOf(tokens: readonly Token[], at: number): ClockTime | undefined {
  const text = tokens[at]?.text ?? ''
  if (text === 'noon' || text === 'midday') return { hour: 12, minute: 0, second: 0, next: at + 1 }
  if (text === 'midnight') return { hour: 0, minute: 0, second: 0, next: at + 1 }
  const match = /^(\d{1,2})(?:[:h.](\d\d))?(?::(\d\d))?(am|pm)?$/.exec(text)
  if (!match) return undefined
  const [, hours, minutes, seconds, glued] = match
  const apart = /^(am|pm|a\.m|p\.m)$/.test(tokens[at + 1]?.text ?? '') ? tokens[at + 1]?.text : undefined
  const half = glued ?? apart?.replace('.', '')
  if (minutes === undefined && half === undefined) return undefined
  const hour = hourOf(Number(hours), half)
  const [minute, second] = [Number(minutes ?? 0), Number(seconds ?? 0)]
  if (hour === undefined || minute > 59 || second > 59) return undefined
  return { hour, minute, second, next: at + (glued === undefined && half !== undefined ? 2 : 1) }
}

/** Of 24, from one of 12 and its half of the day. */
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour < 24 ? hour : undefined
  if (hour < 1 || hour > 12) return undefined
  return (hour % 12) + (half === 'pm' ? 12 : 0)
}

/** A day, a week or a part of a day that is named. */
function dayOf(tokens: readonly Token[], at: number, when: When): Moment | undefined {
  const [first = '', second = ''] = [tokens[at]?.text, tokens[at + 1]?.text]
  const today = wallTime(when.now, when.zone)
  const whole = (day: WallTime, next: number, days = 1): Moment => ({
    from: midnight(day, when),
    to: midnight({ ...day, day: day.day + days }, when),
    next,
  })
  if (first === 'today') return whole(today, at + 1)
  if (first === 'yesterday') return whole({ ...today, day: today.day - 1 }, at + 1)
  if (first === 'this' || first === 'last') {
    const part = partsOfDay[second]
    if (first === 'this' && part) {
      const [from, to] = part.map(hour => momentAt({ ...today, hour, minute: 0, second: 0 }, when.zone))
      return { from: from ?? when.now, to: to ?? when.now, next: at + 2 }
    }
    if (first === 'last' && second === 'night') {
      const from = midnight(today, when)
      return { from: from - dayMs / 4, to: from + dayMs / 4, next: at + 2 }
    }
    if (second === 'week') {
      const monday = { ...today, day: today.day - weekdayOf(today) - (first === 'last' ? 7 : 0) }
      return whole(monday, at + 2, 7)
    }
    const weekday = weekdayNamed(second)
    if (weekday !== undefined) return whole(lastWeekday(today, weekday, first === 'last'), at + 2)
    return undefined
  }
  const weekday = weekdayNamed(first)
  if (weekday !== undefined) return whole(lastWeekday(today, weekday, false), at + 1)
  const date = dateOf(tokens, at, today)
  return date && whole(date.day, date.next)
}

const midnight = ({ year, month, day }: WallTime, { zone }: When): number =>
  momentAt({ year, month, day }, zone)

function weekdayNamed(text: string): number | undefined {
  const found = Math.max(
    weekdays.indexOf(text),
    text === 'sat' || text === 'sun' ? -1 : shortWeekdays.indexOf(text),
  )
  return found < 0 ? undefined : found
}

/** The last one that was; today counts unless it has to be before. */
function lastWeekday(today: WallTime, weekday: number, before: boolean): WallTime {
  const back = (weekdayOf(today) - weekday + 7) % 7
  return { ...today, day: today.day - (back === 0 && before ? 7 : back) }
}

/** `2026-03-11`, `march 5`, `5 march`, `mar 5th`. Without a year the last one that was. */
function dateOf(
  tokens: readonly Token[],
  at: number,
  today: WallTime,
): { day: WallTime; next: number } | undefined {
  const [first = '', second = ''] = [tokens[at]?.text, tokens[at + 1]?.text]
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(first)
  if (iso) {
    const [year, month, day] = iso.slice(1).map(Number)
    return { day: { ...start, year: year ?? 0, month: month ?? 1, day: day ?? 1 }, next: at + 1 }
  }
  const [month, day] = monthNamed(first)
    ? [monthNamed(first), dayNumber(second)]
    : [monthNamed(second), dayNumber(first)]
  if (month === undefined || day === undefined) return undefined
  const past = month < today.month || (month === today.month && day <= today.day)
  return { day: { ...start, year: past ? today.year : today.year - 1, month, day }, next: at + 2 }
}

const start = { hour: 0, minute: 0, second: 0 } as const

function monthNamed(text: string): number | undefined {
  const found = Math.max(months.indexOf(text), longMonths.indexOf(text))
  return found < 0 ? undefined : found + 1
}

function dayNumber(text: string): number | undefined {
  const match = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(text)
  const day = match ? Number(match[1]) : Number.NaN
  return day >= 1 && day <= 31 ? day : undefined
}

/** An hour that is only a number, where a time is expected: `between 10 and 11`. */
export function bareHour(tokens: readonly Token[], at: number): ClockTime | undefined {
  const hour = countOf(tokens[at]?.text ?? '')
  return hour === undefined || hour > 23 || !/^\d/.test(tokens[at]?.text ?? '')
    ? undefined
    : { hour, minute: 0, second: 0, next: at + 1 }
}
