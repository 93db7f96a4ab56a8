/** A day and time of a time zone's wall clock. */
export interface WallTime {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const minuteMs = 60_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  if (formats.size < 1_000) formats.set(zone, format)
  return format
}

/** Whether this is a time zone of the IANA database, or UTC. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** What clocks on the wall show at a moment. */
export function wallTime(at: number, zone: string): WallTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}

/**
 * The moment at which clocks show this; fields may lie outside of their range, as day 0 does. Of an hour that comes
 * twice the first, of one that is left out the moment an hour later.
 */
export function momentAt(
  time: Partial<WallTime> & Pick<WallTime, 'year' | 'month' | 'day'>,
  zone: string,
): number {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = time
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second)
  const offset = (at: number): number => {
    const shown = wallTime(at, zone)
    return (
      Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second) -
      Math.floor(at / 1000) * 1000
    )
  }
  const guesses = [offset(wanted - 24 * 60 * minuteMs), offset(wanted + 24 * 60 * minuteMs)].map(
    ahead => wanted - ahead,
  )
  const right = guesses.filter(guess => guess + offset(guess) === wanted)
  return Math.min(...(right.length > 0 ? right : guesses.slice(0, 1)))
}

/** 0 for Monday to 6 for Sunday. */
export const weekdayOf = ({ year, month, day }: WallTime): number =>
  (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7
