import { isConflict, isNotFound } from '../../api/errors.ts'
import { type Resource, subjectOf } from '../../api/kind.ts'
import type { Informer } from '../../client/informer.ts'
import { backoffMs } from '../../lib/backoff.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Priority, WorkQueue } from '../../lib/queue.ts'
import type { Random } from '../../lib/random.ts'
import { TimedOut } from './deadline.ts'
import { EXPECTATION_MS, type Expectations } from './expectations.ts'
import { keyOf, nameOf } from './key.ts'
import type { Log } from './log.ts'
import { type ControllerMetrics, emptyDistribution, noResults, observe, type Result } from './metrics.ts'
import type { OwnWrites } from './own-writes.ts'
import { type Reconciler, Stalled, Waiting } from './reconciler.ts'
import { messageOf } from './sanitise.ts'
import type { Ending } from './summarise.ts'

/** What one call came to; `left` is work that outlived the call's deadline. */
export interface CallResult {
  ending: Ending
  wroteStatus: boolean
  left?: Promise<unknown> | undefined
}

export interface ControllerOptions {
  reconciler: Reconciler
  objects: Informer
  /** Makes one call for an object; see call.ts. */
  call: (object: Resource, key: string) => Promise<CallResult>
  expectations: Expectations
  ownWrites: OwnWrites
  clock: Clock
  random: Random
  log: Log
  /** Called each time a call has ended. */
  onRest: () => void
}

/** Calls in a row that each write a status and end in `done`, before such an object is slowed down. */
const RESTLESS = 10

/** One reconciler at work: decides which object is called when, never what a call does. */
export class Controller {
  readonly reconciler: Reconciler
  readonly #options: ControllerOptions
  readonly #queue: WorkQueue
  /** Key to the time its call began. */
  readonly #running = new Map<string, number>()
  /** Keys that wait for the cache to show what they wrote. */
  readonly #parked = new Set<string>()
  readonly #writesInARow = new Map<string, number>()
  readonly #results = noResults()
  readonly #waited = emptyDistribution()
  readonly #took = emptyDistribution()
  #statusWrites = 0
  #slots = 0
  #started = false

  constructor(options: ControllerOptions) {
    this.#options = options
    this.reconciler = options.reconciler
    const { clock, random } = options
    this.#queue = new WorkQueue({ clock, random, onReady: () => this.#pump() })
  }

  start(): void {
    this.#started = true
    this.#pump()
  }

  /** Takes no more keys; calls under way end on their own. */
  stop(): void {
    this.#started = false
    this.#queue.close()
    this.#parked.clear()
  }

  wake(key: string, priority: Priority = 'event'): void {
    this.#queue.add(key, priority)
  }

