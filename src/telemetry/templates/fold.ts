import { Value } from './scanner.ts'
import type { Tokens } from './template.ts'

/** Longest group of tokens whose repetition is found. */
const maxGroup = 16
const separators = new Set([',', ';', '|'])

/**
 * The tokens with groups that hold a value and stand there several times, with or without a comma between them, left once:
 * `{id=<*>}, {id=<*>}` and `{id=<*>}` are lines of one kind.
 */
export function folded(tokens: Tokens): Tokens {
  const { texts, kinds, hashes, gaps } = tokens
  let n = 0
  for (let i = 0; i < texts.length; i++) {
    texts[n] = texts[i] ?? ''
    kinds[n] = kinds[i] ?? 0
    hashes[n] = hashes[i] ?? 0
    gaps[n] = gaps[i] ?? 0
    n++
    n -= repeated(tokens, n)
  }
  for (const list of [texts, kinds, hashes, gaps]) list.length = n
  return tokens
}

/** How many of the first n tokens, at their end, say again what stands before them. */
function repeated({ texts, kinds, hashes }: Tokens, n: number): number {
  for (let size = 1; size <= maxGroup && 2 * size <= n; size++) {
    for (let between = 0; between < 2 && 2 * size + between <= n; between++) {
      if (between === 1 && !separators.has(texts[n - size - 1] ?? '')) continue
      let valued = false
      let i = 1
      for (; i <= size && hashes[n - i] === hashes[n - i - size - between]; i++)
        valued ||= (kinds[n - i] ?? 0) >= Value
      if (i > size && valued) return size + between
    }
  }
  return 0
}
