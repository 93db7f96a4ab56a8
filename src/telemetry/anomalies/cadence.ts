/** A pause longer than this many usual intervals ends what the values before it were part of. */
const GAP = 5
/** Weight of one interval in the usual one. */
const ALPHA = 0.05

/** How often values come. */
export interface Cadence {
  last: number
  interval: number
}

export const cadence = (): Cadence => ({ last: Number.NaN, interval: Number.NaN })

/** Takes in the time of a value, in milliseconds, and says whether values are missing before it. */
export function follows(cadence: Cadence, at: number): boolean {
  const passed = at - cadence.last
  cadence.last = at
  if (!(passed > 0)) return true
  if (Number.isNaN(cadence.interval)) cadence.interval = passed
  const gap = passed > GAP * cadence.interval
  cadence.interval += ALPHA * (Math.min(passed, 2 * GAP * cadence.interval) - cadence.interval)
  return !gap
}
