import { z } from 'zod'
import { languageOf } from '../text-language.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** The language of an answer; one whose language can not be told is given the benefit of the doubt, as in IFEval. */
export const language: readonly InstructionType[] = [
  instruction(
    'language:response_language',
    z.strictObject({ language: z.string().regex(/^[a-z]{2}$/, 'must be an ISO 639-1 code such as de') }),
    ({ language }) =>
      answer =>
        [language, undefined].includes(languageOf(answer)),
  ),
]
