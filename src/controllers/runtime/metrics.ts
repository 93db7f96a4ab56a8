/** How calls ended, as counters of a metric are named. */
export type Result = 'done' | 'waiting' | 'stalled' | 'conflict' | 'timeout' | 'error'

/** What one reconciler has done since the start, as plain numbers. */
export interface ControllerMetrics {
  reconciler: string
  /** Keys that wait to be taken now. */
  depth: number
  /** Keys that come back later. */
  delayed: number
  running: number
  /** Milliseconds the longest of the running calls has taken so far. */
  longestRunningMs: number
  results: Record<Result, number>
  /** Time keys waited in the queue, and time calls took, in milliseconds. */
  waited: Distribution
  took: Distribution
  statusWrites: number
}

export interface Distribution {
  count: number
  sum: number
  max: number
}

export const noResults = (): Record<Result, number> => ({
  done: 0,
  waiting: 0,
  stalled: 0,
  conflict: 0,
  timeout: 0,
  error: 0,
})

export const emptyDistribution = (): Distribution => ({ count: 0, sum: 0, max: 0 })

export function observe(distribution: Distribution, value: number): void {
  distribution.count++
  distribution.sum += value
  distribution.max = Math.max(distribution.max, value)
}
