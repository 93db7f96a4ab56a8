/** One HTTP/1.1 message as it came. */
export interface HttpMessage {
  /** Status of an answer, or 0 of a request. */
  status: number
  /** Start line and header fields. */
  head: string
  body: Buffer
}

const noBytes = Buffer.alloc(0)
const endOfHead = '\r\n\r\n'
const maxHead = 64 << 10

/** Value of a header field; the name in lower case. */
export function fieldOf(head: string, name: string): string | undefined {
  const lower = head.toLowerCase()
  const at = lower.indexOf(`\r\n${name}:`)
  if (at < 0) return undefined
  const from = at + name.length + 3
  const to = head.indexOf('\r\n', from)
  return head.slice(from, to < 0 ? head.length : to).trim()
}

/**
 * Reads the messages of one connection (RFC 9112), so that load generator and upstream cost a fraction of what they
 * measure. Bodies have a length, are chunked, or, of answers, last until the connection ends.
 * @throws Error from `push` and `end` at bytes that are no such message
 */
export class MessageReader {
  #rest: Buffer = noBytes
  #message: HttpMessage | undefined
  #body: Buffer[] = []
  /** Bytes of the body or chunk to come; -1: a chunk size is next; Infinity: until the end. */
  #left = 0
  #chunked = false
  readonly #onMessage: (message: HttpMessage) => void
  readonly #onPiece: ((piece: Buffer) => void) | undefined

  /** @param onPiece gets each piece of a body as it comes */
  constructor(onMessage: (message: HttpMessage) => void, onPiece?: (piece: Buffer) => void) {
    this.#onMessage = onMessage
    this.#onPiece = onPiece
  }

  /** Whether a message has begun and not ended. */
  get isInside(): boolean {
    return this.#message !== undefined || this.#rest.length > 0
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    while (this.#rest.length > 0 && (this.#message ? this.#readBody() : this.#readHead()));
  }

  /** The connection has ended. */
  end(): void {
    if (this.#left === Number.POSITIVE_INFINITY) this.#finish()
    if (this.isInside) throw new Error('the connection ended inside a message')
  }

  #readHead(): boolean {
    const at = this.#rest.indexOf(endOfHead)
    if (at < 0) {
      if (this.#rest.length > maxHead) throw new Error('a head without an end')
      return false
    }
    const head = this.#rest.toString('latin1', 0, at)
    this.#rest = this.#rest.subarray(at + 4)
    const isAnswer = head.startsWith('HTTP/1.')
    const status = isAnswer ? Number(head.slice(9, 12)) : 0
    if (isAnswer && !(status >= 100 && status <= 599)) throw new Error(`no status line: ${head.slice(0, 60)}`)
    if (status >= 100 && status < 200) return true
    this.#message = { status, head, body: noBytes }
    this.#body = []
    this.#chunked = /chunked/i.test(fieldOf(head, 'transfer-encoding') ?? '')
    const length = fieldOf(head, 'content-length')
    if (this.#chunked) this.#left = -1
    else if (length !== undefined) this.#left = Number(length)
    else this.#left = isAnswer && status !== 204 && status !== 304 ? Number.POSITIVE_INFINITY : 0
    if (Number.isNaN(this.#left)) throw new Error(`no length: ${length}`)
    if (this.#left === 0) this.#finish()
    return true
  }

  #readBody(): boolean {
    if (this.#left === -1) return this.#readSize()
    const piece = this.#rest.subarray(0, Math.min(this.#left, this.#rest.length))
    this.#rest = this.#rest.subarray(piece.length)
    this.#left -= piece.length
    this.#body.push(piece)
    this.#onPiece?.(piece)
    if (this.#left > 0) return this.#rest.length > 0
    if (this.#chunked) this.#left = -1
    else this.#finish()
    return true
  }

  /** `size CRLF`, with the CRLF after the chunk before it. */
  #readSize(): boolean {
    const from = this.#rest[0] === 13 ? 2 : 0
    const end = this.#rest.indexOf('\r\n', from)
    if (end < 0) return false
    const size = Number.parseInt(this.#rest.toString('latin1', from, end), 16)
    if (Number.isNaN(size)) throw new Error('no chunk size')
    if (size > 0) {
      this.#rest = this.#rest.subarray(end + 2)
      this.#left = size
      return true
    }
    if (this.#rest.length < end + 4) return false
    this.#rest = this.#rest.subarray(end + 4)
    this.#finish()
    return true
  }

  #finish(): void {
    const message = this.#message
    this.#message = undefined
    this.#left = 0
    if (!message) return
    message.body = this.#body.length === 1 && this.#body[0] ? this.#body[0] : Buffer.concat(this.#body)
    this.#body = []
    this.#onMessage(message)
  }
}
