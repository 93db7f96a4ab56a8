import { z } from 'zod'
import { count, holds, relation } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'
import { countSentences } from './sentences.ts'

/** How long an answer is: words, sentences, paragraphs. */
export const lengthConstraints: readonly InstructionType[] = [
  instruction(
    'length_constraints:number_words',
    z.strictObject({ num_words: count, relation }),
    ({ num_words, relation }) =>
      answer =>
        holds(answer.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0, relation, num_words),
  ),
  instruction(
    'length_constraints:number_sentences',
    z.strictObject({ num_sentences: count, relation }),
    ({ num_sentences, relation }) =>
      answer =>
        holds(countSentences(answer), relation, num_sentences),
  ),
  instruction(
    'length_constraints:number_paragraphs',
    z.strictObject({ num_paragraphs: count }),
    ({ num_paragraphs }) =>
      answer => {
        const parts = answer.split('***').map(part => part.trim())
        const hole = parts.slice(1, -1).includes('')
        return !hole && parts.filter(part => part !== '').length === num_paragraphs
      },
  ),
  instruction(
    'length_constraints:nth_paragraph_first_word',
    z.strictObject({ num_paragraphs: count, nth_paragraph: count.min(1), first_word: z.string().max(253) }),
    ({ num_paragraphs, nth_paragraph, first_word }) =>
      answer => {
        const paragraphs = answer.split('\n\n').map(paragraph => paragraph.trim())
        return (
          paragraphs.filter(paragraph => paragraph !== '').length === num_paragraphs &&
          nth_paragraph <= num_paragraphs &&
          firstWord(paragraphs[nth_paragraph - 1] ?? '') === first_word.toLowerCase()
        )
      },
  ),
]

function firstWord(paragraph: string): string {
  const [first = ''] = paragraph.split(/\s/, 1)
  const [word = ''] = first
    .replace(/^'+/, '')
    .replace(/^"+/, '')
    .split(/[.,?!'"]/, 1)
  return word.toLowerCase()
}
