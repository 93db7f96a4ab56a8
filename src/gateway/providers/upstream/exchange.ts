import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'

/** One POST to a provider. */
export interface Exchange {
  origin: string
  /** With query. */
  path: string
  headers: Record<string, string>
  body: string
  /** Milliseconds to wait for the head of the answer, and between two pieces of its body. */
  timeoutMs: number
}

export interface UpstreamAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: UpstreamBody
}

/** Bytes that wait for the reader before the provider is made to wait. */
const highWater = 64 << 10
/** Bytes that are let go so that the connection can be used again; after more it is closed. */
const maxDiscarded = 64 << 10

/**
 * Sends one request and resolves with the head of its answer. Built on `dispatch`, the layer below undici's streams:
 * one answer costs a queue instead of a Readable. A reader that stops pauses the provider; aborting, or leaving the
 * body early, closes the connection at once.
 * @throws what undici reports, or the signal's reason
 */
export function exchange(
  dispatcher: Dispatcher,
  { origin, path, headers, body, timeoutMs }: Exchange,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const answer = new UpstreamBody(signal)
    dispatcher.dispatch(
      { origin, path, method: 'POST', headers, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
      {
        onRequestStart: controller => answer.begin(controller),
        onResponseStart: (_, status, head) => {
          if (status >= 200) resolve({ status, headers: head, body: answer })
        },
        onResponseData: (_, chunk) => answer.push(chunk),
        onResponseEnd: () => answer.end(),
        onResponseError: (_, error) => {
          answer.fail(error)
          reject(signal.aborted ? signal.reason : error)
        },
      },
    )
  })
}

/** The body of an answer: read once, in order, by one reader. */
export class UpstreamBody implements AsyncIterable<Buffer> {
  #controller: Dispatcher.DispatchController | undefined
  #queue: Buffer[] = []
  #queued = 0
  #ended = false
  #discarding = false
  #error: { cause: unknown } | undefined
  #waiting: { resolve(result: IteratorResult<Buffer>): void; reject(error: unknown): void } | undefined
  readonly #signal: AbortSignal
  readonly #onAbort = (): void => this.#controller?.abort(reasonOf(this.#signal))

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  begin(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) this.#onAbort()
  }

  push(chunk: Buffer): void {
    if (this.#discarding) {
      this.#queued += chunk.length
      if (this.#queued > maxDiscarded) this.#controller?.abort(new Error('the answer goes on after its end'))
      return
    }
    if (this.#waiting) {
      this.#waiting.resolve({ value: chunk, done: false })
      this.#waiting = undefined
      return
    }
    this.#queue.push(chunk)
    this.#queued += chunk.length
    if (this.#queued > highWater) this.#controller?.pause()
  }

  end(): void {
    this.#ended = true
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#waiting?.resolve({ value: undefined, done: true })
    this.#waiting = undefined
  }

  fail(cause: unknown): void {
    this.#error = { cause }
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#waiting?.reject(cause)
    this.#waiting = undefined
  }

  /** The reader has all it wants: the rest goes by, and the connection stays open. */
  discard(): void {
    this.#discarding = true
    this.#queue = []
    this.#queued = 0
    if (this.#controller?.paused) this.#controller.resume()
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return { next: () => this.#next(), return: () => this.#leave() }
  }

  /** All of it. @throws RangeError when it is larger than `maxBytes` */
  async readAll(maxBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    let size = 0
    // Most answers are here already when they are asked for: what has come is taken without waiting for it.
    while (!this.#ended || this.#queue.length > 0) {
      const { value } = await this.#next()
      if (value === undefined) break
      size += value.length
      if (size > maxBytes) {
        void this.#leave()
        throw new RangeError(`the answer is larger than ${maxBytes} bytes`)
      }
      chunks.push(value)
    }
    this.#signal.throwIfAborted()
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
  }

  #next(): Promise<IteratorResult<Buffer>> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason)
    const [chunk] = this.#queue
    if (chunk !== undefined) {
      // What arrived while nobody read is handed over at once.
      const value = this.#queue.length === 1 ? chunk : Buffer.concat(this.#queue)
      this.#queue = []
      this.#queued = 0
      if (this.#controller?.paused) this.#controller.resume()
      return Promise.resolve({ value, done: false })
    }
    if (this.#error) return Promise.reject(this.#error.cause)
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #leave(): Promise<IteratorResult<Buffer>> {
    if (!this.#ended && !this.#error && !this.#discarding)
      this.#controller?.abort(new Error('the reader left'))
    return Promise.resolve({ value: undefined, done: true })
  }
}

const reasonOf = ({ reason }: AbortSignal): Error =>
  reason instanceof Error ? reason : new Error('aborted', { cause: reason })
