import { FakeClock } from '../../lib/clock.fake.ts'
import type { Signal } from '../signals/signal.ts'
import type { SourceContext } from './source.ts'

/** A context whose store is a list, can stand still and can fail; positions live as long as it does. */
export class FakeContext implements SourceContext {
  /** What was stored, in order. */
  readonly stored: Signal[] = []
  readonly said: string[] = []
  readonly clock = new FakeClock()
  /** Calls of `emit` that have not come back, and the most there ever were at once. */
  inFlight = 0
  mostInFlight = 0
  position: unknown
  fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request)
  #closing = new AbortController()
  #failure: Error | undefined
  #gate: PromiseWithResolvers<void> | undefined

  get signal(): AbortSignal {
    return this.#closing.signal
  }

  emit = async (signals: readonly Signal[]): Promise<void> => {
    this.inFlight++
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    try {
      await this.#gate?.promise
      if (this.#failure) throw this.#failure
      this.stored.push(...signals)
    } finally {
      this.inFlight--
    }
  }

  load = async (): Promise<unknown> => structuredClone(this.position)

  save = async (position: unknown): Promise<void> => {
    // Positions are kept as JSON.
    this.position = JSON.parse(JSON.stringify(position))
  }

  say = (text: string): void => {
    this.said.push(text)
  }

  /** The store takes nothing and fails nothing until `release`. */
  hold(): void {
    this.#gate ??= Promise.withResolvers()
  }

  release(): void {
    this.#gate?.resolve()
    this.#gate = undefined
  }

  /** Every `emit` fails until it is called with nothing. */
  fail(failure?: Error): void {
    this.#failure = failure
  }

  /** What closing a source does to its signal; a later `open` gets a fresh one. */
  abort(): void {
    this.#closing.abort()
    this.#closing = new AbortController()
  }
}
