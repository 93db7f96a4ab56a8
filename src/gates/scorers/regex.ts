import { LONGEST_JSON, textIn } from './field.ts'
import { compilePattern } from './pattern.ts'
import { ScorerError, type ScorerType } from './scorer.ts'

/** 1 when the pattern matches somewhere in the answer, or in one field of a JSON answer. Needs no label. */
export const regex: ScorerType = {
  type: 'regex',
  create: ({ name, pattern, field }) => {
    if (pattern === undefined)
      throw new ScorerError(`scorer ${name}: type regex needs pattern, such as ^(yes|no)$`)
    const compiled = compilePattern(pattern, `scorer ${name}: pattern`)
    return ({ output }) => {
      const text = textIn(output, field)
      return Number(text !== undefined && compiled.test(text.slice(0, LONGEST_JSON)))
    }
  },
}
