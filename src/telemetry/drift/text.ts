import { twoSidedNormal } from './distributions.ts'
import type { TestResult } from './numeric.ts'

/** Characters of a text and words of a sample that are looked at. */
const mostCharacters = 4096
const mostWords = 50_000

/**
 * Domain classifier: can one tell texts of two samples apart? Naive Bayes on words learns from one half and is tried on
 * the other, and the other way round. What it was tried on it has not seen, so that chance is what the rank-sum test
 * says (Mann and Whitney 1947), the better of both halves doubled (Bonferroni).
 * @returns effect 2 AUC - 1: 0 when they can't be told apart, 1 when each can
 */
export function domainClassifier(reference: readonly string[], current: readonly string[]): TestResult {
  const [a, b] = [reference.map(wordsOf), current.map(wordsOf)]
  const halves = [0, 1].map(half => {
    const odd = (_: unknown, i: number) => i % 2 === half
    const even = (_: unknown, i: number) => i % 2 !== half
    const score = learn(a.filter(odd), b.filter(odd))
    return rankSum(a.filter(even).map(score), b.filter(even).map(score))
  })
  const auc = halves.reduce((sum, { auc }) => sum + auc, 0) / halves.length
  return { effect: Math.max(0, 2 * auc - 1), p: Math.min(1, 2 * Math.min(...halves.map(({ p }) => p))) }
}

const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .slice(0, mostCharacters)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  ),
]

/** Log odds of being of the second sample by the words a text has, each with one more of both sides. */
function learn(a: readonly string[][], b: readonly string[][]): (words: readonly string[]) => number {
  const counts = new Map<string, [number, number]>()
  for (const [side, texts] of [a, b].entries())
    for (const words of texts)
      for (const word of words) {
        const count = counts.get(word) ?? [0, 0]
        if (count[0] + count[1] === 0 && counts.size >= mostWords) continue
        counts.set(word, count)
        count[side === 0 ? 0 : 1]++
      }
  const odds = new Map(
    [...counts].map(([word, [inA, inB]]) => [
      word,
      Math.log((inB + 1) / (b.length + 2)) - Math.log((inA + 1) / (a.length + 2)),
    ]),
  )
  return words => words.reduce((sum, word) => sum + (odds.get(word) ?? 0), 0)
}

/** One-sided: only scores of b above those of a count. */
function rankSum(a: readonly number[], b: readonly number[]): { auc: number; p: number } {
  const all = [...a.map(score => ({ score, b: 0 })), ...b.map(score => ({ score, b: 1 }))]
  all.sort((x, y) => x.score - y.score)
  let ranks = 0
  let ties = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    let ofB = 0
    while (to < all.length && all[to]?.score === all[from]?.score) ofB += all[to++]?.b ?? 0
    ranks += (ofB * (from + 1 + to)) / 2
    ties += (to - from) ** 3 - (to - from)
    from = to
  }
  const n = all.length
  const u = ranks - (b.length * (b.length + 1)) / 2
  const pairs = a.length * b.length
  const variance = (pairs / 12) * (n + 1 - ties / (n * (n - 1)))
  if (!(variance > 0)) return { auc: 0.5, p: 1 }
  const z = (u - pairs / 2) / Math.sqrt(variance)
  return { auc: u / pairs, p: z > 0 ? twoSidedNormal(z) / 2 : 1 }
}
