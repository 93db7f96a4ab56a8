import { connect, type Socket } from 'node:net'
import { systemClock } from '../../src/lib/clock.ts'
import { type HttpMessage, MessageReader } from './messages.ts'

/** Where load goes, and what is asked there. */
export interface Asked {
  url: string
  path: string
  headers: Record<string, string>
  body: string
}

export interface Timing {
  /** Milliseconds from when the request was due to the first byte of the body, the first text in it, and its end. */
  firstMs: number
  textMs: number
  endMs: number
}

/** The bytes of a request, made once. */
export function wireOf({ url, path, headers, body }: Asked): Buffer {
  const fields = { host: new URL(url).host, 'content-type': 'application/json', ...headers }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** One kept connection that asks one thing at a time. */
export class Connection {
  readonly #socket: Socket
  readonly #text: Buffer | undefined
  #pending: { due: number; timing: Timing; done(timing: Timing): void; fail(error: Error): void } | undefined

  /** @param text the first text of a streamed answer begins with it */
  constructor(url: string, text?: string) {
    const { hostname, port } = new URL(url)
    this.#text = text === undefined ? undefined : Buffer.from(text)
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const reader = new MessageReader(
      message => this.#onAnswer(message),
      piece => this.#onPiece(piece),
    )
    this.#socket.on('data', bytes => {
      try {
        reader.push(bytes)
      } catch (error) {
        this.#fail(error as Error)
      }
    })
    this.#socket.on('error', error => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error(`${url} closed the connection`)))
  }

  /** @param due when it should have been sent, by `performance.now()` */
  ask(wire: Buffer, due = performance.now()): Promise<Timing> {
    return new Promise((done, fail) => {
      const timing = { firstMs: Number.NaN, textMs: Number.NaN, endMs: Number.NaN }
      this.#pending = { due, timing, done, fail }
      this.#socket.write(wire)
    })
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy()
  }

  #onPiece(piece: Buffer): void {
    if (!this.#pending) return
    const { due, timing } = this.#pending
    if (Number.isNaN(timing.firstMs)) timing.firstMs = performance.now() - due
    if (this.#text && Number.isNaN(timing.textMs) && piece.includes(this.#text))
      timing.textMs = performance.now() - due
  }

  #onAnswer({ status, body }: HttpMessage): void {
    const { due, timing, done, fail } = this.#pending ?? {}
    this.#pending = undefined
    if (!timing || due === undefined) return
    timing.endMs = performance.now() - due
    if (status === 200) done?.(timing)
    else fail?.(new Error(`answered ${status}: ${body.toString().slice(0, 300)}`))
  }

  #fail(error: Error): void {
    this.#pending?.fail(error)
    this.#pending = undefined
  }
}

/**
 * Closed loop: so many connections, each asking again as soon as it is answered.
 * @param text as of Connection
 */
export async function saturate(
  asked: Asked,
  { connections, seconds, text }: { connections: number; seconds: number; text?: string },
): Promise<{ perSecond: number; timings: Timing[] }> {
  const wire = wireOf(asked)
  const begin = performance.now()
  const until = begin + seconds * 1000
  const timings: Timing[] = []
  const work = async () => {
    const connection = new Connection(asked.url, text)
    while (performance.now() < until) timings.push(await connection.ask(wire))
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, work))
  return { perSecond: timings.length / ((performance.now() - begin) / 1000), timings }
}

/** What a timer may be late; more is time a request has waited. */
const timerMs = 1

/**
 * Open loop: a request is due every 1/rate s however long answers take, each on a connection that waits for nothing else,
 * and its time counts from when it was due (no coordinated omission, but for the 1 ms a timer may be late).
 */
export async function pace(
  asked: Asked,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Timing[]> {
  const wire = wireOf(asked)
  const idle: Connection[] = []
  const open: Promise<Timing>[] = []
  const begin = performance.now()
  for (let i = 0; i < rate * seconds; i++) {
    const due = begin + (i * 1000) / rate
    const wait = due - performance.now()
    if (wait > 0) await systemClock.sleep(wait)
    const connection = idle.pop() ?? new Connection(asked.url)
    const asking = connection.ask(wire, Math.min(performance.now(), due + timerMs))
    void asking.then(
      () => idle.push(connection),
      () => undefined,
    )
    open.push(asking)
  }
  const timings = await Promise.all(open)
  for (const connection of idle) connection.close()
  return timings
}
