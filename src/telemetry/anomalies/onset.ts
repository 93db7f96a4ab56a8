const KEPT = 64
/** Deviations below this many usual spreads belong to the time before. */
const USUAL = 2
const MOST = 20

/** The last deviations of a series, to say when an event began. */
export interface Onset {
  times: Float64Array
  deviations: Float64Array
  points: number
}

export const onset = (): Onset => ({
  times: new Float64Array(KEPT),
  deviations: new Float64Array(KEPT),
  points: 0,
})

export function remember(onset: Onset, at: number, deviation: number): void {
  onset.times[onset.points % KEPT] = at
  onset.deviations[onset.points % KEPT] = deviation
  onset.points++
}

/** Where the cumulative sum of deviations beyond the usual began its last climb (Page 1954), in milliseconds. */
export function began({ times, deviations, points }: Onset): number {
  let sum = 0
  let highest = 0
  let start = times[(points - 1) % KEPT] ?? 0
  for (let i = points - 1; i >= Math.max(0, points - KEPT); i--) {
    sum += Math.min(MOST, deviations[i % KEPT] ?? 0) - USUAL
    if (sum < highest - MOST) break
    if (sum > highest) {
      highest = sum
      start = times[i % KEPT] ?? start
    }
  }
  return start
}
