import type { Clock } from '../../lib/clock.ts'

/** A call's time is up. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

export interface Deadline {
  /** Aborts when the time is up or the parent does. */
  signal: AbortSignal
  /**
   * Settles as `work` does, or rejects with the signal's reason when that comes first; `work` then goes on alone and
   * is returned by `left`.
   */
  race<T>(work: Promise<T>): Promise<T>
  /** Work that outlived the deadline and has not ended. */
  left(): Promise<unknown> | undefined
  /** Stops the timer; the signal no longer aborts for lack of time. */
  clear(): void
}

/** A time limit of `ms` milliseconds on work that ends at once when `parent` aborts. */
export function deadline(clock: Clock, ms: number, parent: AbortSignal): Deadline {
  const abort = new AbortController()
  const clear = clock.after(ms, () => abort.abort(new TimedOut(`gave up after ${ms} ms`)))
  const signal = AbortSignal.any([abort.signal, parent])
  let left: Promise<unknown> | undefined
  return {
    signal,
    async race<T>(work: Promise<T>): Promise<T> {
      const aborted = Promise.withResolvers<never>()
      const abandon = () => {
        left = work.catch(() => {}).finally(() => (left = undefined))
        aborted.reject(signal.reason)
      }
      if (signal.aborted) abandon()
      signal.addEventListener('abort', abandon)
      try {
        return await Promise.race([work, aborted.promise])
      } finally {
        signal.removeEventListener('abort', abandon)
      }
    },
    left: () => left,
    clear,
  }
}
