import { cut, limits } from '../attributes.ts'
import { type Fields, fields, put, text, type WireReader, wire } from '../wire.ts'
import type { AnyValue, Attributed } from './raw.ts'

interface Holder {
  value: AnyValue
  depth: number
}

interface KeyValue extends Holder {
  key: string
}

const read = (reader: WireReader, depth: number): AnyValue => {
  if (depth > limits.depth) throw new RangeError(`a value is more than ${limits.depth} values deep`)
  return reader.message(anyValueFields, { value: undefined, depth } as Holder).value
}

const value = (wireType: number, get: (reader: WireReader) => AnyValue) => put(wireType, get)('value')

const anyValueFields: Fields<Holder> = fields<Holder>({
  1: value(wire.bytes, reader => reader.text()),
  2: value(wire.varint, reader => reader.bool()),
  3: value(wire.varint, reader => integer(reader.int64())),
  4: value(wire.bit64, reader => reader.double()),
  5: [
    wire.bytes,
    (reader, into) => {
      const list: AnyValue[] = []
      reader.message(arrayFields, { list, depth: into.depth + 1 })
      into.value = list
    },
  ],
  6: [
    wire.bytes,
    (reader, into) => {
      const map: Record<string, AnyValue> = {}
      reader.message(mapFields, { map, depth: into.depth + 1 })
      into.value = map
    },
  ],
  7: value(wire.bytes, reader => Buffer.from(reader.bytes()).toString('base64')),
})

const arrayFields = fields<{ list: AnyValue[]; depth: number }>({
  1: [wire.bytes, (reader, { list, depth }) => void list.push(read(reader, depth))],
})

const mapFields = fields<{ map: Record<string, AnyValue>; depth: number }>({
  1: [
    wire.bytes,
    (reader, { map, depth }) => {
      const { key, value } = reader.message(keyValueFields, { key: '', value: undefined, depth } as KeyValue)
      // As a name of a plain object it would set its prototype.
      if (key !== '__proto__') map[key] = value
    },
  ],
})

const keyValueFields: Fields<KeyValue> = fields<KeyValue>({
  1: text('key'),
  2: [
    wire.bytes,
    (reader, into) => {
      into.value = read(reader, into.depth)
    },
  ],
})

/** One `AnyValue` with its length before it, such as a log's body. */
export const readAnyValue = (reader: WireReader): AnyValue => read(reader, 0)

/** One `KeyValue` with its length before it, into the attributes of what it stands in. */
export function readAttribute(reader: WireReader, into: Attributed): void {
  if (into.room === 0) reader.leaveOut()
  else {
    const pair: KeyValue = { key: '', value: undefined, depth: 0 }
    reader.message(keyValueFields, pair)
    setAttribute(into, pair.key, pair.value)
  }
}

/** Integers that a number can not hold exactly stay text. */
export const integer = (value: bigint | string): number | string => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** Sets an attribute as far as the limits allow. */
export function setAttribute(into: Attributed, key: string, value: AnyValue): void {
  const plain = plainOf(value)
  if (plain === undefined || key === '' || into.room === 0) return
  into.attributes[key.length > limits.key ? cut(key, limits.key) : key] = plain
  into.room--
}

function plainOf(value: AnyValue): string | number | boolean | undefined {
  if (typeof value === 'string') return value.length > limits.value ? cut(value, limits.value) : value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'boolean' || value === undefined) return value
  return cut(JSON.stringify(value), limits.value)
}
