/** One event of a stream. */
export interface ServerSentEvent {
  /** The `event` field; absent where the stream names none. */
  event?: string
  data: string
}

const CR = 13
const LF = 10
const BLANK_LINE = Buffer.from('\n\n')

/**
 * Cuts a byte stream into server-sent events (WHATWG HTML §9.2.5-6): lines end with CR, LF or CRLF, `data` lines join
 * with LF, comments and events without data are left out, a leading byte order mark is dropped. What follows the last
 * blank line is kept for the next bytes; at the end of the stream it means nothing.
 */
export class EventReader {
  #pending: Buffer[] = []
  #pendingBytes = 0
  #atStart = true
  /** The last byte was a line end, so that another one ends the event. */
  #lineIsEmpty = true
  #lastWasCr = false
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The events that `chunk` completes. @throws RangeError when one event is too large. */
  push(chunk: Buffer): ServerSentEvent[] {
    if (chunk.length === 0) return []
    const end = this.#endOfLastEvent(chunk)
    if (end === 0) {
      this.#keep(chunk)
      return []
    }
    const complete = this.#take(end === chunk.length ? chunk : chunk.subarray(0, end))
    if (end < chunk.length) this.#keep(chunk.subarray(end))
    return eventsOf(complete)
  }

  /** Bytes of an event that has not ended; clients discard them. */
  get unfinished(): number {
    return this.#pendingBytes
  }

  #keep(bytes: Buffer): void {
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    if (this.#pendingBytes > this.#maxBytes)
      throw new RangeError(`one event of the stream is larger than ${this.#maxBytes} bytes`)
  }

  #take(bytes: Buffer): string {
    let text: string
    if (this.#pendingBytes === 0) text = bytes.toString()
    else {
      this.#pending.push(bytes)
      text = Buffer.concat(this.#pending).toString()
      this.#pending = []
      this.#pendingBytes = 0
    }
    if (!this.#atStart) return text
    this.#atStart = false
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }

  /** Where the last blank line of `chunk` ends; 0 when it ends no event. */
  #endOfLastEvent(chunk: Buffer): number {
    const last = chunk.length - 1
    if (this.#lastWasCr || chunk.includes(CR)) return this.#endAmongCr(chunk)
    const found = chunk.lastIndexOf(BLANK_LINE)
    const end = found >= 0 ? found + 2 : this.#lineIsEmpty && chunk[0] === LF ? 1 : 0
    this.#lineIsEmpty = chunk[last] === LF
    return end
  }

  #endAmongCr(chunk: Buffer): number {
    let end = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]
      // The LF of a CRLF belongs to the line that its CR has ended.
      if (byte === LF && this.#lastWasCr) {
        if (i === 0 ? this.#pendingBytes === 0 : end === i) end = i + 1
      } else {
        const ends = byte === CR || byte === LF
        if (ends && this.#lineIsEmpty) end = i + 1
        this.#lineIsEmpty = ends
      }
      this.#lastWasCr = byte === CR
    }
    return end
  }
}

/** An event as bytes for the wire. `data` may have several lines. */
export function writeEvent(data: string, event?: string): string {
  const lines = data.includes('\n') || data.includes('\r') ? data.replaceAll(/\r\n?|\n/g, '\ndata: ') : data
  return event === undefined ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`
}

function eventsOf(raw: string): ServerSentEvent[] {
  const text = raw.includes('\r') ? raw.replaceAll(/\r\n?/g, '\n') : raw
  const events: ServerSentEvent[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n\n', at)
    // What is left are line ends that lead nothing.
    if (end < 0) break
    const event = eventOf(text, at, end)
    if (event) events.push(event)
    at = end + 2
  }
  return events
}

/** Reads the lines of `text` from `start` to `end`. */
function eventOf(text: string, start: number, end: number): ServerSentEvent | undefined {
  let name: string | undefined
  let data: string | undefined
  for (let at = start; at < end; ) {
    const next = text.indexOf('\n', at)
    const lineEnd = next < 0 || next > end ? end : next
    if (text.startsWith('data', at)) {
      const value = valueAt(text, at + 4, lineEnd)
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
    } else if (text.startsWith('event', at)) name = valueAt(text, at + 5, lineEnd) ?? name
    at = lineEnd + 1
  }
  if (data === undefined) return undefined
  return name ? { event: name, data } : { data }
}

/** The value behind a field's name; undefined when the name goes on. A field without colon is empty. */
function valueAt(text: string, at: number, end: number): string | undefined {
  if (at >= end) return ''
  if (text[at] !== ':') return undefined
  return text.slice(text[at + 1] === ' ' && at + 1 < end ? at + 2 : at + 1, end)
}
