/** Bytes of strangers are not what they should be: names the field and what was expected there. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/**
 * A JSON object of strangers and the path to it. Each read checks its field and names it when it is something else;
 * null and empty text count as absent.
 */
export class Fields {
  readonly #value: Readonly<Record<string, unknown>>
  readonly #at: string

  /** @throws Malformed when the value is no JSON object */
  constructor(value: unknown, at = '') {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new Malformed(`${at || 'the body'} is not a JSON object`)
    this.#value = value as Record<string, unknown>
    this.#at = at
  }

  path(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined
  }

  names(): string[] {
    return Object.keys(this.#value)
  }

  optionalText(name: string): string | undefined {
    const value = this.raw(name)
    if (value === undefined || value === '') return undefined
    return typeof value === 'string' ? value : this.#fail(name, 'is not text')
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#fail(name, 'is missing')
  }

  optionalNumber(name: string): number | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#fail(name, 'is not a number')
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? this.#fail(name, 'is missing')
  }

  /** A number, or text, as text: ids come as both. */
  id(name: string): string {
    const value = this.raw(name)
    return typeof value === 'number' ? String(value) : this.text(name)
  }

  /** Milliseconds since the epoch. Go's zero time counts as absent. */
  optionalTime(name: string): number | undefined {
    const text = this.optionalText(name)
    if (text === undefined || text.startsWith('0001-01-01')) return undefined
    return (
      timeOf(text) ?? this.#fail(name, `is not a time such as 2026-01-31T12:00:00Z: ${text.slice(0, 40)}`)
    )
  }

  time(name: string): number {
    return this.optionalTime(name) ?? this.#fail(name, 'is missing')
  }

  optionalFields(name: string): Fields | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : new Fields(value, this.path(name))
  }

  fields(name: string): Fields {
    return this.optionalFields(name) ?? this.#fail(name, 'is missing')
  }

  /** The objects of a list; empty when there is none. */
  list(name: string, most = 10_000): Fields[] {
    const value = this.raw(name) ?? []
    if (!Array.isArray(value)) return this.#fail(name, 'is not a list')
    if (value.length > most) this.#fail(name, `has ${value.length} elements, ${most} at most`)
    return value.map((element, index) => new Fields(element, `${this.path(name)}[${index}]`))
  }

  /** An object whose values are text, such as labels; empty when there is none. */
  texts(name: string): Record<string, string> {
    const fields = this.optionalFields(name)
    if (!fields) return {}
    return Object.fromEntries(
      fields.names().flatMap(key => {
        const value = fields.optionalText(key)
        return value === undefined ? [] : [[key, value]]
      }),
    )
  }

  #fail(name: string, what: string): never {
    throw new Malformed(`${this.path(name)} ${what}`)
  }
}

/** @throws Malformed when the bytes are not JSON */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new Malformed('the body is not JSON', { cause })
  }
}

/**
 * Milliseconds since the epoch of a time with a date, as RFC 3339 and what GitLab (`2016-08-12 15:23:28 UTC`) and
 * others make of it; without a zone it is UTC.
 */
export function timeOf(text: string): number | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)([.,]\d{1,9})?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(text)
  if (!match) return undefined
  const [, day, clock = '00:00:00', fraction = '', zone = 'Z'] = match
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  const whole = Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}${offset}`)
  if (!Number.isFinite(whole) || whole <= 0) return undefined
  return fraction === '' ? whole : whole + Number(`0.${fraction.slice(1)}`) * 1000
}
