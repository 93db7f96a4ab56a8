import { groundedness as support } from '../../gateway/guardrails/groundedness/score.ts'
import type { ScorerType } from './scorer.ts'

const LONGEST = 64 * 1024

/**
 * How far what the answer says is supported by the documents it was given, from 0 to 1; null for a call without any.
 * The same measure as the guardrail of that name. Needs no label.
 */
export const groundedness: ScorerType = {
  type: 'groundedness',
  create:
    () =>
    ({ output, context, input }) => {
      if (context === undefined || context.trim() === '' || output.trim() === '') return null
      return support(context.slice(0, LONGEST), output.slice(0, LONGEST), input?.slice(0, LONGEST)).score
    },
}
