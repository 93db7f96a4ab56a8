import {
  classOf,
  Delimiter,
  Digit,
  Joiner,
  Letter,
  oneDot,
  Space,
  signOf,
  slashBits,
} from './character-class.ts'
import { bar, colon, comma, dot, equals, isDigit, less, minus, more, semicolon, space } from './characters.ts'
import {
  closerOf,
  hashOf,
  isHexPair,
  isNumbered,
  isPath,
  isUrl,
  isWithin,
  linksDigits,
  urlEnd,
} from './lexeme.ts'
import { isDatePart, isHostName, isLiteral, isUnit } from './vocabulary.ts'

/** What a token is: a word, a sign, a value, or text with a value behind it (`blk_<*>`). Those from Value on hold a value. */
export const Word = 0
export const Mark = 1
export const Value = 2
export const Prefixed = 3

/** Longest part of a message that is looked at, in UTF-16 units, and most tokens kept; what follows counts as one value. */
const maxMessageLength = 4096
const maxTokens = 128
/** A token may bring an empty value with it, and what is left over is one more. */
const capacity = maxTokens + 2

/** Hash of a value in place of the hash of its text. */
export const valueHash = 0x51ed270b

/** The two parts of a line's hash are sums over these, so that one token can be taken out of the sum. */
export const lowPart = (hash: number, index: number): number => {
  const x = Math.imul(hash ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b)
  return Math.imul(x ^ (x >>> 15), 0xc2b2ae35)
}
export const highPart = (hash: number, index: number): number => {
  const x = Math.imul(hash + Math.imul(index + 1, 0x27d4eb2f), 0x165667b1)
  return Math.imul(x ^ (x >>> 13), 0x2c1b3c6d)
}

/**
 * Splits a message into tokens in one pass and hides its values: whatever holds a digit (numbers with units, ids, UUIDs,
 * addresses, times, versions), paths, URLs, host names, and lists of values. It uses no regular expressions: they are
 * what makes other miners slow. The result lies in fields that the next scan overwrites.
 */
export class Scanner {
  line = ''
  count = 0
  /** Two independent hashes of the tokens; lines that differ in values alone have the same. */
  low = 0
  high = 0
  readonly kinds = new Uint8Array(capacity)
  readonly starts = new Uint32Array(capacity)
  /** End of a token; of the text before its value if it is Prefixed. */
  readonly ends = new Uint32Array(capacity)
  readonly hashes = new Int32Array(capacity)
  /** 1 where white space stands before the token. */
  readonly gaps = new Uint8Array(capacity)
  #gap = 0
  #to = 0

  /** Scans what lies between two offsets of the line. */
  scan(line: string, start = 0, end = line.length): void {
    const to = Math.min(end, start + maxMessageLength)
    this.line = line
    this.count = 0
    this.#to = to
    this.#gap = 0
    let i = start
    while (i < to && this.count < maxTokens) {
      const c = line.charCodeAt(i)
      const kind = classOf(c)
      if (kind === Space) {
        this.#gap = 1
        i++
      } else if (kind === Delimiter) i = this.#delimiter(i, c)
      else i = this.#chunk(i)
    }
    if (i < end) this.#putValue(i, end)
    this.#finish()
  }

  /** The text of a token as it stands in a template. */
  text(index: number): string {
    const kind = this.kinds[index]
    if (kind === Value) return '<*>'
    const text = this.line.slice(this.starts[index], this.ends[index])
    return kind === Prefixed ? `${text}<*>` : text
  }

