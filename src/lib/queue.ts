import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** Keys added for a real event are taken before keys added by a periodic resync. */
export type Priority = 'event' | 'resync'

/**
 * A queue of keys that each need work: a key waits at most once, is worked on at most once at a time, and a key added
 * while it is being worked on comes back once afterwards. The caller takes keys when `onReady` says there are some,
 * and calls `done` after each. (client-go's workqueue: dirty and processing sets, delaying and rate-limiting layers.)
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #random: Random
  readonly #onReady: () => void
  /** Key to the time it was added, in order of arrival. */
  readonly #ready: Record<Priority, Map<string, number>> = { event: new Map(), resync: new Map() }
  readonly #inFlight = new Set<string>()
  readonly #dirty = new Map<string, Priority>()
  readonly #delayed = new Map<string, { at: number; cancel: () => void }>()
  readonly #failures = new Map<string, number>()
  #closed = false

  constructor(options: { clock: Clock; random: Random; onReady: () => void }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#onReady = options.onReady
  }

  /** Keys that wait to be taken now. */
  get depth(): number {
    return this.#ready.event.size + this.#ready.resync.size
  }

  /** Keys whose time has not come. */
  get delayed(): number {
    return this.#delayed.size
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  add(key: string, priority: Priority = 'event'): void {
    if (this.#closed) return
    if (this.#inFlight.has(key)) {
      if (this.#dirty.get(key) !== 'event') this.#dirty.set(key, priority)
      return
    }
    if (this.#ready.event.has(key) || (priority === 'resync' && this.#ready.resync.has(key))) return
    const since = this.#ready.resync.get(key) ?? this.#clock.now()
    this.#ready.resync.delete(key)
    this.#ready[priority].set(key, since)
    this.#onReady()
  }

  /** Adds the key in `ms` milliseconds; the earliest of several such wishes counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return
    if (!(ms > 0)) {
      this.add(key)
      return
    }
    const at = this.#clock.now() + ms
    const earlier = this.#delayed.get(key)
    if (earlier && earlier.at <= at) return
    earlier?.cancel()
    const cancel = this.#clock.after(ms, () => {
      this.#delayed.delete(key)
      this.add(key)
    })
    this.#delayed.set(key, { at, cancel })
  }

  /** Adds the key after a delay that grows with each call until `forget`. */
  retry(key: string): void {
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    this.addAfter(key, backoffMs(failures, this.#random))
  }

  /** The key's work went well: its next retry starts from the shortest delay. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** The next key and how long it waited; a later wish for the same key is dropped, since this work serves it. */
  take(): { key: string; waitedMs: number } | undefined {
    for (const waiting of [this.#ready.event, this.#ready.resync]) {
      for (const [key, since] of waiting) {
        waiting.delete(key)
        this.#delayed.get(key)?.cancel()
        this.#delayed.delete(key)
        this.#inFlight.add(key)
        return { key, waitedMs: Math.max(0, this.#clock.now() - since) }
      }
    }
    return undefined
  }

  /** Work on a taken key has ended, well or not. */
  done(key: string): void {
    this.#inFlight.delete(key)
    const priority = this.#dirty.get(key)
    this.#dirty.delete(key)
    if (priority) this.add(key, priority)
  }

  /** Drops everything that waits; later additions do nothing. */
  close(): void {
    this.#closed = true
    for (const { cancel } of this.#delayed.values()) cancel()
    this.#delayed.clear()
    this.#dirty.clear()
    this.#ready.event.clear()
    this.#ready.resync.clear()
  }
}
