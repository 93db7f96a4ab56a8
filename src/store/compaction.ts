import type { Clock } from '../lib/clock.ts'
import { retentionOf } from './retention.ts'
import type { Resource, SqliteLog } from './sqlite-log.ts'

export interface CompactorOptions {
  log: SqliteLog
  clock: Clock
  historyMs: number
  transaction: (body: () => void) => void
  revision: () => number
  onUpkeepError: (error: unknown) => void
}

const intervalMs = 5000
/** Pause between steps while there is more to drop, so that upkeep never holds writers up for long. */
const pauseMs = 5
const rowsPerStep = 500
const pagesPerStep = 250

/** Drops old history in short steps in the background, and gives freed pages back. */
export class Compactor {
  readonly #options: CompactorOptions
  /** Which revision was current when: how the age of a change is known. */
  #marks: { at: number; revision: number }[] = []
  #cancel: () => void
  #stopped = false

  constructor(options: CompactorOptions) {
    this.#options = options
    this.#mark()
    this.#cancel = options.clock.after(intervalMs, () => this.#run())
  }

  /** Drops all history of a resource up to a revision, with a turn of the event loop between steps. */
  async compact(resource: string, revision: number): Promise<void> {
    while (!this.#stopped && this.#step(resource, revision, rowsPerStep))
      await new Promise(resolve => setImmediate(resolve))
    if (!this.#stopped) this.#options.transaction(() => this.#options.log.raise(resource, revision))
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  #run(): void {
    let more = false
    try {
      this.#mark()
      for (const resource of [...this.#options.log.resources()]) more = this.#tidy(resource) || more
      if (!more) this.#options.transaction(() => this.#options.log.shrink(pagesPerStep))
    } catch (error) {
      this.#options.onUpkeepError(error)
      more = false
    }
    this.#cancel = this.#options.clock.after(more ? pauseMs : intervalMs, () => this.#run())
  }

  /** One step for one resource; whether there is more to do at once. */
  #tidy(resource: Readonly<Resource>): boolean {
    const { name, changes } = resource
    const { log, clock, historyMs, revision } = this.#options
    const { ms, rows } = retentionOf(name, historyMs)
    const old = this.#marks.findLast(mark => mark.at <= clock.now() - ms)?.revision ?? 0
    if (log.oldest(resource) <= old) return this.#step(name, old, rowsPerStep)
    const surplus = changes - rows
    if (surplus <= 0) return false
    this.#step(name, revision(), Math.min(surplus, rowsPerStep))
    return surplus > rowsPerStep
  }

  #step(resource: string, revision: number, limit: number): boolean {
    const { log, transaction } = this.#options
    let more = false
    transaction(() => {
      more = log.compact(resource, revision, limit)
    })
    return more
  }

  #mark(): void {
    const { clock, revision, historyMs } = this.#options
    const at = clock.now()
    if (at - (this.#marks.at(-1)?.at ?? Number.NEGATIVE_INFINITY) < intervalMs) return
    const keep = retentionOf('', historyMs).ms + 2 * intervalMs
    this.#marks = [...this.#marks.filter(mark => mark.at >= at - keep), { at, revision: revision() }]
  }
}
