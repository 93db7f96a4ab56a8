/** How unusual a number is by everything of its kind seen so far, kept as counts on a logarithmic scale. */
export interface Rank {
  counts: Float64Array
  total: number
  highest: number
}

const PER_OCTAVE = 8
const LOWEST_EXPONENT = -10
const OCTAVES = 28
/** Numbers kept at full weight; then old ones fade, so that what is usual may change over weeks. */
const MEMORY = 8000
/** Numbers to know before saying anything. */
const WARM_UP = 100
/** How slowly the highest number is forgotten. */
const FADE = 1 - 1 / 20_000
const MOST_EXCESS = 4

export const rank = (): Rank => ({
  counts: new Float64Array(PER_OCTAVE * OCTAVES),
  total: 0,
  highest: 0,
})

/**
 * Takes in a number that is larger the stranger, and says how strange it is beside the earlier ones: −log10 of its
 * conformal p-value (Laxhammar 2014: the share of earlier numbers at least as large), which needs no distribution
 * and makes unlike measures comparable, plus log2 of how far it passes the highest, where p-values end.
 */
export function surprise(rank: Rank, strangeness: number): number {
  const { counts, total, highest } = rank
  const position = positionOf(strangeness)
  const bin = Math.floor(position)
  let surprise = 0
  if (total >= WARM_UP) {
    let above = (counts[bin] ?? 0) * (bin === 0 ? 1 : 1 - (position - bin))
    for (let i = bin + 1; i < counts.length; i++) above += counts[i] ?? 0
    surprise = -Math.log10((above + 1) / (total + 1))
    if (strangeness > highest)
      surprise += highest > 0 ? Math.min(MOST_EXCESS, Math.log2(strangeness / highest)) : 1
  }
  counts[bin] = (counts[bin] ?? 0) + 1
  rank.total++
  if (rank.total > MEMORY) {
    for (let i = 0; i < counts.length; i++) counts[i] = (counts[i] ?? 0) / 2
    rank.total /= 2
  }
  rank.highest = Math.max(highest * FADE, strangeness)
  return surprise
}

function positionOf(strangeness: number): number {
  if (!(strangeness > 0)) return 0
  const position = (Math.log2(strangeness) - LOWEST_EXPONENT) * PER_OCTAVE
  return Math.max(0, Math.min(PER_OCTAVE * OCTAVES - 1, position))
}
