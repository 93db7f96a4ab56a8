import { z } from 'zod'
import { languageOf } from '../text-language.ts'
import { count, holds, none, relation } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** Capital and small letters. */
export const changeCase: readonly InstructionType[] = [
  instruction(
    'change_case:capital_word_frequency',
    z.strictObject({ capital_frequency: count, capital_relation: relation }),
    ({ capital_frequency, capital_relation }) =>
      answer =>
        holds(capitalWords(answer), capital_relation, capital_frequency),
  ),
  instruction('change_case:english_capital', none, () => answer => isUpper(answer) && isEnglish(answer)),
  instruction('change_case:english_lowercase', none, () => answer => isLower(answer) && isEnglish(answer)),
]

const isUpper = (text: string): boolean => /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)

const isLower = (text: string): boolean => /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text)

/** The language of lone capitals is hard to tell, so that they are looked at in small letters. */
const isEnglish = (text: string): boolean => ['en', undefined].includes(languageOf(text.toLowerCase()))

/** Words as the Penn Treebank cuts them: hyphens and inner periods stay in a word, other punctuation does not. */
const capitalWords = (text: string): number =>
  text.split(/[\s()[\]{}<>,;:@#$%&?!"“”*`…]+|--+|(?=['’])/u).filter(isUpper).length
