import { textIn } from './field.ts'
import type { ScorerType } from './scorer.ts'

/** 1 when the answer, or one field of a JSON answer, is the expected text; blanks around either do not count. */
export const exact: ScorerType = {
  type: 'exact',
  create:
    ({ field }) =>
    ({ output, expected }) =>
      expected === undefined ? null : Number(textIn(output, field) === expected.trim()),
}
