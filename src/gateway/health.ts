import type { Clock } from '../lib/clock.ts'

/** How a target has been doing in this process: what spreading of load and cooling down decide on. */
export interface Health {
  /** Calls in progress. */
  inFlight: number
  /** Moving average of the time to the first token in milliseconds; undefined before the first success. */
  latencyMs: number | undefined
  /** In a row. */
  failures: number
  /** Milliseconds since the epoch until which it is left alone. */
  coolingUntil: number
}

/** Weight of the newest latency: about the last ten calls count. */
const newest = 0.2

/** One per process: a target keeps its health when a new release uses it too. */
export function createHealthBook(): (key: string) => Health {
  const book = new Map<string, Health>()
  return key => {
    const known = book.get(key) ?? { inFlight: 0, latencyMs: undefined, failures: 0, coolingUntil: 0 }
    book.set(key, known)
    return known
  }
}

export function succeeded(health: Health, latencyMs: number): void {
  health.failures = 0
  health.coolingUntil = 0
  health.latencyMs =
    health.latencyMs === undefined ? latencyMs : health.latencyMs + newest * (latencyMs - health.latencyMs)
}

/**
 * Counts a failure. After `limit` in a row, or when the provider says how long to wait, the target cools down; the first
 * call after that is a probe: one more failure and it cools again.
 */
export function failed(
  health: Health,
  clock: Clock,
  { limit, cooldownMs, waitMs = 0 }: { limit: number; cooldownMs: number; waitMs?: number | undefined },
): void {
  health.failures++
  const pause = Math.max(waitMs, health.failures >= limit ? cooldownMs : 0)
  if (pause > 0) health.coolingUntil = Math.max(health.coolingUntil, clock.now() + pause)
}
