/** What a setting was set to. */
export interface Value {
  text: string
  /** Seconds, bytes, or as it stands. */
  number?: number
  unit: 'time' | 'bytes' | 'plain'
}

type Amount = { number: number; unit: Value['unit'] }

const seconds: Readonly<Record<string, number>> = {
  ...{ ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, sec: 1, secs: 1, m: 60, min: 60, mins: 60, h: 3600, hr: 3600 },
  ...{ nano: 1e-9, micro: 1e-6, milli: 1e-3, nanosecond: 1e-9, microsecond: 1e-6, millisecond: 1e-3 },
  ...{ second: 1, minute: 60, hour: 3600, d: 86_400, day: 86_400, week: 604_800 },
}
const bytes: Readonly<Record<string, number>> = {
  ...{ k: 1e3, kb: 1e3, ki: 2 ** 10, kib: 2 ** 10, mb: 1e6, mi: 2 ** 20, mib: 2 ** 20 },
  ...{ g: 1e9, gb: 1e9, gi: 2 ** 30, gib: 2 ** 30, ti: 2 ** 40, tb: 1e12 },
}
/** What the end of a name says of the unit of a plain number. */
const named: readonly (readonly [RegExp, number])[] = [
  [/(ms|millis(econds)?)$/i, 1e-3],
  [/(sec|secs|seconds)$/i, 1],
  [/(min|mins|minutes)$/i, 60],
  [/hours?$/i, 3600],
]
const most = { text: 200, factors: 6 } as const

/** Numbers with units, products such as `15 * time.Minute`, calls such as `Duration.ofSeconds(5)`, words and texts. */
export function readValue(raw: string, name = ''): Value {
  const text = raw
    .trim()
    .replace(/^["'`]|["'`,;]+$/g, '')
    .slice(0, most.text)
  const found = amountOf(/^-X/.test(name) ? text.replace(/(?<=\d)([kmg])$/i, '$1b') : text)
  if (found === undefined) return { text, unit: 'plain' }
  // 250m of a processor are a quarter of one, not minutes.
  if (found.unit === 'time' && /cpu/i.test(name) && /\dm$/.test(text))
    return { text, number: found.number / 60_000, unit: 'plain' }
  const scale = found.unit === 'plain' ? named.find(([pattern]) => pattern.test(name))?.[1] : undefined
  return scale === undefined ? { text, ...found } : { text, number: found.number * scale, unit: 'time' }
}

const unitWord = '(nanos|micros|millis|milliseconds|seconds|secs|minutes|mins|hours|days)'
const calledUnit = new RegExp(`^[\\w.:]{0,60}?${unitWord}\\((\\d[\\d_]{0,15}(?:\\.\\d+)?)\\)?$`, 'i')
const givenUnit = new RegExp(`^\\w{1,20}\\(${unitWord}=(\\d[\\d_]{0,15}(?:\\.\\d+)?)\\)?$`, 'i')

function amountOf(text: string): Amount | undefined {
  const call = calledUnit.exec(text) ?? givenUnit.exec(text)
  if (call) return { number: plain(call[2] ?? '') * secondsOf(call[1] ?? ''), unit: 'time' }
  const iso = /^P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9}(?:\.\d+)?)S)?)?$/.exec(text)
  if (iso && text.length > 1) {
    const [days, hours, minutes, rest] = iso.slice(1).map(part => Number(part ?? 0))
    return {
      number: (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0),
      unit: 'time',
    }
  }
  const shift = /^(\d{1,9})\s*<<\s*(\d{1,2})$/.exec(text)
  if (shift) return { number: Number(shift[1]) * 2 ** Number(shift[2]), unit: 'bytes' }
  const factors = text.split('*').map(part => part.trim())
  if (factors.length > most.factors || !factors.some(factor => /\d/.test(factor))) return undefined
  let product: Amount = { number: 1, unit: 'plain' }
  for (const factor of factors) {
    const amount = factorOf(factor)
    if (amount === undefined) return undefined
    product = {
      number: product.number * amount.number,
      unit: amount.unit === 'plain' ? product.unit : amount.unit,
    }
  }
  return product
}

const literal = /^([+-]?)(\d[\d_]{0,18}(?:\.\d{1,12})?)\s?(%|[a-zA-Z]{1,5})?$/

/** `15`, `30s`, `512Mi`, `time.Minute`, `5.minutes`. */
function factorOf(text: string): Amount | undefined {
  const suffixed = /^(\d[\d_]{0,15})\.(milliseconds?|seconds?|minutes?|hours?|days?)$/.exec(text)
  if (suffixed) return { number: plain(suffixed[1] ?? '') * secondsOf(suffixed[2] ?? ''), unit: 'time' }
  const word = /^(?:[\w.]{1,40}[.:])?((?:nano|micro|milli)?(?:seconds?|minutes?|hours?|days?))$/i.exec(text)
  if (word) return { number: secondsOf(word[1] ?? ''), unit: 'time' }
  if (/^(KB|MB|GB|KiB|MiB|GiB)$/.test(text)) return { number: bytes[text.toLowerCase()] ?? 1, unit: 'bytes' }
  const matched = literal.exec(text)
  const scale = matched ? suffixOf(matched[3]) : undefined
  if (!matched || !scale) return undefined
  return {
    number: (matched[1] === '-' ? -1 : 1) * plain(matched[2] ?? '') * scale.number,
    unit: scale.unit,
  }
}

const plain = (digits: string): number => Number(digits.replaceAll('_', ''))
const secondsOf = (word: string): number => {
  const lower = word.toLowerCase()
  return known(seconds, lower) ?? known(seconds, lower.replace(/s$/, '')) ?? 1
}

function suffixOf(suffix: string | undefined): Amount | undefined {
  if (suffix === undefined || suffix === '%') return { number: 1, unit: 'plain' }
  if (suffix === 'M') return { number: 1e6, unit: 'bytes' }
  const lower = suffix.toLowerCase()
  const [time, size] = [known(seconds, lower), known(bytes, lower)]
  if (time !== undefined) return { number: time, unit: 'time' }
  return size === undefined ? undefined : { number: size, unit: 'bytes' }
}

const known = (of: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined

/** How much larger the second is, 1 when they are equal; undefined when they can not be compared. */
export function ratioOf(before: Value, after: Value): number | undefined {
  if (before.number === undefined || after.number === undefined) return undefined
  if (before.unit !== after.unit && before.number !== 0 && after.number !== 0) return undefined
  if (before.number === after.number) return 1
  if (before.number <= 0) return Number.POSITIVE_INFINITY
  return after.number <= 0 ? 0 : after.number / before.number
}

/** How much a value that grew or shrank by this factor matters: a fifth more hardly does, five times does. */
export const weightOfRatio = (ratio: number): number =>
  ratio === 0 || !Number.isFinite(ratio)
    ? 0.95
    : Math.min(0.98, 1 - Math.exp(-Math.abs(Math.log(ratio)) / 0.8))
