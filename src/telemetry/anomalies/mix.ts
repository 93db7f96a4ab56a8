import { type OrderWindow, quantile } from './order-window.ts'

const BINS = 6
const MOST_MIXES = 12
/** Weight of one imagined value in every bin, so that what was never seen is rare, not impossible. */
const PRIOR = 0.5

/**
 * Which mixes of values a stretch of the series may consist of: multinomial goodness of fit by relative entropy
 * (Wang, Viswanathan, Choudur, Talwar, Satterfield and Schwan, "Statistical techniques for online anomaly detection
 * in data centers", HPL-2011-8).
 */
export interface Mix {
  /** Bins of the last values; the stretch's length is the array's. */
  recent: Int8Array
  points: number
  counts: Float64Array
  /** Mixes that were met: counts of values by bin, and of how many stretches. */
  known: { counts: Float64Array; stretches: number }[]
}

export const mix = (length: number): Mix => ({
  recent: new Int8Array(length).fill(-1),
  points: 0,
  counts: new Float64Array(BINS),
  known: [],
})

/** Forgets the unfinished stretch, when values are missing. */
export function interrupt(mix: Mix): void {
  mix.recent.fill(-1)
  mix.counts.fill(0)
  mix.points = 0
}

/** Takes in a value and says how far the last stretch is from every mix met before, in nats. */
export function mixDistance(mix: Mix, window: OrderWindow, value: number): number {
  const { recent, counts } = mix
  const length = recent.length
  const bin = binOf(window, value)
  const position = mix.points % length
  const gone = recent[position] ?? -1
  if (gone >= 0) counts[gone] = (counts[gone] ?? 0) - 1
  recent[position] = bin
  counts[bin] = (counts[bin] ?? 0) + 1
  mix.points++
  if (mix.points < length) return 0
  let nearest: Mix['known'][number] | undefined
  let least = Number.POSITIVE_INFINITY
  for (const known of mix.known) {
    const distance = divergence(counts, length, known)
    if (distance < least) {
      least = distance
      nearest = known
    }
  }
  if (position === length - 1) learn(mix, least * length < 2 * BINS ? nearest : undefined)
  return nearest === undefined ? 0 : Math.max(0, least)
}

function learn({ known, counts }: Mix, nearest: Mix['known'][number] | undefined): void {
  if (nearest !== undefined) {
    for (let i = 0; i < BINS; i++) nearest.counts[i] = (nearest.counts[i] ?? 0) + (counts[i] ?? 0)
    nearest.stretches++
    return
  }
  if (known.length === MOST_MIXES) known.shift()
  known.push({ counts: counts.slice(), stretches: 1 })
}

/** Kullback-Leibler divergence of the stretch from a known mix. */
function divergence(counts: Float64Array, length: number, known: Mix['known'][number]): number {
  const total = known.stretches * length + PRIOR * BINS
  let sum = 0
  for (let i = 0; i < BINS; i++) {
    const count = counts[i] ?? 0
    if (count > 0)
      sum += (count / length) * Math.log((count / length) * (total / ((known.counts[i] ?? 0) + PRIOR)))
  }
  return sum
}

/** Four bins for where the series usually is, one below, one above. */
function binOf(window: OrderWindow, value: number): number {
  const low = quantile(window, 0.01)
  const high = quantile(window, 0.99)
  const width = high - low || Math.abs(high) * 0.01 || 1e-9
  return Math.max(0, Math.min(BINS - 1, Math.floor(((value - low) / width) * (BINS - 2)) + 1))
}
