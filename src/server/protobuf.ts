import { type Field, type FieldType, type MessageName, messageOf, messages } from './protobuf-messages.ts'
import { badRequest, unsupportedMediaType } from './refusals.ts'

/** `k8s\0`, then a runtime.Unknown (apimachinery: pkg/runtime/serializer/protobuf). */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00])

/**
 * The object in a protobuf body, as its JSON would be parsed. Fields the tables do not know are dropped, as proto2 says.
 * @throws ApiError BadRequest for broken bytes, UnsupportedMediaType for kinds without a table
 */
export function decodeProtobuf(body: Uint8Array): Record<string, unknown> {
  if (Buffer.compare(body.subarray(0, 4), magic) !== 0)
    throw badRequest('the body is not Kubernetes protobuf')
  try {
    const envelope = Object.fromEntries(fields(body.subarray(4)))
    const type = envelope[1] instanceof Uint8Array ? Object.fromEntries(fields(envelope[1])) : {}
    const apiVersion = type[1] instanceof Uint8Array ? text(type[1]) : ''
    const kind = type[2] instanceof Uint8Array ? text(type[2]) : ''
    const message = messageOf(apiVersion, kind)
    if (!message) throw unsupportedMediaType(['application/json', 'application/yaml'])
    const raw = envelope[2] instanceof Uint8Array ? envelope[2] : new Uint8Array()
    return { apiVersion, kind, ...decode(message, raw) }
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)
      throw badRequest(`couldn't read the body as protobuf: ${error.message}`)
    throw error
  }
}

type Wire = bigint | Uint8Array

/** Number and value of each field on the wire; fixed-width ones, which no message here has, are passed over. */
function* fields(bytes: Uint8Array): Generator<[number, Wire]> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('it ends within a number')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new RangeError('a number is too long')
  }
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('it ends within a field')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const number = Math.floor(tag / 8)
    if (tag % 8 === 0) yield [number, varint()]
    else if (tag % 8 === 2) yield [number, take(Number(varint()))]
    else if (tag % 8 === 1) take(8)
    else if (tag % 8 === 5) take(4)
    else throw new RangeError(`a field has the unknown wire type ${tag % 8}`)
  }
}

/** The tables nest less deeply than this; a message of one kind can't contain itself. */
function decode(message: MessageName, bytes: Uint8Array): Record<string, unknown> {
  const table: Record<number, Field> = messages[message]
  const result: Record<string, unknown> = {}
  for (const [number, wire] of fields(bytes)) {
    const field = table[number]
    if (!field) continue
    if (field.shape === 'map') addToMap(result, field, wire)
    else add(result, field, decodeValue(field.type, wire))
  }
  return result
}

function add(result: Record<string, unknown>, { name, shape }: Field, value: unknown): void {
  // Go writes all fields that are no pointers, so empty text means unset.
  if (shape === 'list') result[name] = [...((result[name] as unknown[] | undefined) ?? []), value]
  else if (value !== '' && value !== undefined) result[name] = value
}

function addToMap(result: Record<string, unknown>, { name, type }: Field, wire: Wire): void {
  if (!(wire instanceof Uint8Array)) throw new RangeError(`${name} is not a map`)
  const entry = Object.fromEntries(fields(wire))
  const key = entry[1] instanceof Uint8Array ? text(entry[1]) : ''
  result[name] ??= {}
  const map = result[name] as object
  const value = decodeValue(type, entry[2] ?? new Uint8Array())
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}

function decodeValue(type: FieldType, wire: Wire): unknown {
  if (type === 'int') return Number(BigInt.asIntN(64, number(wire)))
  if (type === 'bool') return number(wire) !== 0n
  const bytes = sized(wire)
  switch (type) {
    case 'string':
      return text(bytes)
    case 'bytes':
      return Buffer.from(bytes).toString('base64')
    case 'Time':
      return time(bytes)?.replace(/\.\d+Z$/, 'Z')
    case 'MicroTime':
      return time(bytes)
    case 'json':
      return JSON.parse(text(bytes))
    default:
      return decode(type, bytes)
  }
}

function number(wire: Wire): bigint {
  if (typeof wire !== 'bigint') throw new RangeError('a number has the wrong wire type')
  return wire
}

function sized(wire: Wire): Uint8Array {
  if (typeof wire === 'bigint') throw new RangeError('a field has the wrong wire type')
  return wire
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const text = (bytes: Uint8Array): string => decoder.decode(bytes)

/** RFC 3339 with microseconds; an empty Time is a null one. */
function time(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined
  const parts = Object.fromEntries(fields(bytes))
  const seconds = Number(BigInt.asIntN(64, number(parts[1] ?? 0n)))
  const micros = Math.floor(Number(BigInt.asIntN(32, number(parts[2] ?? 0n))) / 1000)
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19)
  return `${whole}.${String(micros).padStart(6, '0')}Z`
}
