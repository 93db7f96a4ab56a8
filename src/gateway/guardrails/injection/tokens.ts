import { fold } from './fold.ts'
import { classesOf } from './lexicon.ts'
import { FNV_OFFSET, FNV_PRIME } from './word-hash.ts'

/** What stands between a word and the one before it; the strongest wins. */
export const gaps = { none: 0, comma: 1, clause: 2, sentence: 3, line: 4, paragraph: 5 } as const

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
  for (let i = from; i < to; ) {
    const unit = text.charCodeAt(i)
    if ((fold[unit] ?? 0) === 0) {
      const found = gapOf(unit, text, i, before)
      if (found > before) before = found
      // The letter of an escaped line end, as in JSON, is no part of a word.
      i += unit === BACKSLASH && found === gaps.line ? 2 : 1
      continue
    }
    start[count] = i
    gap[count] = before
    before = gaps.none
    i = wordEnd(text, i, to)
    end[count] = i
    hash[count] = wordRead
    classes[count] = classesOf(wordRead)
    count++
  }
  tokens.count = count
}

/** The hash of the word that `wordEnd` went over last. */
let wordRead = 0

/** Where the word that begins at `i` ends. An apostrophe inside is skipped: don't and dont are one word. */
function wordEnd(text: string, i: number, to: number): number {
  let h = FNV_OFFSET
  let at = i
  while (at < to) {
    const unit = text.charCodeAt(at)
    const letter = fold[unit] ?? 0
    if (letter === 0) {
      if ((unit !== 0x27 && unit !== 0x2019) || at + 1 >= to || (fold[text.charCodeAt(at + 1)] ?? 0) === 0)
        break
    } else if (letter < IDEOGRAPHS) h = Math.imul(h ^ letter, FNV_PRIME)
    else if (at > i) break
    else {
      wordRead = Math.imul(h ^ letter, FNV_PRIME)
      return at + 1
    }
    at++
  }
  wordRead = h
  return at
}

/** From here on letters are words of their own. */
const IDEOGRAPHS = 0x2e80
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
  // What a label such as `Note:` stands before is read by itself.
  if (unit === 0x3a) return text.charCodeAt(i + 1) === 0x20 ? gaps.clause : gaps.comma
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
