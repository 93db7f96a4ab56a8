import { connect, type Socket } from 'node:net'
import { systemClock } from '../../src/lib/clock.ts'
import { type HttpMessage, MessageReader } from '../load/messages.ts'
import type { Wire } from './wire-mutations.ts'

/** What came back on a connection. */
export interface Outcome {
  answers: HttpMessage[]
  /** Bytes that are no HTTP, or a message that stopped half-way although nobody closed the connection. */
  unreadable?: string
  /** Nothing came for too long. */
  silent: boolean
  refused?: string
}

const patienceMs = 20_000
/** Where no answer is due: how long one is waited for after the last byte. */
const idleMs = 60

/** A connection that may be used again for the next case as long as both sides keep it. */
export class RawClient {
  readonly #port: number
  #socket: Socket | undefined
  #outcome: Outcome = { answers: [], silent: false }
  #wake = () => {}
  #closed = false

  constructor(port: number) {
    this.#port = port
  }

  /** @param keep the connection is not needed for itself: one that was left open is used */
  async run({ steps, mustAnswer, paths }: Wire, keep: boolean): Promise<Outcome> {
    if (!keep || !this.#socket || this.#closed) await this.#open()
    this.#outcome = { answers: [], silent: false }
    let left = false
    for (const step of steps) {
      if (this.#closed) break
      if ('write' in step) this.#socket?.write(step.write)
      else if ('waitMs' in step) await systemClock.sleep(step.waitMs)
      else {
        left = true
        if (step.close === 'end') this.#socket?.end()
        else this.#socket?.destroy()
      }
    }
    const outcome = this.#outcome
    const wanted = mustAnswer ? Math.max(1, paths.length) : Number.POSITIVE_INFINITY
    const done = () => this.#closed || outcome.answers.length >= wanted
    const finished = await this.#until(done, mustAnswer ? patienceMs : idleMs)
    outcome.silent = mustAnswer && !finished
    // What follows the answers that were waited for comes soon.
    if (!keep && !left && !this.#closed && mustAnswer) await this.#until(() => this.#closed, idleMs)
    if (!keep || outcome.silent) this.close()
    return outcome
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  async #open(): Promise<void> {
    this.close()
    this.#closed = false
    const outcome: Outcome = { answers: [], silent: false }
    this.#outcome = outcome
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true, allowHalfOpen: false })
    const reader = new MessageReader(message => {
      this.#outcome.answers.push(message)
      this.#wake()
    })
    this.#socket = socket
    socket.on('data', bytes => {
      try {
        reader.push(bytes)
      } catch (error) {
        this.#outcome.unreadable = `${(error as Error).message}: ${bytes.toString('latin1').slice(0, 200)}`
        socket.destroy()
      }
    })
    socket.on('end', () => {
      try {
        reader.end()
      } catch (error) {
        this.#outcome.unreadable = (error as Error).message
      }
    })
    socket.on('error', error => {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') this.#outcome.refused = error.message
    })
    socket.on('close', () => {
      if (this.#socket === socket) this.#closed = true
      this.#wake()
    })
    await new Promise<void>(resolve => {
      socket.once('connect', resolve)
      socket.once('close', () => resolve())
    })
  }

  /** @returns whether it became true in time */
  async #until(holds: () => boolean, ms: number): Promise<boolean> {
    const deadline = performance.now() + ms
    while (!holds() && performance.now() < deadline) {
      await new Promise<void>(resolve => {
        const cancel = systemClock.after(Math.max(1, deadline - performance.now()), resolve)
        this.#wake = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#wake = () => {}
    return holds()
  }
}
