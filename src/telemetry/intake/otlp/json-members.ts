/** Members of JSON objects that strangers wrote. Names that are missing or null have protobuf's default. */
export type Json = Readonly<Record<string, unknown>>

/** @throws TypeError when it is none */
export function object(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${name} is not an object`)
  return value as Json
}

/** @throws TypeError when it is not a list of objects */
export function list(json: Json, name: string): readonly Json[] {
  const value = json[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new TypeError(`${name} is not a list`)
  for (const item of value) object(item, `an item of ${name}`)
  return value
}

export function text(json: Json, name: string): string {
  const value = json[name]
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new TypeError(`${name} is not a text`)
  return value
}

export function boolean(json: Json, name: string): boolean {
  const value = json[name]
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw new TypeError(`${name} is neither true nor false`)
  return value
}

export function number(json: Json, name: string): number {
  const value = json[name]
  return value === undefined || value === null ? 0 : numberOf(value, name)
}

export function numbers(json: Json, name: string, most: number): number[] {
  const value = json[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > most)
    throw new TypeError(`${name} is not a list of at most ${most} numbers`)
  return value.map(item => numberOf(item, name))
}

/** protobuf's JSON has 64-bit integers as text, and NaN and Infinity too. */
function numberOf(value: unknown, name: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && value !== '' && value.length <= 32) {
    const parsed = Number(value)
    if (!Number.isNaN(parsed) || value === 'NaN') return parsed
  }
  throw new TypeError(`${name} is not a number`)
}
