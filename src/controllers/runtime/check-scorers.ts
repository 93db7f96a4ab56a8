import type { Scorer } from '../../api/kinds/scorer.ts'
import { createScorer } from '../../gates/scorers/index.ts'
import { compileSchema } from '../../gates/scorers/json-schema.ts'
import { ScorerError } from '../../gates/scorers/scorer.ts'
import { Stalled } from './reconciler.ts'

/** @throws Stalled when a scorer's definition can't be used */
export function checkScorers(scorers: readonly Scorer[]): void {
  usable('BadScorer', 'spec.scorers', () => {
    for (const scorer of scorers) createScorer(scorer)
  })
}

/** @throws Stalled when what a prompt promises about its answers is no JSON schema */
export function checkOutputSchema(schema: Record<string, unknown>): void {
  usable('BadSchema', 'spec.output', () => compileSchema(schema, 'schema'))
}

function usable(reason: string, field: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof ScorerError)) throw error
    throw new Stalled(reason, `${field}: ${error.message}`, { cause: error })
  }
}
