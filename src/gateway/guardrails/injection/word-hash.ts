import { fold } from './fold.ts'

/** FNV-1a, 32 bits (draft-eastlake-fnv). */
export const FNV_OFFSET = 0x811c9dc5 | 0
export const FNV_PRIME = 0x01000193

/** The hash of one word as tokens have it. */
export function wordHash(word: string): number {
  let h = FNV_OFFSET
  for (let i = 0; i < word.length; i++) {
    const letter = fold[word.charCodeAt(i)] ?? 0
    if (letter !== 0) h = Math.imul(h ^ letter, FNV_PRIME)
  }
  return h
}
