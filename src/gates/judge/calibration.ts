/** What a person and a scorer said of one call, both in [0, 1]. */
export interface Compared {
  person: number
  scorer: number
}

/** A share with its 95 % interval. */
export interface Share {
  value: number
  low: number
  high: number
  /** Of how many. */
  of: number
}

export interface Calibration {
  labels: number
  /** Of the answers that people call good, how many the scorer calls good; absent without any. */
  sensitivity?: Share
  /** Of the answers that people call bad, how many the scorer calls bad; absent without any. */
  specificity?: Share
  /** Share of live answers that the scorer calls good, as it is. */
  observed?: Share
  /** The same without the scorer's errors, as people would call it; absent when the scorer is no better than chance. */
  corrected?: Share
  /** How many times more samples a change needs when this scorer stands for people; absent like `corrected`. */
  inflation?: number
}

/** Scores at or above it are called good. */
const GOOD = 0.5
/** Two-sided 95 %. */
const Z = 1.959963984540054

/**
 * How far a scorer can stand for people. `corrected` is (observed + specificity − 1) / (sensitivity + specificity − 1)
 * (Rogan and Gladen 1978), with the interval of Lang and Reiczigel (2014), which counts that the two are estimates;
 * `inflation` is 1 / (sensitivity + specificity − 1)².
 * @param live all scores of the scorer on live calls, in [0, 1]
 */
export function calibrate(compared: readonly Compared[], live: readonly number[]): Calibration {
  const good = compared.filter(({ person }) => person >= GOOD)
  const bad = compared.filter(({ person }) => person < GOOD)
  const sensitivity = share(good.filter(({ scorer }) => scorer >= GOOD).length, good.length)
  const specificity = share(bad.filter(({ scorer }) => scorer < GOOD).length, bad.length)
  const observed = share(live.filter(score => score >= GOOD).length, live.length)
  const gain = sensitivity && specificity ? sensitivity.value + specificity.value - 1 : 0
  return {
    labels: compared.length,
    ...(sensitivity && { sensitivity }),
    ...(specificity && { specificity }),
    ...(observed && { observed }),
    ...(gain > 0 && { inflation: 1 / gain ** 2 }),
    ...(gain > 0 &&
      sensitivity &&
      specificity &&
      observed && { corrected: corrected(sensitivity, specificity, observed) }),
  }
}

/** Wilson's interval; undefined of nothing. */
export function share(count: number, of: number): Share | undefined {
  if (of === 0) return undefined
  const value = count / of
  const middle = (value + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of)
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((value * (1 - value)) / of + Z ** 2 / (4 * of ** 2))
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half), of }
}

function corrected(sensitivity: Share, specificity: Share, observed: Share): Share {
  const clip = (value: number) => Math.min(1, Math.max(0, value))
  const gain = sensitivity.value + specificity.value - 1
  const value = clip((observed.value + specificity.value - 1) / gain)
  const se = added(sensitivity, 1, 2)
  const sp = added(specificity, 1, 2)
  const p = added(observed, Z ** 2 / 2, Z ** 2)
  const steady = se.value + sp.value - 1
  // With few labels the added ones can take a small gain away: then nothing is known.
  if (steady <= 0) return { value, low: 0, high: 1, of: observed.of }
  const rate = clip((p.value + sp.value - 1) / steady)
  const shift = 2 * Z ** 2 * (rate * se.variance - (1 - rate) * sp.variance)
  const half = (Z / steady) * Math.sqrt(p.variance + rate ** 2 * se.variance + (1 - rate) ** 2 * sp.variance)
  return {
    value,
    low: Math.min(value, clip(rate + shift - half)),
    high: Math.max(value, clip(rate + shift + half)),
    of: observed.of,
  }
}

/** A share with so many successes and trials added (Agresti and Coull 1998), and its variance. */
function added({ value, of }: Share, successes: number, trials: number): { value: number; variance: number } {
  const more = (value * of + successes) / (of + trials)
  return { value: more, variance: (more * (1 - more)) / (of + trials) }
}
