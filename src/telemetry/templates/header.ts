import {
  bar,
  closeBracket,
  colon,
  comma,
  isLetter,
  isUpper,
  less,
  minus,
  more,
  openBracket,
  space,
} from './characters.ts'
import { levelOf } from './level.ts'
import { Epoch, Full, isKlog, isSixAndSix, momentAt, Other } from './moment.ts'
import { readStructured } from './structured.ts'

/** Longest header, in UTF-16 units, most fields in it, and most words before its time. */
const maxHeader = 240
const maxFields = 10
const maxWordsBefore = 2

/** What stands before the message of a line. */
export interface Header {
  /** Where the message starts. */
  start: number
  /** Where it ends. */
  end: number
  /** Index into `levels`. */
  level: number
  /** Whether there is a header: a time, or the fields of a structured line. */
  headed: boolean
}

/**
 * Finds the header that logging systems put before a message: syslog (RFC 3164, RFC 5424), patterns of Log4j and Python,
 * klog, logcat, container runtimes, and the like. It begins with a time, at most two words in; behind that come host,
 * process, thread, level and logger. What it read lies in its fields until the next line.
 */
export class HeaderReader implements Header {
  start = 0
  end = 0
  level = 0
  headed = false
  #line = ''
  #limit = 0

  read(line: string): this {
    this.#line = line
    this.#limit = Math.min(line.length, maxHeader)
    this.start = 0
    this.end = line.length
    this.level = 0
    this.headed = false
    this.#plain(this.#skip(0))
    const structured = readStructured(line, this.start)
    if (structured) {
      if (structured.level > 0) this.level = structured.level
      if (structured.end > 0) {
        this.start = structured.start
        this.end = structured.end
        this.headed = true
      }
    }
    return this
  }

  /** The header of a line that is no structured one as a whole. */
  #plain(from: number): void {
    const line = this.#line
    const at = this.#times(from)
    if (!this.headed) this.#leading()
    else if (line.charCodeAt(at) === bar) this.#columns(at)
    else if (line.charCodeAt(0) === less && line.charCodeAt(this.#skipTo(more) + 2) === space)
      this.#syslog(at)
    else {
      this.start = at
      // A container runtime puts time, stream and tag before the header of the program itself.
      this.#fields(this.#isStream(at) ? this.#times(this.#skip(at + 9)) : at)
    }
  }

  #skip(from: number): number {
    let i = from
    while (i < this.#limit && this.#line.charCodeAt(i) <= space) i++
    return i
  }

  #skipTo(sign: number): number {
    let i = 0
    while (i < this.#limit && this.#line.charCodeAt(i) !== sign) i++
    return i
  }

  #fieldEnd(from: number): number {
    let i = from
    while (i < this.#limit) {
      const c = this.#line.charCodeAt(i)
      if (c <= space || c === bar) break
      i++
    }
    return i
  }

