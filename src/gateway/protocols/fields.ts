import type { CanonicalRequest } from '../canonical/request.ts'
import { GatewayError } from '../failure.ts'

/** A JSON object of a request. */
export type Json = Record<string, unknown>

/** Deeper nesting than any tool schema has; serialising again recurses. */
const maxDepth = 128

/** A field that is not what it must be; its path grows on the way out, so that reading costs nothing for it. */
class FieldError extends Error {
  override readonly name = 'FieldError'
  path: string
  readonly problem: string

  constructor(path: string, problem: string) {
    super(problem)
    this.path = path
    this.problem = problem
  }
}

/** Parses a body and reads it. @throws GatewayError naming the field at fault by its path */
export function readBody<T>(body: Buffer, read: (body: Json) => T): T {
  const value = parseJson(body)
  if (!isJson(value)) throw new GatewayError('invalid_request', 'the body must be a JSON object')
  try {
    return read(value)
  } catch (error) {
    if (!(error instanceof FieldError)) throw error
    throw new GatewayError('invalid_request', `${error.path} ${error.problem}`, { param: error.path })
  }
}

/** @throws GatewayError when the bytes are not JSON, or nested absurdly deep. */
export function parseJson(body: Buffer): unknown {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    throw new GatewayError('invalid_json', `the body is not valid JSON: ${(error as Error).message}`)
  }
  if (isDeeper(value, maxDepth))
    throw new GatewayError('invalid_json', `the body is nested more than ${maxDepth} levels deep`)
  return value
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An error about `field`, to be thrown. */
export const wrong = (field: string, problem: string): Error => new FieldError(field, problem)

/** Reads what stands in `field`; errors inside get its name in front. */
export function within<V, T>(field: string, value: V, read: (value: V) => T): T {
  try {
    return read(value)
  } catch (error) {
    throw nested(error, field)
  }
}

/** Reads each element of a list; errors inside get `field[i]` in front. */
export function each<T>(
  list: readonly unknown[],
  field: string,
  read: (value: Json, index: number) => T,
): T[] {
  const results: T[] = []
  for (let i = 0; i < list.length; i++) {
    const value = list[i]
    if (!isJson(value)) throw wrong(`${field}[${i}]`, 'must be an object')
    try {
      results.push(read(value, i))
    } catch (error) {
      throw nested(error, `${field}[${i}]`)
    }
  }
  return results
}

export function stringAt(value: Json, field: string): string {
  const found = value[field]
  if (typeof found !== 'string') throw wrong(field, 'must be a string')
  return found
}

export function recordAt(value: Json, field: string): Json {
  const found = value[field]
  if (!isJson(found)) throw wrong(field, 'must be an object')
  return found
}

/** What may be left out; null is the same. */
export const optionalString = (value: Json, field: string): string | undefined =>
  isGiven(value[field]) ? stringAt(value, field) : undefined

export const optionalRecord = (value: Json, field: string): Json | undefined =>
  isGiven(value[field]) ? recordAt(value, field) : undefined

export function optionalNumber(value: Json, field: string): number | undefined {
  const found = value[field]
  if (!isGiven(found)) return undefined
  if (typeof found !== 'number') throw wrong(field, 'must be a number')
  return found
}

/** A whole number of at least one. */
export function optionalCount(
  value: Json,
  field: string,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const found = optionalNumber(value, field)
  if (found !== undefined && (!Number.isInteger(found) || found < 1 || found > most))
    throw wrong(
      field,
      most < Number.MAX_SAFE_INTEGER ? `must be an integer from 1 to ${most}` : 'must be a positive integer',
    )
  return found
}

export function optionalBoolean(value: Json, field: string): boolean | undefined {
  const found = value[field]
  if (!isGiven(found)) return undefined
  if (typeof found !== 'boolean') throw wrong(field, 'must be true or false')
  return found
}

export function optionalList(value: Json, field: string, most: number): readonly unknown[] | undefined {
  const found = value[field]
  if (!isGiven(found)) return undefined
  if (!Array.isArray(found)) throw wrong(field, 'must be an array')
  if (found.length > most) throw wrong(field, `must have at most ${most} elements`)
  return found
}

/** Stop sequences: one string or several. */
export function optionalStrings(value: Json, field: string): readonly string[] | undefined {
  const found = value[field]
  if (typeof found === 'string') return [found]
  const list = optionalList(value, field, 256)
  if (list?.some(element => typeof element !== 'string'))
    throw wrong(field, 'must be a string or an array of strings')
  // Each element was checked.
  return list as readonly string[] | undefined
}

/** Sets a field of a request unless there is nothing to set. */
export function put<K extends keyof CanonicalRequest>(
  request: CanonicalRequest,
  field: K,
  value: CanonicalRequest[K] | undefined,
): void {
  if (value !== undefined) request[field] = value
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

function nested(error: unknown, field: string): unknown {
  if (!(error instanceof FieldError)) return error
  error.path = error.path.startsWith('[') ? field + error.path : `${field}.${error.path}`
  return error
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (const element of value)
      if (typeof element === 'object' && element !== null && isDeeper(element, levels - 1)) return true
    return false
  }
  for (const name in value) {
    const member = (value as Json)[name]
    if (typeof member === 'object' && member !== null && isDeeper(member, levels - 1)) return true
  }
  return false
}
