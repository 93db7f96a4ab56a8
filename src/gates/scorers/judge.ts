import { ScorerError, type ScorerType } from './scorer.ts'

/**
 * A model's opinion. It is asked in the background for live calls, and its score comes as feedback; nothing can be said
 * of an answer at once.
 */
export const judge: ScorerType = {
  type: 'judge',
  create: ({ name, judge }) => {
    if (judge === undefined)
      throw new ScorerError(`scorer ${name}: type judge needs judge: the route to ask, and a rubric`)
    return () => null
  },
}
