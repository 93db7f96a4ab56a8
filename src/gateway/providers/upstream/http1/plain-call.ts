import type { Dispatcher } from 'undici'
import type { Connection } from './connection.ts'
import type { PlainRequest } from './request-head.ts'

/** One request on its way: what its sender holds of it. */
export class PlainCall implements Dispatcher.DispatchController {
  readonly request: PlainRequest
  readonly handler: Dispatcher.DispatchHandler
  /** Where it goes; absent while it waits. */
  connection: Connection | undefined
  #aborted: Error | undefined
  #paused = false
  #over = false
  readonly #leave: (call: PlainCall) => void

  /** @param leave called when it is aborted while it waits for a connection */
  constructor(request: PlainRequest, handler: Dispatcher.DispatchHandler, leave: (call: PlainCall) => void) {
    this.request = request
    this.handler = handler
    this.#leave = leave
  }

  get aborted(): boolean {
    return this.#aborted !== undefined
  }

  get paused(): boolean {
    return this.#paused
  }

  get reason(): Error | null {
    return this.#aborted ?? null
  }

  /** Its sender is told at once, and its connection closed. */
  abort(reason: Error): void {
    if (this.#over) return
    this.#aborted = reason
    const { connection } = this
    this.fail(reason)
    if (connection) connection.close()
    else this.#leave(this)
  }

  pause(): void {
    if (this.#over || this.#paused) return
    this.#paused = true
    this.connection?.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (!this.#over) this.connection?.resume()
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.connection = undefined
    this.handler.onResponseEnd?.(this, {})
  }

  fail(error: Error): void {
    if (this.#over) return
    this.#over = true
    this.connection = undefined
    this.handler.onResponseError?.(this, error)
  }
}
