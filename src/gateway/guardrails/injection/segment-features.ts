import { classPair, type Sparse } from './features.ts'
import type { Segment } from './segments.ts'
import type { Tokens } from './tokens.ts'

/** Sentences are short and examples few: fewer places than for prompts. */
const SEGMENT_BITS = 14
export const SEGMENT_PLACES = 1 << SEGMENT_BITS

/** Words, pairs of words and pairs of word classes of one sentence, hashed, as a vector of unit length; a place counts once for each word. */
export function hashSegment({ hash, classes }: Tokens, { from, to }: Segment, sparse: Sparse): void {
  const { place, value } = sparse
  let count = 0
  let lastClass = 0
  for (let i = from; i < to; i++) {
    const word = hash[i] ?? 0
    place[count++] = placeOf(word)
    if (i > from) place[count++] = placeOf((Math.imul(hash[i - 1] ?? 0, 31) + word) | 0)
    const mask = classes[i] ?? 0
    if (mask === 0) continue
    if (lastClass !== 0) place[count++] = placeOf(classPair(lastClass, mask))
    lastClass = mask
  }
  const unit = count === 0 ? 0 : 1 / Math.sqrt(count)
  for (let i = 0; i < count; i++) value[i] = unit
  sparse.count = count
}

function placeOf(hash: number): number {
  let h = hash ^ (hash >>> 15)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  return h >>> (32 - SEGMENT_BITS)
}
