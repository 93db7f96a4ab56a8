const dayMs = 86_400_000

/** A time in nanoseconds that can be believed: not zero, and at most a day ahead of this clock. */
export const timeFits = (nanoseconds: number, now: number): boolean =>
  nanoseconds > 0 && nanoseconds <= (now + dayMs) * 1e6

/** Milliseconds to the microsecond: nanoseconds since the epoch are exact to 256 only. */
export const millisecondsOf = (nanoseconds: number): number => Math.round(nanoseconds / 1000) / 1000
