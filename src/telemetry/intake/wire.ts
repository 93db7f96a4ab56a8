import { BinaryReader } from '@bufbuild/protobuf/wire'

/** Wire types of protobuf (protobuf.dev/programming-guides/encoding). */
export const wire = { varint: 0, bit64: 1, bytes: 2, bit32: 5 } as const

/** How one field of a message is read into what is made of it. Fields of another wire type are skipped. */
export type Field<T> = readonly [wireType: number, read: (reader: WireReader, into: T) => void]

/** The fields of a message by number; others are skipped. */
export type Fields<T> = readonly (Field<T> | undefined)[]

export function fields<T>(byNumber: Readonly<Record<number, Field<T>>>): Fields<T> {
  const largest = Math.max(...Object.keys(byNumber).map(Number))
  return Array.from({ length: largest + 1 }, (_, number) => byNumber[number])
}

/** A field whose value goes to the member of this name. */
export const put =
  <Value>(wireType: number, read: (reader: WireReader) => Value) =>
  <Name extends string>(name: Name): Field<Record<Name, Value>> => [
    wireType,
    (reader, into) => {
      into[name] = read(reader)
    },
  ]

export const text = put(wire.bytes, reader => reader.text())
export const hex = put(wire.bytes, reader => reader.hex())
export const int32 = put(wire.varint, reader => reader.int32())
export const sint32 = put(wire.varint, reader => reader.sint32())
export const bool = put(wire.varint, reader => reader.bool())
export const double = put(wire.bit64, reader => reader.double())
/** 64-bit integers of fixed length. */
export const fixed = put(wire.bit64, reader => reader.fixed())
export const signedFixed = put(wire.bit64, reader => reader.signedFixed())

const interned = 4096
/** Longer texts are seldom seen twice. */
const longestInterned = 48
/**
 * Names of attributes and most of their values come again and again. Each slot keeps the last text with its hash: a
 * text seen again is neither decoded nor allocated again.
 */
const texts: (string | undefined)[] = new Array(interned).fill(undefined)

/** Reads messages by tables of fields, straight into what the caller makes of them. */
export class WireReader extends BinaryReader {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    super(bytes)
    this.#bytes = bytes
  }

  /** Reads a message that fills the rest. */
  whole<T>(table: Fields<T>, into: T): T {
    return this.#until(this.len, table, into)
  }

  /**
   * Reads a message with its length before it.
   * @throws RangeError when it ends early
   */
  message<T>(table: Fields<T>, into: T): T {
    return this.#until(this.#end(), table, into)
  }

  #until<T>(end: number, table: Fields<T>, into: T): T {
    while (this.pos < end) {
      const tag = this.uint32()
      const field = table[tag >>> 3]
      if (field !== undefined && field[0] === (tag & 7)) field[1](this, into)
      else if (tag >>> 3 === 0) throw new RangeError('a field has the number 0')
      else this.skip(tag & 7, tag >>> 3)
    }
    if (this.pos !== end) throw new RangeError('a message is longer than it says')
    return into
  }

  #end(): number {
    const length = this.uint32()
    const end = this.pos + length
    if (end > this.len) throw new RangeError('a message ends early')
    return end
  }

  /** A text; what is not UTF-8 becomes U+FFFD. */
  text(): string {
    const end = this.#end()
    const start = this.pos
    this.pos = end
    const length = end - start
    if (length === 0) return ''
    const bytes = this.#bytes
    if (length > longestInterned) return bytes.toString('utf8', start, end)
    let hash = length
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
    const slot = (hash ^ (hash >>> 15)) & (interned - 1)
    const known = texts[slot]
    if (known !== undefined && known.length === length && same(known, bytes, start)) return known
    const text = bytes.toString('utf8', start, end)
    // Of ASCII only, so that characters can be compared with bytes.
    if (text.length === length) texts[slot] = text
    return text
  }

  /** Bytes as lower-case hex, at most 32 of them. */
  hex(): string {
    const end = this.#end()
    const start = this.pos
    this.pos = end
    return end - start > 32 ? '' : this.#bytes.toString('hex', start, end)
  }

  /** Zero has no sign here, as it has none in JSON. */
  override double(): number {
    return super.double() + 0
  }

  /** An unsigned 64-bit integer of fixed length, as a number. */
  fixed(): number {
    const low = this.fixed32()
    return this.fixed32() * 0x1_0000_0000 + low
  }

  /** A signed 64-bit integer of fixed length, as a number. */
  signedFixed(): number {
    const low = this.fixed32()
    return this.sfixed32() * 0x1_0000_0000 + low
  }

  /**
   * Values of a packed field, at most `most`.
   * @throws RangeError when there are more
   */
  packed(into: number[], most: number, read: (reader: WireReader) => number): void {
    const end = this.#end()
    while (this.pos < end) {
      if (into.length >= most) throw new RangeError(`a list has more than ${most} values`)
      into.push(read(this))
    }
    if (this.pos !== end) throw new RangeError('a list is longer than it says')
  }

  /** Passes over a field of bytes. */
  leaveOut(): void {
    this.pos = this.#end()
  }
}

function same(text: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false
  return true
}
