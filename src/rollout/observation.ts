/**
 * One unit of statistics (a session), closed: each metric has at most one value, or null where none came in time.
 * A unit whose call failed has the quality score 0, not null: an errored call scores 0.
 */
export type Scores = Readonly<Record<string, number | null>>

export type Arm = 'stable' | 'candidate'

/** What the judge sees of a unit. Which arm a unit got must have been drawn without looking at it. */
export type Observation =
  /** Shadow: both releases answered the same inputs of one unit. */
  | { kind: 'paired'; stable: Scores; candidate: Scores }
  /** Canary: the unit was answered by one arm; weight is the candidate's share of traffic then, in (0, 1). */
  | { kind: 'single'; arm: Arm; scores: Scores; weight: number }

/** A metric's value, with anything that is no finite number taken as missing. */
export function scoreIn(scores: Scores, metric: string): number | null {
  const value = scores[metric]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
