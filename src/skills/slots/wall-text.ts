import { wallTime } from './calendar.ts'
import type { When } from './moments.ts'

/** `12:00 UTC` of today, with the date of other days. */
export function momentWords(at: number, { now, zone }: When): string {
  const [then, today] = [wallTime(at, zone), wallTime(now, zone)]
  const clock = `${two(then.hour)}:${two(then.minute)}${then.second > 0 ? `:${two(then.second)}` : ''} ${zone}`
  const same = then.year === today.year && then.month === today.month && then.day === today.day
  return same ? clock : `${then.year}-${two(then.month)}-${two(then.day)} ${clock}`
}

/** `2h`, `90m` or `45s`. */
export function lengthWords(ms: number): string {
  for (const [unit, size] of units) if (ms % size === 0) return `${ms / size}${unit}`
  return `${ms}ms`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

const two = (value: number): string => String(value).padStart(2, '0')
