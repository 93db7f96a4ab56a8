/** What one look at a text came to. */
export interface Verdict {
  /** In [0, 1]; 0.5 is the operating point of the zone. */
  score: number
  /** The class that contributed most. */
  reason: string
}

export const clean: Verdict = { score: 0, reason: 'none' }

export const worse = (a: Verdict, b: Verdict): Verdict => (b.score > a.score ? b : a)

/** A sum as a score, with 0.5 at the operating point. */
export const scoreOf = (sum: number, operatingPoint: number): number =>
  1 / (1 + Math.exp(operatingPoint - sum))
