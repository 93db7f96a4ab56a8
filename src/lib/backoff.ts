import type { Random } from './random.ts'

/**
 * Milliseconds to wait before the next try after `failures` failures in a row (1 = the first): doubled each time from
 * `baseMs` up to `maxMs`, and shortened at random by up to half so that many waiters do not come back together.
 * The defaults, 5 ms to 1000 s, are those of client-go's ItemExponentialFailureRateLimiter.
 */
export function backoffMs(
  failures: number,
  random: Random,
  { baseMs = 5, maxMs = 1_000_000 }: { baseMs?: number; maxMs?: number } = {},
): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(Math.max(failures, 1) - 1, 60))
  return Math.max(Math.min(baseMs, maxMs), full * (1 - random() / 2))
}