  /** An object of the reconciler's kind changed. */
  changed(now: Resource | undefined, before: Resource | undefined): void {
    const object = now ?? before
    if (!object) return
    const key = keyOf(object.metadata)
    if (!now || this.#options.ownWrites.wakes(key, now.metadata.resourceVersion ?? '')) this.wake(key)
  }

  /** Anything cached changed: keys that waited for it may go on. */
  cacheMoved(): void {
    for (const key of this.#parked) {
      if (this.#options.expectations.open(key, this.#options.clock.now())) continue
      this.#parked.delete(key)
      this.wake(key)
    }
  }

  /** Whether no call runs and no key waits to be taken now. */
  atRest(): boolean {
    return this.#slots === 0 && (this.#queue.depth === 0 || !this.#started)
  }

  metrics(): ControllerMetrics {
    const now = this.#options.clock.now()
    return {
      reconciler: this.reconciler.name,
      depth: this.#queue.depth,
      delayed: this.#queue.delayed,
      running: this.#running.size,
      longestRunningMs: Math.max(0, ...[...this.#running.values()].map(began => now - began)),
      results: { ...this.#results },
      waited: { ...this.#waited },
      took: { ...this.#took },
      statusWrites: this.#statusWrites,
    }
  }

  #pump(): void {
    while (this.#started && this.#slots < (this.reconciler.concurrency ?? 1)) {
      const taken = this.#queue.take()
      if (!taken) return
      this.#slots++
      observe(this.#waited, taken.waitedMs)
      void this.#work(taken.key)
    }
  }

  /** Works on one taken key; never rejects. */
  async #work(key: string): Promise<void> {
    // Lets the listeners that woke this key finish, so that the call sees a whole change of the cache.
    await null
    const { clock } = this.#options
    const began = clock.now()
    this.#running.set(key, began)
    let left: Promise<unknown> | undefined
    try {
      left = (await this.#process(key))?.left
    } catch (error) {
      this.#failed(key, error)
    }
    const release = () => {
      this.#running.delete(key)
      this.#queue.done(key)
    }
    observe(this.#took, clock.now() - began)
    // The key stays taken as long as its old call runs, but others need not wait for it.
    if (left) void left.then(release)
    else release()
    this.#slots--
    this.#pump()
    this.#options.onRest()
  }

  async #process(key: string): Promise<Pick<CallResult, 'left'> | undefined> {
    const { objects, expectations, ownWrites, clock, call } = this.#options
    const { name, namespace } = nameOf(key)
    const object = objects.get(name, namespace)
    if (!object) {
      expectations.forget(key)
      ownWrites.forget(key)
      this.#writesInARow.delete(key)
      this.#queue.forget(key)
      return undefined
    }
    if (expectations.open(key, clock.now())) {
      this.#parked.add(key)
      this.#queue.addAfter(key, EXPECTATION_MS)
      return undefined
    }
    const result = await call(object, key)
    const { ending, wroteStatus } = result
    if (wroteStatus) this.#statusWrites++
    if ('error' in ending) this.#failed(key, ending.error, object)
    else this.#succeeded(key, ending.outcome.requeueMs, wroteStatus)
    return result
  }

  #succeeded(key: string, requeueMs: number | undefined, wroteStatus: boolean): void {
    this.#count('done')
    this.#queue.forget(key)
    if (!wroteStatus) this.#writesInARow.delete(key)
    if (requeueMs !== undefined) this.#queue.addAfter(key, requeueMs)
    else if (wroteStatus) this.#goOn(key)
  }

  /** Wakes an object whose status moved, ever more slowly when it never comes to rest. */
  #goOn(key: string): void {
    const writes = (this.#writesInARow.get(key) ?? 0) + 1
    this.#writesInARow.set(key, writes)
    if (writes <= RESTLESS) {
      this.wake(key)
      return
    }
    const { random, log } = this.#options
    if (writes === RESTLESS + 1)
      log('warn', 'each call writes another status', { reconciler: this.reconciler.name, object: key })
    this.#queue.addAfter(key, backoffMs(writes - RESTLESS, random, { baseMs: 100 }))
  }

  #failed(key: string, error: unknown, object?: Resource): void {
    if (isConflict(error)) {
      // Somebody was faster: the cache will show it, and the call is made again. What the cache lacks may be a write
      // of its own, whose event must end the wait too.
      this.#options.ownWrites.forget(key)
      this.#count('conflict')
      this.#queue.retry(key)
    } else if (error instanceof Waiting) {
      this.#count('waiting')
      this.#queue.forget(key)
      this.#queue.addAfter(key, error.retryMs)
    } else if (error instanceof Stalled) {
      this.#count('stalled')
      this.#queue.forget(key)
    } else {
      this.#count(error instanceof TimedOut ? 'timeout' : 'error')
      this.#queue.retry(key)
      const about = object ? subjectOf(object) : key
      // An object that went away during its call is no news.
      if (this.#started && !isNotFound(error))
        this.#options.log('error', 'a reconcile failed', {
          reconciler: this.reconciler.name,
          object: about,
          error: messageOf(error),
        })
    }
  }

  #count(result: Result): void {
    this.#results[result]++
  }
}
