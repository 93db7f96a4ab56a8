import type { Scorer } from '../../api/kinds/scorer.ts'

/**
 * GATE and ROLL OUT: how an answer becomes a number in [0, 1]. A scorer is pure: the same answer has the same score, on
 * any machine, and no answer, however large or malformed, makes it throw or block.
 * Implementations pass `scorer.contract.ts`.
 */

/** What is scored. An answer that failed is not scored but counts as 0; callers see to that. */
export interface ScorableAnswer {
  output: string
  /** What the user asked, undefined where content is not recorded. */
  input?: string | undefined
  /** The documents and tool results that were given for it. */
  context?: string | undefined
  /** The right answer, undefined while no label is known. */
  expected?: string | undefined
  latencyMs?: number | undefined
  costUsd?: number | undefined
}

/** A number in [0, 1], or null when what it compares with is not known. */
export type Score = (answer: ScorableAnswer) => number | null

/** One type of scorer. `create` is called once per definition; its result scores many answers. */
export interface ScorerType {
  type: Scorer['type']
  /** @throws ScorerError when an option is missing, wrong or beyond a limit */
  create(definition: Scorer): Score
}

/** Scores an answer by a definition; what `scoreAnswer` of `index.ts` does. */
export type ScoreAnswer = (definition: Scorer, answer: ScorableAnswer) => number | null

/** A scorer's definition that can not be used: which option, and what to do. */
export class ScorerError extends Error {
  override readonly name = 'ScorerError'
}
