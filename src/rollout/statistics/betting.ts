import { geometricGrid, logMeanExp } from './log-sum.ts'

/**
 * Betting test for the mean of bounded observations (Waudby-Smith and Ramdas, "Estimating means of bounded random
 * variables by betting", JRSS B 2024). Null hypothesis: `E[X_t | past] <= m` for all t, with X in [-1, 1].
 * Each of 25 gamblers stakes a fixed fraction lambda on X being above m; under the null the mean of their capitals is a
 * non-negative supermartingale that starts at 1, so by Ville's inequality it ever reaches 1/alpha with probability at
 * most alpha, however often and for whatever reason one looks or stops.
 * The state is the 25 log-capitals: plain JSON, restored without loss.
 */
export type BettingState = number[]

const stakes: readonly number[] = geometricGrid(0.01, 0.95, 25)

/** Where every gambler's capital is 1: no evidence. */
export const startBetting = (): BettingState => stakes.map(() => 0)

/**
 * Adds one observation to the state, in place.
 *
 * @param x observation in [-1, 1]
 * @param m mean under the null hypothesis, in (-1, 1); `lambda = stake / (1 + m)` keeps every capital above 0
 */
export function observeBet(state: BettingState, x: number, m: number): void {
  if (x === m) return
  const wins = logWins(x, m)
  for (let g = 0; g < state.length; g++) state[g] = (state[g] ?? 0) + (wins[g] ?? 0)
}

/** `ln E`: evidence against the null hypothesis. It rejects at level alpha when `logE >= ln(1 / alpha)`. */
export const logE = (state: BettingState): number => logMeanExp(state)

/**
 * Observations that an optimal gambler who knew the distribution would need on average: `ln(1/alpha) / g` with
 * `g = max over lambda of E ln(1 + lambda (X - m))`. The mixture, which has to find lambda, needs 1.3 to 1.65 times that.
 *
 * @param distribution values in [-1, 1] with their probabilities
 * @returns Infinity when the mean is not above m
 */
export function expectedStop(
  distribution: readonly { value: number; probability: number }[],
  { m, alpha }: { m: number; alpha: number },
): number {
  const slope = (lambda: number) =>
    distribution.reduce(
      (sum, { value, probability }) => sum + (probability * (value - m)) / (1 + lambda * (value - m)),
      0,
    )
  if (!(slope(0) > 0)) return Number.POSITIVE_INFINITY
  // Growth is concave in lambda, so its maximum is where the slope changes sign.
  let [low, high] = [0, 1 / (1 + m)]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (slope(middle) > 0) low = middle
    else high = middle
  }
  const growth = distribution.reduce(
    (sum, { value, probability }) => sum + probability * Math.log1p(low * (value - m)),
    0,
  )
  return Math.log(1 / alpha) / growth
}

/** What the mixture needs over `expectedStop`, measured over nine scenarios: 1.3 to 1.65. */
export const MIXTURE_COST = 1.5

// Scores are mostly 0 or 1 and block means a few dozen values, so 25 logarithms per observation become a lookup.
const memo = new Map<number, Map<number, readonly number[]>>()
const MEMO_SIZE = 1024

function logWins(x: number, m: number): readonly number[] {
  let ofM = memo.get(m)
  if (ofM === undefined) {
    if (memo.size >= 16) memo.clear()
    ofM = new Map()
    memo.set(m, ofM)
  }
  const known = ofM.get(x)
  if (known !== undefined) return known
  if (!(x >= -1 && x <= 1)) throw new RangeError(`an observation must lie in [-1, 1], not ${x}`)
  if (!(m > -1 && m < 1)) throw new RangeError(`the mean under the null must lie in (-1, 1), not ${m}`)
  const wins = stakes.map(stake => Math.log1p((stake / (1 + m)) * (x - m)))
  if (ofM.size < MEMO_SIZE) ofM.set(x, wins)
  return wins
}
