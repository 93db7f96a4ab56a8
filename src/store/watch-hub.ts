import type { Change, WatchOptions } from './store.ts'
import { closed, expired } from './write-errors.ts'

/** Where a watch that lags behind reads the past. */
export interface History {
  revision(): number
  floor(resource: string): number
  /** At most `limit` changes of a resource after a revision, in order. */
  read(resource: string, after: number, limit: number): Change[]
}

interface Watcher {
  options: WatchOptions
  /** The last revision this watcher has seen or passed over. */
  cursor: number
  live: boolean
  stopped: boolean
}

/** How many past changes a watcher gets in one turn of the event loop. */
const batch = 256

/**
 * Fans changes out to watchers. A watcher is either live and called with each published change, or behind and pulling
 * from history at its own cursor, a batch a turn; so nothing is ever buffered for it, however far behind it starts.
 */
export class WatchHub {
  readonly #history: History
  readonly #watchers = new Map<string, Set<Watcher>>()
  #open = true

  constructor(history: History) {
    this.#history = history
  }

  /** @throws ApiError Expired when `from` is below the resource's floor */
  watch(options: WatchOptions): () => void {
    if (!this.#open) throw closed()
    const { resource, from } = options
    const floor = this.#history.floor(resource)
    if (from < floor) throw expired(from, floor)
    const live = from >= this.#history.revision()
    const watcher: Watcher = { options, cursor: from, live, stopped: false }
    const peers = this.#watchers.get(resource) ?? new Set()
    this.#watchers.set(resource, peers.add(watcher))
    if (!live) setImmediate(() => this.#catchUp(watcher))
    return () => this.#remove(watcher)
  }

  /** Hands durable changes to live watchers; history and its revision must already include them. */
  publish(changes: Change[]): void {
    for (const change of changes)
      for (const watcher of this.#watchers.get(change.entry.resource) ?? [])
        if (watcher.live) this.#deliver(watcher, change)
  }

  close(): void {
    this.#open = false
    for (const peers of this.#watchers.values())
      for (const watcher of [...peers]) this.#end(watcher, closed())
  }

  #catchUp(watcher: Watcher): void {
    if (watcher.stopped) return
    const { resource } = watcher.options
    const floor = this.#history.floor(resource)
    if (watcher.cursor < floor) {
      this.#end(watcher, expired(watcher.cursor, floor))
      return
    }
    const changes = this.#history.read(resource, watcher.cursor, batch)
    for (const change of changes) this.#deliver(watcher, change)
    if (changes.length < batch) watcher.live = true
    else setImmediate(() => this.#catchUp(watcher))
  }

  #deliver(watcher: Watcher, change: Change): void {
    const { namespace, onChange } = watcher.options
    const { entry } = change
    if (watcher.stopped || entry.revision <= watcher.cursor) return
    watcher.cursor = entry.revision
    if (namespace !== undefined && entry.namespace !== namespace) return
    try {
      onChange(change)
    } catch (error) {
      this.#end(watcher, error instanceof Error ? error : new Error(String(error)))
    }
  }

  #end(watcher: Watcher, error: Error): void {
    if (watcher.stopped) return
    this.#remove(watcher)
    // Apart from this turn, so that a failing onEnd can't stop the delivery to others.
    setImmediate(() => watcher.options.onEnd?.(error))
  }

  #remove(watcher: Watcher): void {
    watcher.stopped = true
    const peers = this.#watchers.get(watcher.options.resource)
    peers?.delete(watcher)
    if (peers?.size === 0) this.#watchers.delete(watcher.options.resource)
  }
}
