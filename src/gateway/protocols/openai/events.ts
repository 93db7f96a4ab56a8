const CR = 13
const LF = 10

/**
 * Cuts a byte stream of server-sent events (WHATWG HTML §9.2.5) into whole events without changing a byte: lines end
 * with CR, LF or CRLF, a blank line ends an event. What follows the last blank line is kept for the next bytes.
 */
export class EventSplitter {
  #rest: Buffer = Buffer.alloc(0)
  /** Where the scan of `#rest` goes on. */
  #at = 0
  #lineIsEmpty = true
  #lastWasCr = false
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The events that `chunk` completes, each with its line ends. @throws RangeError when one event is too large. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const events: Buffer[] = []
    let start = 0
    for (let i = this.#at; i < bytes.length; i++) {
      const byte = bytes[i]
      const ends = byte === CR || (byte === LF && !this.#lastWasCr)
      if (ends && this.#lineIsEmpty) {
        // A CRLF stays together when both are here, else its LF leads the next event, where it means nothing.
        if (byte === CR && bytes[i + 1] === LF) i++
        events.push(bytes.subarray(start, i + 1))
        start = i + 1
      }
      this.#lineIsEmpty = byte === CR || byte === LF
      this.#lastWasCr = bytes[i] === CR
    }
    this.#rest = bytes.subarray(start)
    this.#at = this.#rest.length
    if (this.#rest.length > this.#maxBytes)
      throw new RangeError(`one event of the stream is larger than ${this.#maxBytes} bytes`)
    return events
  }

  /** Bytes of an event that has not ended; discarded by clients. */
  get unfinished(): number {
    return this.#rest.length
  }
}

/** The data of one event, its `data` lines joined by LF; undefined for comments and other fields. */
export function eventData(event: Buffer): string | undefined {
  const text = event.toString()
  const only = onlyData(text)
  if (only !== undefined) return only
  let data: string | undefined
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (!line.startsWith('data')) continue
    const value = line === 'data' ? '' : line.startsWith('data:') ? line.slice(5) : undefined
    if (value === undefined) continue
    const cut = value.startsWith(' ') ? value.slice(1) : value
    data = data === undefined ? cut : `${data}\n${cut}`
  }
  return data
}

/** What nearly every event is: one line of data, ended by two LF. */
function onlyData(text: string): string | undefined {
  if (!text.startsWith('data: ') || text.indexOf('\n') !== text.length - 2 || text.includes('\r'))
    return undefined
  return text.slice(6, -2)
}