  /** Reads times and up to two words before them; answers where the next field starts. */
  #times(from: number): number {
    const line = this.#line
    let words = 0
    let after = from
    let i = line.charCodeAt(from) === less ? this.#skipTo(more) + 1 : from
    if (isUpper(line.charCodeAt(i)) && isKlog(line, i)) {
      this.level = levelOf(line, i, i + 1)
      if (this.level > 0) i += 6
    }
    while (i < this.#limit) {
      const to = this.#fieldEnd(i)
      const moment = isSixAndSix(line, i) && !this.headed ? Full : momentAt(line, i, to)
      if (moment === Other && (this.headed || ++words > maxWordsBefore)) break
      if (moment === Full || (moment === Epoch && i === from)) this.headed = true
      i = line.charCodeAt(to) === bar ? to : this.#skip(to)
      if (moment !== Other) after = i
      if (i === to) break
    }
    return after
  }

  /** RFC 5424: host, program, process and message id, then structured data. */
  #syslog(from: number): void {
    let i = from
    for (let word = 0; word < 4; word++) i = this.#skip(this.#fieldEnd(i))
    const c = this.#line.charCodeAt(i)
    this.start = this.#skip(c === openBracket ? this.#bracketEnd(i) : c === minus ? i + 1 : i)
  }

  #isStream(at: number): boolean {
    const line = this.#line
    return (
      (line.startsWith('stdout ', at) || line.startsWith('stderr ', at)) && line.charCodeAt(at + 8) === space
    )
  }

  /** `time|component|process|message` */
  #columns(from: number): void {
    let i = from
    for (let column = 0; column < 2; column++) {
      const to = this.#fieldEnd(i + 1)
      if (this.#line.charCodeAt(to) !== bar) break
      if (this.level === 0) this.level = levelOf(this.#line, i + 1, to)
      i = to
    }
    this.start = i + 1
  }

  /** Reads what stands between time and message. The message starts behind the last field that is none of its words. */
  #fields(from: number): void {
    const line = this.#line
    let i = from
    let words = 0
    this.start = from
    for (let field = 0; field < maxFields && i < this.#limit; field++) {
      const to = line.charCodeAt(i) === openBracket ? this.#bracketEnd(i) : this.#fieldEnd(i)
      const next = this.#skip(to)
      if (next >= line.length) return
      const kind = this.level === 0 ? this.#beforeLevel(i, to, words) : this.#behindLevel(i, to, words)
      if (kind === 'message') return
      if (kind === 'word') words++
      else {
        this.start = next
        words = 0
      }
      if (kind === 'last') return
      i = next
    }
  }

  #beforeLevel(from: number, to: number, words: number): 'part' | 'word' | 'last' | 'message' {
    const line = this.#line
    const c = line.charCodeAt(from)
    if (c === openBracket) {
      this.level = levelOf(line, from + 1, to - 1)
      return words === 0 || this.level > 0 ? 'part' : 'message'
    }
    if (to - from === 1 && !isLetter(c)) return words === 0 ? 'part' : words < 3 ? 'word' : 'message'
    const last = line.charCodeAt(to - 1)
    const end = last === colon || last === comma ? to - 1 : to
    const level = levelOf(line, from, end)
    if (level > 0 && (words === 0 || isUpper(line.charCodeAt(end - 1)))) {
      this.level = level
      return 'part'
    }
    if (last === closeBracket) return 'last'
    if (last === colon) return words < 2 ? 'last' : 'message'
    return words < 5 ? 'word' : 'message'
  }

  #behindLevel(from: number, to: number, words: number): 'part' | 'word' | 'last' | 'message' {
    const line = this.#line
    const c = line.charCodeAt(from)
    if (c === openBracket || (to - from === 1 && c === minus)) return words === 0 ? 'part' : 'message'
    if (line.charCodeAt(to - 1) === closeBracket) return 'last'
    if (line.charCodeAt(to - 1) === colon) return this.#isName(from, to - 1) ? 'last' : 'message'
    if (momentAt(line, from, to) !== Other) return words < 2 ? 'word' : 'message'
    const next = line.charCodeAt(to + 1)
    // A column of a fixed width; a logger before a thread or a dash.
    if (next === space && isLetter(c) && isLetter(line.charCodeAt(to - 1))) return 'part'
    const dash = next === minus && line.charCodeAt(to + 2) === space
    return this.#isName(from, to) && (dash || next === openBracket) ? 'part' : 'message'
  }

  /** Whether a word is the name of a class, module or process and not one of a sentence. */
  #isName(from: number, to: number): boolean {
    const line = this.#line
    // logcat: a level of one letter has a tag behind it.
    if (isLetter(line.charCodeAt(from - 2)) && line.charCodeAt(from - 3) === space) return true
    for (let i = from; i < to; i++) {
      const c = line.charCodeAt(i)
      if (!isLetter(c) && c !== minus) return true
      if (i > from && isUpper(c) && !isUpper(line.charCodeAt(i - 1))) return true
    }
    return from === to
  }

  #bracketEnd(from: number): number {
    let depth = 0
    for (let i = from; i < this.#limit; i++) {
      const c = this.#line.charCodeAt(i)
      if (c === openBracket) depth++
      else if (c === closeBracket && --depth === 0) return i + 1
    }
    return this.#fieldEnd(from)
  }

  /** A line without a time may still begin with its level. */
  #leading(): void {
    const line = this.#line
    const from = line.charCodeAt(0) === openBracket ? 1 : 0
    let to = from
    while (to < this.#limit && isLetter(line.charCodeAt(to))) to++
    const stated = from === 1 || line.charCodeAt(to) === colon || isUpper(line.charCodeAt(to - 1))
    if (to - from > 1 && stated) this.level = levelOf(line, from, to)
  }
}
