import type { Arm } from './observation.ts'

/**
 * Compares two streams of units that arrive with unequal traffic. At a weight w below one half, each candidate unit is
 * set against the mean of r = round((1 - w) / w) stable units (above one half, the other way round). So no unit of
 * the larger arm is wasted, and the noise of a comparison falls towards that of the smaller arm alone.
 *
 * Validity. Units join blocks in the order of their arrival; the size of a block is fixed when it opens, from the
 * weight alone. So which units meet in a comparison depends on who got which arm, never on a score, and the mean of
 * the difference D of two blocks, given all earlier comparisons, is the difference of the arms' means. D stays in
 * [-1, 1] for scores in [0, 1]. The same holds when scores are missing at random, at different rates.
 * Evidence of each metric is judged in the order of its own comparisons, so a metric that waits longer than another
 * does not disturb it.
 */
export interface Pairing {
  stable: Side
  candidate: Side
}

interface Side {
  /** The open block. */
  sum: number
  count: number
  size: number
  since: number
  /** Means of full blocks that wait for the other arm, oldest first, each with the phase in which it opened. */
  waiting: { mean: number; phase: number }[]
}

export interface Comparison {
  stable: number
  candidate: number
  /** The earlier of the phases in which the two blocks opened. */
  phase: number
}

// Arms meet at random, so one of them waits a little. Older blocks than these are dropped, by their age alone: a
// comparison should be of units of about the same time.
const MOST_WAITING = 32
const LARGEST_BLOCK = 200

const startSide = (): Side => ({ sum: 0, count: 0, size: 1, since: 0, waiting: [] })

export const startPairing = (): Pairing => ({ stable: startSide(), candidate: startSide() })

/** Adds one unit's value, in place. Returns the comparison that became complete by it, if one did. */
export function compareNext(
  pairing: Pairing,
  arm: Arm,
  value: number,
  weight: number,
  phase: number,
): Comparison | undefined {
  const side = pairing[arm]
  if (side.count === 0) {
    side.size = blockSize(arm, weight)
    side.since = phase
  }
  side.sum += value
  side.count += 1
  if (side.count < side.size) return undefined
  side.waiting.push({ mean: side.sum / side.count, phase: side.since })
  side.sum = 0
  side.count = 0
  const [stable, candidate] = [pairing.stable.waiting[0], pairing.candidate.waiting[0]]
  if (stable !== undefined && candidate !== undefined) {
    pairing.stable.waiting.shift()
    pairing.candidate.waiting.shift()
    return {
      stable: stable.mean,
      candidate: candidate.mean,
      phase: Math.min(stable.phase, candidate.phase),
    }
  }
  if (side.waiting.length > MOST_WAITING) side.waiting.shift()
  return undefined
}

/** How many units of an arm make one block when the candidate's share of traffic is `weight`. */
export function blockSize(arm: Arm, weight: number): number {
  const ratio = arm === 'stable' ? (1 - weight) / weight : weight / (1 - weight)
  return Math.min(LARGEST_BLOCK, Math.max(1, Math.round(ratio)))
}
