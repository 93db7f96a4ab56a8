import { fold } from './fold.ts'
import { classesOf } from './lexicon.ts'
import { FNV_OFFSET, FNV_PRIME } from './word-hash.ts'

/** What stands between a word and the one before it; the strongest wins. */
export const gaps = { none: 0, comma: 1, sentence: 2, line: 3, paragraph: 4 } as const

/** Longest stretch of text looked at in one piece, in UTF-16 units; longer texts are read in overlapping pieces. */
export const WINDOW = 4096

/**
 * The words of one stretch of text in flat arrays, so that a scan allocates nothing. There is one instance of it:
 * detection is synchronous, and each scan overwrites the last.
 */
export interface Tokens {
  count: number
  /** FNV-1a of the folded word. */
  readonly hash: Int32Array
  /** Position of the first unit and behind the last. */
  readonly start: Int32Array
  readonly end: Int32Array
  /** What stands before the word, one of `gaps`. */
  readonly gap: Uint8Array
  /** The classes of the lexicon the word is in, as bits. */
  readonly classes: Int32Array
}

export const makeTokens = (): Tokens => ({
  count: 0,
  hash: new Int32Array(WINDOW),
  start: new Int32Array(WINDOW),
  end: new Int32Array(WINDOW),
  gap: new Uint8Array(WINDOW),
  classes: new Int32Array(WINDOW),
})

/** Splits text[from, to) into words; `to - from` is at most WINDOW. Han characters and kana are words of their own. */
export function tokenize(text: string, from: number, to: number, tokens: Tokens): void {
  const { hash, start, end, gap, classes } = tokens
  let count = 0
  let before: number = gaps.paragraph
  let h = 0
  let inside = false
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    const letter = fold[unit] ?? 0
    if (letter !== 0) {
      const alone = letter >= 0x2e80
      if (inside && alone) {
        hash[count] = h
        end[count++] = i
        inside = false
      }
      if (!inside) {
        start[count] = i
        gap[count] = before
        before = gaps.none
        h = FNV_OFFSET
        inside = true
      }
      h = Math.imul(h ^ letter, FNV_PRIME)
      if (alone) {
        hash[count] = h
        end[count++] = i + 1
        inside = false
      }
      continue
    }
    // An apostrophe inside a word is skipped: don't and dont are one word.
    if (
      inside &&
      (unit === 0x27 || unit === 0x2019) &&
      i + 1 < to &&
      (fold[text.charCodeAt(i + 1)] ?? 0) !== 0
    )
      continue
    if (inside) {
      hash[count] = h
      end[count++] = i
      inside = false
    }
    const found = gapOf(unit, text, i, before)
    if (found > before) before = found
    // The letter of an escaped line end, as in JSON, is no part of a word.
    if (unit === BACKSLASH && found === gaps.line) i++
  }
  if (inside) {
    hash[count] = h
    end[count++] = to
  }
  tokens.count = count
  for (let i = 0; i < count; i++) classes[i] = classesOf(hash[i] ?? 0)
}

const BACKSLASH = 0x5c
const QUOTE = 0x22

function gapOf(unit: number, text: string, i: number, before: number): number {
  if (unit === 0x20 || unit === 9) return gaps.none
  if (unit === 10) return before >= gaps.line ? gaps.paragraph : gaps.line
  if (unit === 0x2e || unit === 0x21 || unit === 0x3f || unit === 0x3b || unit === 0x3002) {
    // A dot inside a number, host or file name ends no sentence, nor does the question mark of an address.
    return (unit === 0x2e || unit === 0x3f) && (fold[text.charCodeAt(i + 1)] ?? 0) !== 0
      ? gaps.none
      : gaps.sentence
  }
  if (unit === BACKSLASH) return isEscape(text.charCodeAt(i + 1)) ? gaps.line : gaps.none
  if (unit === QUOTE && (isFence(text.charCodeAt(i - 1)) || isFence(text.charCodeAt(i + 1)))) return gaps.line
  return unit === 0x2d || unit === 0x5f || unit === 0x2f || unit === 0x40 ? gaps.none : gaps.comma
}

/** n, r or t. */
function isEscape(unit: number): boolean {
  return unit === 0x6e || unit === 0x72 || unit === 0x74
}

/** What stands beside the quote of a JSON key or value. */
function isFence(unit: number): boolean {
  return unit === 0x3a || unit === 0x2c || unit === 0x7b || unit === 0x7d || unit === 0x5b || unit === 0x5d
}
