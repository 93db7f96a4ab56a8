import type { Scorer } from '../../api/kinds/scorer.ts'
import { createScorer } from '../../gates/scorers/index.ts'
import { ScorerError } from '../../gates/scorers/scorer.ts'
import { Stalled } from './reconciler.ts'

/** @throws Stalled when a scorer's definition can't be used */
export function checkScorers(scorers: readonly Scorer[]): void {
  try {
    for (const scorer of scorers) createScorer(scorer)
  } catch (error) {
    if (!(error instanceof ScorerError)) throw error
    throw new Stalled('BadScorer', `spec.scorers: ${error.message}`, { cause: error })
  }
}
