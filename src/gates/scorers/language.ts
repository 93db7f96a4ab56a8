import type { ScorerType } from './scorer.ts'
import { languageOf } from './text-language.ts'

/**
 * 1 when the answer is in the language of the definition, or without one in that of the question; null when the
 * question is not known, or either language can not be told. Needs no label.
 */
export const language: ScorerType = {
  type: 'language',
  create:
    ({ language }) =>
    ({ output, input }) => {
      const wanted = language ?? (input === undefined ? undefined : languageOf(input))
      const found = wanted && languageOf(output)
      return found ? Number(found === wanted) : null
    },
}
