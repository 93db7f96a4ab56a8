import { geometricGrid, logMeanExp } from './log-sum.ts'

/**
 * Test for rare events of which only the events are counted, while traffic weights move. Null hypothesis: the
 * candidate's events are no more frequent than stable's, so that each event comes from the candidate with at most the
 * probability of its traffic share at that moment. A mixture over twelve rate ratios rho; each factor
 * `rho^x / (w rho + 1 - w)` has mean at most 1 under the null, because w is known before the event.
 * The state is the twelve log-likelihood ratios.
 */
export type ErrorShareState = number[]

const ratios: readonly number[] = geometricGrid(1.2, 6, 12)

/** Where no event has been seen: no evidence. */
export const startErrorShare = (): ErrorShareState => ratios.map(() => 0)

/**
 * Adds one event to the state, in place.
 *
 * @param fromCandidate whether the candidate caused it
 * @param weight candidate's share of traffic when it happened, in (0, 1)
 */
export function observeEvent(state: ErrorShareState, fromCandidate: boolean, weight: number): void {
  if (!(weight > 0 && weight < 1)) throw new RangeError(`a traffic share must lie in (0, 1), not ${weight}`)
  ratios.forEach((ratio, i) => {
    const win = (fromCandidate ? Math.log(ratio) : 0) - Math.log1p(weight * (ratio - 1))
    state[i] = (state[i] ?? 0) + win
  })
}

/** `ln E`: evidence that the candidate has more events than its share. */
export const errorShareLogE = (state: ErrorShareState): number => logMeanExp(state)
