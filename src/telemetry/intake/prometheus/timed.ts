import type { Clock } from '../../../lib/clock.ts'

/**
 * Runs a call to the network that ends after `ms` milliseconds of this clock, or when `signal` says so.
 * @throws Error of the call, of the signal, or that it took too long
 */
export async function timed<Result>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const cancel = clock.after(ms, () => ending.abort(new Error(`took longer than ${ms / 1000} s`)))
  try {
    return await call(signal ? AbortSignal.any([signal, ending.signal]) : ending.signal)
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error
  } finally {
    cancel()
  }
}
