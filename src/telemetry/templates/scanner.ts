import { isDatePart, isHostName, isLiteral, isUnit } from './vocabulary.ts'

/** What a token is: a word, a sign, a value, or text with a value behind it (`blk_<*>`). Those from Value on hold a value. */
export const Word = 0
export const Mark = 1
export const Value = 2
export const Prefixed = 3

/** Longest part of a message that is looked at, in UTF-16 units, and most tokens kept; what follows counts as one value. */
export const maxMessageLength = 4096
export const maxTokens = 128

/** Hash of a value in place of the hash of its text. */
export const valueHash = 0x51ed270b

const Space = 0
const Letter = 1
const Digit = 2
const Joiner = 3
const Delimiter = 4
const classes = new Uint8Array(128).fill(Delimiter)
for (let c = 0; c <= 32; c++) classes[c] = Space
classes[127] = Space
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ') classes[c.charCodeAt(0)] = Letter
for (const c of '0123456789') classes[c.charCodeAt(0)] = Digit
for (const c of '._-/\\@#+~%&*^$') classes[c.charCodeAt(0)] = Joiner
const classOf = (c: number): number => (c < 128 ? (classes[c] as number) : Letter)

const [
  space,
  quote,
  apostrophe,
  opening,
  closing,
  comma,
  minus,
  dot,
  slash,
  colon,
  semicolon,
  less,
  equals,
  more,
  at,
] = [...' "\'(),-./:;<=>@'].map(c => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]
const [openBracket, backslash, closeBracket, openBrace, bar, closeBrace] = [...'[\\]{|}'].map(c =>
  c.charCodeAt(0),
) as [number, number, number, number, number, number]

