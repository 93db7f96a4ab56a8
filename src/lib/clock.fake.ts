import type { Clock } from './clock.ts'

/** A clock that stands still until `advance` moves it; due tasks run in time order. */
export class FakeClock implements Clock {
  #now: number
  #tasks: { at: number; order: number; run: () => void }[] = []
  #order = 0

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, order: this.#order++, run: task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter(other => other !== entry)
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const cancel = this.after(ms, resolve)
      signal?.addEventListener('abort', () => {
        cancel()
        reject(signal.reason)
      })
    })
  }

  /** Milliseconds until the next due task, or undefined when nothing waits. */
  next(): number | undefined {
    const at = Math.min(...this.#tasks.map(task => task.at))
    return Number.isFinite(at) ? Math.max(0, at - this.#now) : undefined
  }

  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = this.#tasks
        .filter(task => task.at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (!due) break
      this.#tasks = this.#tasks.filter(task => task !== due)
      this.#now = Math.max(this.#now, due.at)
      due.run()
    }
    this.#now = until
  }
}
