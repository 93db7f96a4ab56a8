/**
 * Writes one batch after the other: what comes while one is written is the next. Nothing waits for more to come, and
 * under load batches grow by themselves.
 */
export class GroupCommit<Batch> {
  /** What waits to be written; whoever adds to it calls `flush`. */
  pending: Batch
  readonly #empty: () => Batch
  readonly #write: (batch: Batch) => Promise<void>
  /** The write that what waits will be part of. */
  #next: Promise<void> | undefined
  /** Ends when the last work that was asked for does, and never rejects. */
  #last: Promise<void> = Promise.resolve()

  constructor(empty: () => Batch, write: (batch: Batch) => Promise<void>) {
    this.#empty = empty
    this.#write = write
    this.pending = empty()
  }

  /** Resolves when everything added so far is written; rejects when that failed. */
  flush(): Promise<void> {
    this.#next ??= this.#inTurn(() => {
      this.#next = undefined
      const batch = this.pending
      this.pending = this.#empty()
      return this.#write(batch)
    })
    return this.#next
  }

  /** Runs a task when everything added so far is written, with no write beside it. */
  after<T>(task: () => Promise<T>): Promise<T> {
    // What failed was told to whoever added it.
    this.flush().catch(() => undefined)
    return this.#inTurn(task)
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task)
    this.#last = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }
}
