import { charClass } from './char-class.ts'

/** Letters of plain words that must stand before noise in the same line for it to be a suffix and not code. */
const PLAIN_LETTERS = 24
/** Noise is counted over this many units: the length of a suffix of some 20 tokens. */
const SPAN = 128
/** Noise is looked for in so many last units: a suffix ends the text, pasted code and markup seldom do nothing else. */
const TAIL = 512

/**
 * How much a line of plain words turns into noise, the mark of suffixes found by search (GCG, arXiv 2307.15043; random
 * search, arXiv 2404.02151): 0 none, 1 and more a suffix. Code and markup keep to lines of their own, close their
 * brackets and put symbols in a few orders only, so each oddity counts and plain punctuation does not.
 */
export function suffixNoise(text: string, from: number, to: number): number {
  const start = Math.max(from, to - TAIL)
  let worst = 0
  let plain = 0
  let odd = 0
  let oldest = 0
  let depth = 0
  let open = 0
  let before = 26
  let runLetters = 0
  for (let i = start; i < to; i++) {
    const unit = text.charCodeAt(i)
    const now = charClass(unit)
    if (unit === 10 || unit === 13) {
      plain = 0
      odd = 0
      depth = 0
      open = 0
      before = 26
      runLetters = 0
      continue
    }
    if (now < 26) {
      runLetters++
      if (odd < 1) plain++
    } else runLetters = 0
    if (plain < PLAIN_LETTERS) {
      before = now
      continue
    }
    if (odd > 0 && i - oldest > SPAN) {
      odd *= 0.5
      oldest = i
    }
    if (unit === 0x60 && text.charCodeAt(i + 1) !== 0x60) {
      // Code between back-ticks is quoted.
      const close = closingTick(text, i + 1, to)
      if (close > 0) {
        i = close
        before = 28
        continue
      }
    }
    let weight = 0
    const last = i > start ? text.charCodeAt(i - 1) : 0x20
    const next = i + 1 < to ? text.charCodeAt(i + 1) : 0x20
    if (now === 29) {
      const opens = unit === 0x28 || unit === 0x5b || unit === 0x7b
      if (opens) {
        open = open * 4 + kindOf(unit)
        depth++
        if (before < 26 && unit !== 0x28) weight += 0.15
        if (before === 29 && last !== unit && last !== 0x5d && last !== 0x29) weight += 0.2
      } else if (depth > 0 && (open & 3) === kindOf(unit)) {
        open >>= 2
        depth--
      } else weight += depth > 0 ? 0.35 : 0.15
      if (depth > 12) depth = 12
    } else if (now === 30) {
      if (before === 30 && last !== unit) weight += 0.2
      else if (before < 26 && charClass(next) < 26 && !joiner(unit)) weight += 0.2
      else if (before === 29 || charClass(next) === 29) weight += 0.15
      if (unit === 0x5c || unit === 0x60) weight += 0.1
    } else if (now === 28 && (before === 30 || before === 29) && charClass(next) < 27 && next !== 0x20)
      weight += 0.12
    else if (unit >= 0x41 && unit <= 0x5a && last >= 0x61 && last <= 0x7a) weight += 0.1
    else if (unit >= 0x400 && now === 31 && isLatin(last)) weight += 0.25
    else if (isLatin(unit) && last >= 0x400 && before === 31) weight += 0.25
    if (weight > 0) {
      if (odd === 0) oldest = i
      odd += weight
      // Brackets left open count once the line shows other oddities.
      const total = odd + Math.min(4, depth) * 0.12
      if (total > worst) worst = total
    }
    before = now
  }
  return worst / 1.2
}

/** Where a span of code ends on this line, -1 when it does not. */
function closingTick(text: string, from: number, to: number): number {
  const most = Math.min(to, from + SPAN)
  for (let i = from; i < most; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x60) return i
    if (unit === 10) return -1
  }
  return -1
}

function isLatin(unit: number): boolean {
  return unit < 0x250 && charClass(unit) < 26
}

function kindOf(unit: number): number {
  return unit === 0x28 || unit === 0x29 ? 1 : unit === 0x5b || unit === 0x5d ? 2 : 3
}

/** Symbols that stand between letters in ordinary writing: hyphen, slash, underscore, at, ampersand, plus. */
function joiner(unit: number): boolean {
  return (
    unit === 0x2d ||
    unit === 0x2f ||
    unit === 0x5f ||
    unit === 0x40 ||
    unit === 0x26 ||
    unit === 0x2b ||
    unit === 0x2013 ||
    unit === 0x2014 ||
    unit === 0x25 ||
    unit === 0x3d
  )
}
