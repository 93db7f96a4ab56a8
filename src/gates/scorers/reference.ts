import { textIn } from './field.ts'
import type { ScorerType } from './scorer.ts'

const LONGEST = 64 * 1024

/**
 * How much of the right answer is in the answer, where wording may differ: token F1, or whether both are the same words
 * (`compare: match`). Letter case, punctuation and English articles do not count (Rajpurkar et al. 2016, SQuAD).
 */
export const reference: ScorerType = {
  type: 'reference',
  create:
    ({ field, compare = 'f1' }) =>
    ({ output, expected }) => {
      if (expected === undefined) return null
      const right = tokensOf(expected)
      if (right.length === 0) return null
      const answer = tokensOf(textIn(output, field) ?? '')
      return compare === 'match' ? Number(answer.join(' ') === right.join(' ')) : f1(answer, right)
    },
}

/** Words; of scripts that have no blanks between words, characters. */
const tokensOf = (text: string): string[] =>
  (
    text
      .slice(0, LONGEST)
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+/gu) ?? []
  ).filter(token => !articles.has(token))

const articles = new Set(['a', 'an', 'the'])

function f1(answer: string[], right: string[]): number {
  const left = new Map<string, number>()
  for (const token of right) left.set(token, (left.get(token) ?? 0) + 1)
  let common = 0
  for (const token of answer) {
    const count = left.get(token) ?? 0
    if (count === 0) continue
    common++
    left.set(token, count - 1)
  }
  return (2 * common) / (answer.length + right.length)
}
