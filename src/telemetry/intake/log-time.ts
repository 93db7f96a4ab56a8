/** The time that a line of a log begins with. */
export interface LeadingTime {
  /** Milliseconds since the epoch; absent when it says no day, or one that can not be. */
  at?: number
  /** Characters that it takes. */
  length: number
}

const DAY_MS = 86_400_000
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const month = `(${months.join('|')})`
const clock = '(\\d\\d):(\\d\\d):(\\d\\d)'
const fraction = '(?:[.,](\\d{1,9}))?'

const iso = new RegExp(
  `^\\[?(\\d{4})[-/](\\d\\d)[-/](\\d\\d)[T ]${clock}${fraction} ?(Z|UTC|[+-]\\d\\d:?\\d\\d)?\\]?`,
)
const klog = new RegExp(`^[IWEF](\\d\\d)(\\d\\d) ${clock}\\.(\\d{6})`)
const syslog = new RegExp(`^(?:<\\d{1,3}>)?${month} {1,2}(\\d{1,2}) ${clock}${fraction}`)
const shortYear = new RegExp(`^(\\d\\d)/(\\d\\d)/(\\d\\d) ${clock}`)
const timeOnly = new RegExp(`^\\[?${clock}[.,]\\d{1,9}\\]?`)
const epoch = /^\[?(\d{10})(?:\.(\d{1,9})|(\d{3}))?(?=[\]\s:,]|$)\]?/
const apache = new RegExp(`\\[(\\d\\d)/${month}/(\\d{4}):${clock} ([+-]\\d{4})\\]`)
const logfmt = /(?:^|\s)(?:ts|time|timestamp)="?(\d{4}-\d\d-\d\dT[^\s"]{8,30})/

/**
 * Recognises the forms in use: ISO 8601 and its relatives, klog, syslog (RFC 3164, which has no year), epoch seconds and
 * milliseconds, `yy/mm/dd`. Without a zone a time is UTC.
 * @param now tells the year where there is none; times more than a day after it are not believed
 */
export function leadingTime(line: string, now: number): LeadingTime | undefined {
  const first = line.charCodeAt(0)
  const digit = (first >= 48 && first <= 57) || first === 91
  if (digit) return leadingDigits(line, now)
  const named = syslog.exec(line)
  if (named) {
    const [text, name = '', day, hour, minute, second, part] = named
    return plausible(withYear(now, months.indexOf(name), [day, hour, minute, second, part]), text.length, now)
  }
  const letter = klog.exec(line)
  if (!letter) return undefined
  const [text, monthNumber, day, hour, minute, second, part] = letter
  return plausible(
    withYear(now, Number(monthNumber) - 1, [day, hour, minute, second, part]),
    text.length,
    now,
  )
}

/** A time further into the line: of access logs, or behind `ts=`. */
export function innerTime(line: string, now: number): number | undefined {
  const head = line.slice(0, 300)
  const access = apache.exec(head)
  if (access) {
    const [, day, name = '', year, hour, minute, second, zone] = access
    const at = utc(year, months.indexOf(name), [day, hour, minute, second, undefined]) - zoneMs(zone)
    return plausible(at, 0, now).at
  }
  const text = logfmt.exec(head)?.[1]
  const parsed = text === undefined ? undefined : iso.exec(text)
  return parsed ? plausible(ofIso(parsed), 0, now).at : undefined
}

type Parts = readonly (string | undefined)[]

function leadingDigits(line: string, now: number): LeadingTime | undefined {
  const full = iso.exec(line)
  if (full) return plausible(ofIso(full), full[0].length, now)
  const seconds = epoch.exec(line)
  if (seconds) {
    const part = seconds[2] ?? seconds[3] ?? '0'
    return plausible(Number(seconds[1]) * 1000 + Number(`0.${part}`) * 1000, seconds[0].length, now)
  }
  const short = shortYear.exec(line)
  if (short) {
    const [text, year, monthNumber, day, hour, minute, second] = short
    return plausible(utc(`20${year}`, Number(monthNumber) - 1, [day, hour, minute, second]), text.length, now)
  }
  const bare = timeOnly.exec(line)
  return bare ? { length: bare[0].length } : undefined
}

const ofIso = ([, year, monthNumber, day, hour, minute, second, part, zone]: RegExpExecArray): number =>
  utc(year, Number(monthNumber) - 1, [day, hour, minute, second, part]) - zoneMs(zone)

function utc(year: string | number | undefined, monthIndex: number, parts: Parts): number {
  const [day, hour, minute, second, part] = parts
  const whole = Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second))
  return whole + (part === undefined ? 0 : Number(`0.${part}`) * 1000)
}

/** The year that brings it nearest to now. */
function withYear(now: number, monthIndex: number, parts: Parts): number {
  const year = new Date(now).getUTCFullYear()
  const at = utc(year, monthIndex, parts)
  return at > now + DAY_MS ? utc(year - 1, monthIndex, parts) : at
}

function zoneMs(zone: string | undefined): number {
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '')
  if (!parts) return 0
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * 60_000
}

const plausible = (at: number, length: number, now: number): LeadingTime =>
  Number.isFinite(at) && at > 0 && at <= now + DAY_MS ? { at, length } : { length }
