import { errors } from 'undici'
import { broken, type Head, hasNoBody, maxHeadBytes, readFields, readHead } from './head.ts'

/** Who is told of an answer. */
export interface AnswerSink {
  head(head: Head): void
  data(piece: Buffer): void
  /** All of it has come. Bytes that follow are nobody's. */
  done(): void
}

type State = 'none' | 'head' | 'body' | 'until-close' | 'size' | 'chunk' | 'chunk-end' | 'trailers'

const noBytes: Buffer = Buffer.alloc(0)
/** A chunk's size with extensions. */
const maxSizeLine = 16 << 10
/** Room for what stands between names and values, which do not count. */
const maxRawHead = 4 * maxHeadBytes

/**
 * Reads the answers that come over one connection, one at a time (RFC 9112), however the network cuts them. Bodies are
 * handed on as they come, not copied. Bytes that nobody asked for are an error.
 */
export class AnswerParser {
  readonly #sink: AnswerSink
  #state: State = 'none'
  /** The beginning of a line or head that has not ended. */
  #carry: Buffer = noBytes
  /** Bytes of the body, or of the chunk, that are to come. */
  #left = 0

  constructor(sink: AnswerSink) {
    this.#sink = sink
  }

  /** An answer is expected from now on. */
  begin(): void {
    this.#state = 'head'
  }

  /** @throws HTTPParserError, HeadersOverflowError, ResponseContentLengthMismatchError, SocketError */
  push(bytes: Buffer): void {
    let rest: Buffer | undefined = bytes
    while (rest !== undefined && rest.length > 0) rest = this.#step(rest)
  }

  /** The connection has ended. @returns whether that was the end of the answer */
  end(): boolean {
    if (this.#state !== 'until-close') return false
    this.#finish()
    return true
  }

  /** @returns what was not used; undefined when more has to come */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'none':
        throw new errors.SocketError('bytes that nobody asked for')
      case 'head':
        return this.#head(bytes)
      case 'body':
      case 'chunk':
        return this.#piece(bytes)
      case 'until-close':
        this.#sink.data(bytes)
        return undefined
      case 'size':
        return this.#size(bytes)
      case 'chunk-end':
        return this.#chunkEnd(bytes)
      case 'trailers':
        return this.#trailers(bytes)
    }
  }

  #head(bytes: Buffer): Buffer | undefined {
    const text = this.#upTo('\r\n\r\n', bytes, maxRawHead)
    if (text === undefined) return undefined
    const head = readHead(text.taken)
    // 100 and 101 answer what was never sent.
    if (head.status < 102) throw new errors.SocketError('bad response')
    if (head.status < 200) return text.rest
    const { body } = head
    this.#left = typeof body === 'number' ? body : 0
    this.#state = body === 'chunked' ? 'size' : body === 'until-close' ? 'until-close' : 'body'
    this.#sink.head(head)
    if (body !== 0 && hasNoBody(head.status)) throw new errors.ResponseContentLengthMismatchError()
    if (body === 0) this.#finish()
    return text.rest
  }

  #piece(bytes: Buffer): Buffer | undefined {
    const whole = bytes.length <= this.#left
    const piece = whole ? bytes : bytes.subarray(0, this.#left)
    this.#left -= piece.length
    this.#sink.data(piece)
    if (this.#left === 0) {
      if (this.#state === 'chunk') this.#state = 'chunk-end'
      else this.#finish()
    }
    return whole ? undefined : bytes.subarray(piece.length)
  }

  #size(bytes: Buffer): Buffer | undefined {
    if (this.#carry.length === 0) {
      const rest = this.#plainSize(bytes)
      if (rest !== undefined) return rest
    }
    const line = this.#upTo('\r\n', bytes, maxSizeLine)
    if (line === undefined) return undefined
    const digits = chunkSize.exec(line.taken)?.[1]
    if (digits === undefined) throw broken('no chunk size')
    this.#left = Number.parseInt(digits, 16)
    this.#state = this.#left === 0 ? 'trailers' : 'chunk'
    return line.rest
  }

  /** What nearly every server sends, digits and an end in one read, without making a text of it. */
  #plainSize(bytes: Buffer): Buffer | undefined {
    let size = 0
    let at = 0
    for (; at < 7; at++) {
      const digit = hexDigit(bytes[at] ?? 0)
      if (digit < 0) break
      size = size * 16 + digit
    }
    if (size === 0 || bytes[at] !== 13 || bytes[at + 1] !== 10) return undefined
    this.#left = size
    this.#state = 'chunk'
    return bytes.subarray(at + 2)
  }

  #chunkEnd(bytes: Buffer): Buffer | undefined {
    if (this.#carry.length === 0 && bytes[0] === 13 && bytes[1] === 10) {
      this.#state = 'size'
      return bytes.subarray(2)
    }
    const line = this.#upTo('\r\n', bytes, 2)
    if (line === undefined) return undefined
    if (line.taken !== '') throw broken('a chunk that is longer than its size')
    this.#state = 'size'
    return line.rest
  }

  /** Read so that they end; nobody asks for them. */
  #trailers(bytes: Buffer): Buffer | undefined {
    const line = this.#upTo('\r\n', bytes, maxHeadBytes)
    if (line === undefined) return undefined
    if (line.taken === '') {
      this.#finish()
      return line.rest
    }
    readFields(line.taken, 0)
    this.#left += line.taken.length
    if (this.#left > maxHeadBytes) throw new errors.HeadersOverflowError()
    return line.rest
  }

  #finish(): void {
    this.#state = 'none'
    this.#sink.done()
  }

  /** Text up to `end`, which may be cut between what was carried and what came. */
  #upTo(end: string, bytes: Buffer, most: number): { taken: string; rest: Buffer | undefined } | undefined {
    const carried = this.#carry.length
    const all = carried === 0 ? bytes : Buffer.concat([this.#carry, bytes])
    const at = all.indexOf(end, Math.max(0, carried - end.length + 1), 'latin1')
    if (at > most || (at < 0 && all.length > most + end.length)) throw tooLong(end)
    if (at < 0) {
      // Who waits for CR LF would wait for ever.
      if (hasBareLf(all, Math.max(0, carried - 1))) throw broken('a line that ends with LF only')
      this.#carry = all
      return undefined
    }
    this.#carry = noBytes
    const next = at + end.length
    return { taken: all.toString('latin1', 0, at), rest: next < all.length ? all.subarray(next) : undefined }
  }
}

const tooLong = (end: string): Error =>
  end.length === 4 ? new errors.HeadersOverflowError() : broken('a line without an end')

/** Extensions mean nothing to us (RFC 9112 §7.1.1). */
const chunkSize = /^([\da-f]{1,13})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i

function hasBareLf(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1))
    if (bytes[at - 1] !== 13) return true
  return false
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