  #at(i: number): number {
    return i < this.#to ? this.line.charCodeAt(i) : space
  }

  /** A sign is a token. Empty brackets and `key=` without a value hold a value all the same: an empty one. */
  #delimiter(i: number, c: number): number {
    const next = this.#at(i + 1)
    if ((c === less || c === more) && isDigit(next)) return i + 1
    const gap = this.#gap
    this.#put(Mark, i, i + 1, c)
    const key = c === equals && gap === 0 && this.count > 1 && this.kinds[this.count - 2] === Word
    const empty = key
      ? next <= space || next === comma || next === semicolon
      : gap === 1 && next === closerOf(c)
    if (empty) this.#putValue(i + 1, i + 1)
    return i + 1
  }

  /** A run of letters, digits and joiners: one word or one value. */
  #chunk(from: number): number {
    const { line } = this
    const to = this.#to
    let end = from
    let prefix = from
    /** The joiner before, 0 at the start and -1 behind a letter. */
    let joint = 0
    let signs = 0
    let i = from
    for (; i < to; i++) {
      const c = line.charCodeAt(i)
      const kind = classOf(c)
      if (kind === Letter) {
        joint = -1
        end = i + 1
      } else if (kind === Digit) {
        const numbered = joint === -1 && isNumbered(line, prefix, i)
        return this.#valueChunk(from, numbered ? i : prefix, i, signs)
      } else if (kind === Joiner) {
        if (c === dot && joint === dot) break
        if (joint === -1) prefix = i + 1
        joint = c
        signs += signOf(c)
      } else if (isWithin(line, from, i, c)) signs += signOf(c)
      else break
    }
    return end === from ? this.#marks(from) : this.#word(from, end, i, signs)
  }

  /** A run of one joiner without letters, such as `-`, `...` or `***`. */
  #marks(from: number): number {
    const c = this.line.charCodeAt(from)
    let i = from + 1
    while (this.#at(i) === c) i++
    this.#put(Mark, from, i, c)
    return i
  }

  /**
   * A chunk without digits: mostly a word, but a value if it is a path, the start of a URL or of a hardware address, a host
   * name, an address of mail, or the `null` of some language.
   * @param end behind its last letter
   * @param to behind its last joiner
   */
  #word(from: number, end: number, to: number, signs: number): number {
    const { line } = this
    if (this.#at(to) === colon && (isUrl(line, to) || isHexPair(line, from, to)))
      return this.#valueChunk(from, from, to - 1, 0)
    const slashes = signs & slashBits
    if (slashes > 0) {
      if (isPath(line, from, to, slashes)) return this.#value(from, to)
    } else if (signs >= oneDot) {
      const mail = signs % oneDot > 0
      if (mail || isHostName(line, from, end, signs >= 2 * oneDot)) return this.#value(from, end)
    } else if (signs === 0 && this.#isLiteral(from, end)) return this.#value(from, end)
    this.#put(Word, from, end, hashOf(line, from, end))
    return end
  }

  /** `=null` and its like are values; other words after `=` may be. */
  #isLiteral(from: number, end: number): boolean {
    const n = this.count
    return end - from < 6 && n > 0 && this.hashes[n - 1] === equals && isLiteral(this.line, from, end)
  }

  /** A chunk that holds a digit; letters before it and the joiner behind them stay as a prefix. */
  #valueChunk(from: number, prefix: number, digit: number, before: number): number {
    const { line } = this
    const to = this.#to
    let signs = before
    let i = digit + 1
    let last = i
    for (; i < to; i++) {
      const c = line.charCodeAt(i)
      const kind = classOf(c)
      if (kind === Letter || kind === Digit) last = i + 1
      else if (kind === Joiner) {
        signs += signOf(c)
        if (c !== dot && c !== minus) last = i + 1
      } else if (!linksDigits(line, i, c)) break
    }
    if (this.#at(i) === colon && isUrl(line, i)) last = urlEnd(line, i, to)
    if (prefix === from || isPath(line, from, last, signs & slashBits)) return this.#value(from, last)
    const hash = Math.imul(hashOf(line, from, prefix) ^ valueHash, 0x01000193)
    if (this.#repeats(hash)) this.#gap = 0
    else this.#put(Prefixed, from, prefix, hash)
    return last
  }

  /** A value, with the unit behind it and the parts of a date before it; values with punctuation alone between them are one. */
  #value(from: number, end: number): number {
    const stop = this.#at(end) === space ? this.#unitEnd(end) : end
    if (this.#gap === 0 && this.#joins()) {
      this.count--
      return stop
    }
    while (this.count > 0 && this.#isDatePart(this.count - 1)) this.count--
    this.#putValue(from, stop)
    return stop
  }

  #putValue(from: number, end: number): void {
    if (this.#repeats(valueHash)) this.#gap = 0
    else this.#put(Value, from, end, valueHash)
  }

  /** Whether the last token is a sign right behind a value that joins it to the next. */
  #joins(): boolean {
    const last = this.count - 1
    if (last < 1 || this.gaps[last] === 1 || this.kinds[last] !== Mark || !this.#holdsValue(last - 1))
      return false
    const c = this.hashes[last] as number
    return c === colon || c === comma || c === bar || c === semicolon || classOf(c) === Joiner
  }

  /** Whether a value goes on a list of such values, which counts as one. */
  #repeats(hash: number): boolean {
    const last = this.count - 1
    if (last >= 0 && this.hashes[last] === hash && this.#holdsValue(last)) return true
    if (
      last < 1 ||
      this.hashes[last] !== comma ||
      this.hashes[last - 1] !== hash ||
      !this.#holdsValue(last - 1)
    )
      return false
    this.count = last
    return true
  }

  #holdsValue(index: number): boolean {
    return (this.kinds[index] as number) >= Value
  }

  #isDatePart(index: number): boolean {
    const start = this.starts[index] as number
    return this.kinds[index] === Word && this.ends[index] === start + 3 && isDatePart(this.line, start)
  }

  #unitEnd(gap: number): number {
    let i = gap + 1
    while (i - gap < 5 && classOf(this.#at(i)) === Letter) i++
    if (i === gap + 1 || i - gap > 4 || isDigit(this.#at(i))) return gap
    return isUnit(this.line, gap + 1, i) ? i : gap
  }

  #put(kind: number, start: number, end: number, hash: number): void {
    const n = this.count++
    this.kinds[n] = kind
    this.starts[n] = start
    this.ends[n] = end
    this.hashes[n] = hash
    this.gaps[n] = this.#gap
    this.#gap = 0
  }

  #finish(): void {
    let low = 0
    let high = 0
    for (let i = 0; i < this.count; i++) {
      const hash = this.hashes[i] as number
      low = (low + lowPart(hash, i)) | 0
      high = (high + highPart(hash, i)) | 0
    }
    this.low = low
    this.high = high
  }
}
