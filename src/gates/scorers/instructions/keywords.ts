import { z } from 'zod'
import { count, holds, relation, texts } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** Which words stand in an answer, and how often; letter case does not count. */
export const keywords: readonly InstructionType[] = [
  instruction('keywords:existence', z.strictObject({ keywords: texts }), ({ keywords }) => {
    const patterns = keywords.map(word => new RegExp(RegExp.escape(word), 'iu'))
    return answer => patterns.every(pattern => pattern.test(answer))
  }),
  instruction(
    'keywords:frequency',
    z.strictObject({ keyword: z.string().min(1).max(253), frequency: count, relation }),
    ({ keyword, frequency, relation }) => {
      const pattern = new RegExp(RegExp.escape(keyword), 'giu')
      return answer => holds(answer.match(pattern)?.length ?? 0, relation, frequency)
    },
  ),
  instruction(
    'keywords:forbidden_words',
    z.strictObject({ forbidden_words: texts }),
    ({ forbidden_words }) => {
      const patterns = forbidden_words.map(
        word => new RegExp(`(?<![\\p{L}\\p{N}_])${RegExp.escape(word)}(?![\\p{L}\\p{N}_])`, 'iu'),
      )
      return answer => !patterns.some(pattern => pattern.test(answer))
    },
  ),
  instruction(
    'keywords:letter_frequency',
    z.strictObject({ letter: z.string().min(1).max(2), let_frequency: count, let_relation: relation }),
    ({ letter, let_frequency, let_relation }) => {
      const wanted = letter.toLowerCase()
      return answer => holds(answer.toLowerCase().split(wanted).length - 1, let_relation, let_frequency)
    },
  ),
]
