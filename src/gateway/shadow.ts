/** Runs the candidate on inputs users sent, out of their way: bounded in number, dropped when full. */
export interface ShadowQueue {
  /** Runs `work` soon, or drops it. Never throws, never waits. */
  add(work: (signal: AbortSignal) => Promise<void>): void
  readonly dropped: number
  readonly waiting: number
  /** Drops what waits and aborts what runs. */
  stop(): void
}

export function createShadowQueue({
  capacity,
  concurrency,
}: {
  capacity: number
  concurrency: number
}): ShadowQueue {
  const waiting: ((signal: AbortSignal) => Promise<void>)[] = []
  const stop = new AbortController()
  let running = 0
  let dropped = 0
  let scheduled = false

  const start = (): void => {
    scheduled = false
    // One start per turn of the event loop: answers computed in process must not hold up the users' calls.
    const work = running < concurrency ? waiting.shift() : undefined
    if (!work || stop.signal.aborted) return
    running++
    work(stop.signal)
      .catch(() => undefined)
      .finally(() => {
        running--
        schedule()
      })
    schedule()
  }
  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || running >= concurrency) return
    scheduled = true
    setImmediate(start)
  }

  return {
    add: work => {
      if (stop.signal.aborted || waiting.length >= capacity) {
        dropped++
        return
      }
      waiting.push(work)
      schedule()
    },
    get dropped() {
      return dropped
    },
    get waiting() {
      return waiting.length
    },
    stop: () => {
      dropped += waiting.length
      waiting.length = 0
      stop.abort(new Error('the gateway stops'))
    },
  }
}
