import { fold } from './fold.ts'
import { type Tokens, WINDOW } from './tokens.ts'

/** Places of the hashed feature space: 2^16 keeps the weights at 64 kB with few collisions for texts of this size. */
export const BITS = 16
export const PLACES = 1 << BITS
/** Character runs are this long: long enough to carry word stems, short enough to survive a changed letter. */
const RUN = 5

/** A sparse vector of unit length: `value[i]` at place `place[i]`, for i below `count`. */
export interface Sparse {
  count: number
  readonly place: Int32Array
  readonly value: Float32Array
}

const MOST = 3 * WINDOW
export const makeSparse = (): Sparse => ({
  count: 0,
  place: new Int32Array(MOST),
  value: new Float32Array(MOST),
})

const seen = new Uint16Array(PLACES)
/** 1 + ln n: the tenth `DAN` says less than the first. */
const damped = Float32Array.from({ length: 0x10000 }, (_, n) => (n === 0 ? 0 : 1 + Math.log(n)))
const folded = new Uint16Array(WINDOW + 2)

/**
 * Words, pairs of words, pairs of neighbouring word classes and runs of five characters of text[from, to), hashed
 * (Weinberger et al. 2009, feature hashing).
 */
export function hashFeatures(text: string, from: number, to: number, tokens: Tokens, sparse: Sparse): void {
  const { place, value } = sparse
  let count = 0
  let before = 0
  let lastClass = 0
  for (let i = 0; i < tokens.count; i++) {
    const word = tokens.hash[i] ?? 0
    count = touch(word, place, count)
    if (i > 0) count = touch((Math.imul(before, 31) + word) | 0, place, count)
    before = word
    const mask = tokens.classes[i] ?? 0
    if (mask === 0) continue
    if (lastClass !== 0) count = touch(classPair(lastClass, mask), place, count)
    lastClass = mask
  }
  const length = foldRun(text, from, to)
  for (let i = 0; i + RUN <= length; i++) {
    let h = 0x1b873593
    for (let k = i; k < i + RUN; k++) h = Math.imul(h ^ (folded[k] ?? 0), 0x01000193)
    count = touch(h, place, count)
  }
  let squares = 0
  for (let i = 0; i < count; i++) {
    const at = place[i] ?? 0
    const x = damped[seen[at] ?? 0] ?? 0
    seen[at] = 0
    value[i] = x
    squares += x * x
  }
  const norm = squares === 0 ? 0 : 1 / Math.sqrt(squares)
  for (let i = 0; i < count; i++) value[i] = (value[i] ?? 0) * norm
  sparse.count = count
}

/** Two words of the lexicon with whatever between them: `never … refuse` and `do not … decline` are one place. */
export const classPair = (first: number, second: number): number =>
  Math.imul(first, 0x9e3779b1) ^ ((second + 0x51ed270b) | 0)

/** Counts one occurrence; a place met for the first time joins the list. */
function touch(hash: number, place: Int32Array, count: number): number {
  let h = hash ^ (hash >>> 15)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  const at = h >>> (32 - BITS)
  const n = seen[at] ?? 0
  seen[at] = n + 1
  if (n > 0) return count
  place[count] = at
  return count + 1
}

/** The folded units with runs of white space as one space, in `folded`. Returns how many. */
function foldRun(text: string, from: number, to: number): number {
  let length = 1
  folded[0] = 0x20
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    const letter = fold[unit] ?? 0
    const out = letter !== 0 ? letter : unit < 0x21 ? 0x20 : unit
    if (out === 0x20 && folded[length - 1] === 0x20) continue
    folded[length++] = out
  }
  return length
}