const closerOf = (c: number): number => {
  if (c === opening) return closing
  if (c === openBracket) return closeBracket
  if (c === openBrace) return closeBrace
  return c === quote || c === apostrophe ? c : -1
}

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
  readonly kinds = new Uint8Array(maxTokens + 2)
  readonly starts = new Uint32Array(maxTokens + 2)
  /** End of a token; of the text before its value if it is Prefixed. */
  readonly ends = new Uint32Array(maxTokens + 2)
  readonly hashes = new Int32Array(maxTokens + 2)
  /** 1 where white space stands before the token. */
  readonly gaps = new Uint8Array(maxTokens + 2)
  #gap = 0
  #to = 0

  /** Scans what lies between two offsets of the line. */
  scan(line: string, from = 0, end = line.length): void {
    const to = Math.min(end, from + maxMessageLength)
    this.line = line
    this.count = 0
    this.#to = to
    this.#gap = 0
    let i = from
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

  #digitAt(i: number): boolean {
    const c = this.#at(i)
    return c >= 48 && c <= 57
  }

  /** A sign is a token. Empty brackets and `key=` without a value hold a value all the same: an empty one. */
  #delimiter(i: number, c: number): number {
    if ((c === less || c === more) && this.#digitAt(i + 1)) return i + 1
    const gap = this.#gap
    this.#put(Mark, i, i + 1, c)
    const next = this.#at(i + 1)
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
    let hash = 0x811c9dc5 | 0
    let end = from
    let endHash = hash
    let prefix = from
    let prefixHash = hash
    let joint = 0
    let slashes = 0
    let dots = 0
    let ats = 0
    let i = from
    for (; i < to; i++) {
      const c = line.charCodeAt(i)
      const kind = classOf(c)
      if (kind === Letter) {
        joint = -1
        hash = Math.imul(hash ^ c, 0x01000193)
        end = i + 1
        endHash = hash
      } else if (kind === Digit) return this.#valueChunk(from, prefix, prefixHash, i, slashes)
      else if (kind === Joiner) {
        if (c === slash || c === backslash) slashes++
        else if (c === at) ats++
        else if (c === dot) {
          if (joint === dot) break
          dots++
        }
        hash = Math.imul(hash ^ c, 0x01000193)
        if (joint === -1) {
          prefix = i + 1
          prefixHash = hash
        }
        joint = c
      } else if (c === apostrophe && joint === -1 && classOf(this.#at(i + 1)) === Letter)
        hash = Math.imul(hash ^ c, 0x01000193)
      else if (c === colon && (this.#isUrl(i) || this.#isPair(from, i)))
        return this.#valueChunk(from, from, 0, i - 1, slashes)
      else if (c === colon && i === from + 1 && this.#at(i + 1) === backslash) slashes++
      else break
    }
    if (end === from) return this.#marks(from)
    if (slashes > 0 && this.#isPath(from, end, slashes)) return this.#value(from, i)
    if (dots > 0 && (ats > 0 || isHostName(line, from, end, dots))) return this.#value(from, end)
    if (this.#isLiteral(from, end)) return this.#value(from, end)
    this.#put(Word, from, end, endHash)
    return end
  }

  /** A run of one joiner without letters, such as `-`, `...` or `***`. */
  #marks(from: number): number {
    const c = this.line.charCodeAt(from)
    let i = from + 1
    while (i < this.#to && this.line.charCodeAt(i) === c) i++
    this.#put(Mark, from, i, c)
    return i
  }

  #isUrl(i: number): boolean {
    return this.#at(i + 1) === slash && this.#at(i + 2) === slash
  }

  /** Two hexadecimal letters between colons, as hardware addresses have. */
  #isPair(from: number, i: number): boolean {
    if (i !== from + 2 || this.#at(i + 3) !== colon) return false
    for (const k of [from, from + 1, i + 1, i + 2]) {
      const c = this.#at(k) | 32
      if (!(c >= 97 && c <= 102) && !this.#digitAt(k)) return false
    }
    return true
  }

  #isPath(from: number, end: number, slashes: number): boolean {
    const first = this.line.charCodeAt(from)
    return slashes > 1 || ((first === slash || first === backslash) && end - from > 2)
  }

  /** `=null` and its like are values, other words after `=` may be. */
  #isLiteral(from: number, end: number): boolean {
    const n = this.count
    return end - from < 6 && n > 0 && this.hashes[n - 1] === equals && isLiteral(this.line, from, end)
  }

  /** Where a URL ends: at white space, a quote or a closing bracket. */
  #urlEnd(from: number): number {
    let i = from
    for (; i < this.#to; i++) {
      const c = this.line.charCodeAt(i)
      if (
        c <= space ||
        c === quote ||
        c === apostrophe ||
        c === closing ||
        c === closeBracket ||
        c === closeBrace ||
        c === more ||
        c === semicolon
      )
        break
    }
    const last = this.line.charCodeAt(i - 1)
    return last === comma || last === dot || last === colon ? i - 1 : i
  }

  /** A chunk that holds a digit; letters before it and the joiner behind them stay as a prefix. */
  #valueChunk(from: number, prefix: number, prefixHash: number, digit: number, before: number): number {
    const { line } = this
    const to = this.#to
    let slashes = before
    let i = digit + 1
    let last = i
    for (; i < to; i++) {
      const c = line.charCodeAt(i)
      const kind = classOf(c)
      if (kind === Letter || kind === Digit) last = i + 1
      else if (kind === Joiner) {
        if (c === slash || c === backslash) slashes++
        if (c !== dot && c !== minus) last = i + 1
      } else if (c === colon) {
        if (this.#isUrl(i)) {
          last = this.#urlEnd(i)
          break
        }
        if (!this.#digitAt(i + 1) && !this.#isPair(i - 2, i) && this.#at(i + 1) !== colon) break
      } else if (c !== comma || !this.#digitAt(i + 1)) break
    }
    if (prefix === from || this.#isPath(from, last, slashes)) return this.#value(from, last)
    const hash = Math.imul(prefixHash ^ valueHash, 0x01000193)
    if (this.#repeats(hash)) this.#gap = 0
    else this.#put(Prefixed, from, prefix, hash)
    return last
  }

  /** A value, with the unit behind it and the parts of a date before it; values with punctuation alone between them are one. */
  #value(from: number, end: number): number {
    const stop = this.#at(end) === space ? this.#unitEnd(end) : end
    const n = this.count
    if (this.#gap === 0 && n > 1 && this.gaps[n - 1] === 0 && this.#holdsValue(n - 2) && this.#joins(n - 1)) {
      this.count = n - 1
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

  /** Whether a value goes on a list of such values, which counts as one. */
  #repeats(hash: number): boolean {
    const n = this.count
    if (n > 0 && this.hashes[n - 1] === hash && this.#holdsValue(n - 1)) return true
    if (n < 2 || this.hashes[n - 2] !== hash || !this.#holdsValue(n - 2) || this.hashes[n - 1] !== comma)
      return false
    this.count = n - 1
    return true
  }

  #holdsValue(index: number): boolean {
    return (this.kinds[index] as number) >= Value
  }

  #isDatePart(index: number): boolean {
    const start = this.starts[index] as number
    return this.kinds[index] === Word && this.ends[index] === start + 3 && isDatePart(this.line, start)
  }

  #joins(index: number): boolean {
    const start = this.starts[index] as number
    if (this.kinds[index] !== Mark || this.ends[index] !== start + 1) return false
    const c = this.line.charCodeAt(start)
    return c === colon || c === comma || c === bar || c === semicolon || classOf(c) === Joiner
  }

  #unitEnd(gap: number): number {
    let i = gap + 1
    while (i - gap < 5 && classOf(this.#at(i)) === Letter) i++
    if (i === gap + 1 || i - gap > 4 || this.#digitAt(i)) return gap
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
