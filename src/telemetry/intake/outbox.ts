import type { Signal } from '../signals/signal.ts'
import { type SourceContext, type SourceStatus, StoreBehind } from './source.ts'

/**
 * What stands between a source that asks and the store: takes a bounded number of signals, hands them on in batches,
 * one at a time and in order, remembers the position that belongs to what was stored, and tries again for as long as
 * the store fails. It keeps the source's status.
 */
export interface Outbox {
  /** Resolves when there is room for more. `position` is saved after these signals were stored. */
  put(signals: readonly Signal[], position?: unknown): Promise<void>
  /** Resolves when everything that was put is stored, or the outbox is closed. */
  stored(): Promise<void>
  refuse(count: number, why: string): void
  lose(count: number, why: string): void
  /** What is wrong with where the signals come from; nothing: all is well again. */
  trouble(what?: string): void
  status(): SourceStatus
  /** Hands on what it has once more, and takes no more. */
  close(): Promise<void>
}

/** Signals that wait, and those of one batch. */
const MAX_WAITING = 2_000
const MAX_BATCH = 5_000
const RETRY_MS = { first: 1_000, most: 30_000 }

export function createOutbox(context: Pick<SourceContext, 'emit' | 'save' | 'clock' | 'say'>): Outbox {
  return new BatchingOutbox(context)
}

interface Entry {
  signals: readonly Signal[]
  position?: unknown
}

class BatchingOutbox implements Outbox {
  readonly #context: Pick<SourceContext, 'emit' | 'save' | 'clock' | 'say'>
  readonly #closing = new AbortController()
  #entries: Entry[] = []
  #waiting = 0
  #writing: Promise<void> | undefined
  #room = Promise.withResolvers<void>()
  #accepted = 0
  #refused = 0
  #lost = 0
  #lagMs: number | undefined
  #storeTrouble: string | undefined
  #sourceTrouble: string | undefined
  /** What was refused or lost last. */
  #note: string | undefined

  constructor(context: Pick<SourceContext, 'emit' | 'save' | 'clock' | 'say'>) {
    this.#context = context
  }

  async put(signals: readonly Signal[], position?: unknown): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#entries.push({ signals, ...(position !== undefined && { position }) })
    this.#waiting += signals.length
    this.#writing ??= this.#write()
    while (this.#waiting >= MAX_WAITING && !this.#closing.signal.aborted) await this.#room.promise
  }

  async stored(): Promise<void> {
    await this.#writing
  }

  refuse(count: number, why: string): void {
    this.#refused += count
    this.#tell(why)
  }

  lose(count: number, why: string): void {
    this.#lost += count
    this.#tell(why)
  }

  trouble(what?: string): void {
    if (what !== undefined && what !== this.#sourceTrouble) this.#context.say(what)
    this.#sourceTrouble = what
  }

  status(): SourceStatus {
    const message = this.#storeTrouble ?? this.#sourceTrouble ?? this.#note
    return {
      state:
        this.#sourceTrouble !== undefined
          ? 'failed'
          : this.#storeTrouble !== undefined
            ? 'waiting'
            : 'running',
      accepted: this.#accepted,
      refused: this.#refused,
      lost: this.#lost,
      ...(this.#lagMs !== undefined && { lagMs: this.#lagMs }),
      ...(message !== undefined && { message }),
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the source was closed'))
    this.#room.resolve()
    await this.#writing
  }

  #tell(why: string): void {
    if (why !== this.#note) this.#context.say(why)
    this.#note = why
  }

  async #write(): Promise<void> {
    // In a turn of its own, so that what is put together goes out together.
    await Promise.resolve()
    let failures = 0
    while (this.#entries.length > 0) {
      const batch = this.#nextBatch()
      try {
        await this.#store(batch)
        failures = 0
        this.#storeTrouble = undefined
        this.#entries = this.#entries.slice(batch.length)
        this.#waiting -= batch.reduce((sum, { signals }) => sum + signals.length, 0)
        this.#room.resolve()
        this.#room = Promise.withResolvers()
      } catch (error) {
        this.#storeTrouble = `the store takes nothing: ${error instanceof Error ? error.message : String(error)}`
        if (this.#closing.signal.aborted) break
        await this.#pause(error, failures++)
      }
    }
    this.#writing = undefined
  }

  #nextBatch(): Entry[] {
    let size = 0
    const end = this.#entries.findIndex(({ signals }, index) => {
      size += signals.length
      return index > 0 && size > MAX_BATCH
    })
    return end < 0 ? [...this.#entries] : this.#entries.slice(0, end)
  }

  async #store(batch: readonly Entry[]): Promise<void> {
    const signals = batch.flatMap(entry => entry.signals)
    if (signals.length > 0) await this.#context.emit(signals)
    this.#accepted += signals.length
    const newest = signals.reduce((latest, { at }) => Math.max(latest, at), 0)
    if (newest > 0) this.#lagMs = Math.max(0, this.#context.clock.now() - newest)
    const positioned = batch.findLast(({ position }) => position !== undefined)
    if (positioned) await this.#context.save(positioned.position)
  }

  async #pause(error: unknown, failures: number): Promise<void> {
    const ms =
      error instanceof StoreBehind
        ? error.retryAfterSeconds * 1000
        : Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(failures, 10))
    await this.#context.clock.sleep(ms, this.#closing.signal).catch(() => {
      // Closed meanwhile: the loop tries once more and then ends.
    })
  }
}
