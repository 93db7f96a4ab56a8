/**
 * Snappy's block format (github.com/google/snappy/blob/main/format_description.txt), which remote write compresses with.
 * Every length is checked against what was announced and what is there, since the bytes are of strangers.
 * @throws RangeError when they are not snappy, or announce more than `most` bytes
 */
export function decompressSnappy(bytes: Buffer, most: number): Buffer {
  const input = new Input(bytes)
  const length = input.varint()
  if (length > most) throw new RangeError(`${length} bytes are more than ${most}`)
  // Two bytes can copy 64 at most: what announces more is never filled.
  if (length > bytes.length * 32) throw new RangeError('announces more than it can hold')
  const output = Buffer.allocUnsafe(length)
  let filled = 0
  while (input.at < bytes.length) {
    const tag = input.byte()
    const count = input.count(tag)
    if (count > length - filled) throw new RangeError('holds more than it announces')
    if ((tag & 3) === 0) input.literal(count).copy(output, filled)
    else copyWithin(output, filled, input.offset(tag), count)
    filled += count
  }
  if (filled !== length) throw new RangeError('holds less than it announces')
  return output
}

class Input {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    const byte = this.#bytes[this.at++]
    if (byte === undefined) throw new RangeError('ends early')
    return byte
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new RangeError('its length has no end')
  }

  littleEndian(bytes: number): number {
    let value = 0
    for (let at = 0; at < bytes; at++) value += this.byte() * 2 ** (8 * at)
    return value
  }

  /** Bytes that an element with this tag stands for. */
  count(tag: number): number {
    if ((tag & 3) === 1) return 4 + ((tag >> 2) & 7)
    const short = tag >> 2
    return 1 + ((tag & 3) === 0 && short >= 60 ? this.littleEndian(short - 59) : short)
  }

  literal(count: number): Buffer {
    const start = this.at
    this.at += count
    if (this.at > this.#bytes.length) throw new RangeError('ends early')
    return this.#bytes.subarray(start, this.at)
  }

  /** How far back a copy begins. */
  offset(tag: number): number {
    if ((tag & 3) === 1) return (tag >> 5) * 256 + this.byte()
    return this.littleEndian((tag & 3) === 2 ? 2 : 4)
  }
}

/** A copy may reach into what it writes itself, which repeats. */
function copyWithin(output: Buffer, filled: number, offset: number, count: number): void {
  if (offset === 0 || offset > filled) throw new RangeError('copies from before the beginning')
  const start = filled - offset
  if (offset >= count) output.copyWithin(filled, start, start + count)
  else for (let at = 0; at < count; at++) output[filled + at] = output[start + at] ?? 0
}
