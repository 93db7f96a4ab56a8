import { charClass, kinds } from './char-class.ts'

/** Letters of plain words that must stand before noise in the same line for it to be a suffix and not code. */
const PLAIN_LETTERS = 24
/** Noise is counted over this many units: the length of a suffix of some 20 tokens. */
const SPAN = 128
/** Noise is looked for in so many last units: a suffix ends the text, pasted code and markup seldom do nothing else. */
const TAIL = 512
/** How far before it the line that the tail begins in is looked for. */
const REACH = 2048
const NEVER = -1_000_000
/** Brackets are followed to this depth; two bits each. */
const DEPTH = 12
/** A longer run without space is a key, a digest or an address. */
const TOKEN = 48
const NEWLINE = 10
const TICK = 0x60

/** Brackets open in the line so far: two bits each, the innermost lowest. */
const brackets = { open: 0, depth: 0 }

/**
 * How much a line of plain words turns into noise, the mark of suffixes found by search (GCG, arXiv 2307.15043; random
 * search, arXiv 2404.02151): near 0 for plain text and code, 1 and more for a suffix. Code and markup keep to lines of
 * their own, close their brackets and put symbols in few orders, so each oddity counts and plain punctuation does not.
 */
export function suffixNoise(text: string, from: number, to: number): number {
  const start = lineStart(text, from, Math.max(from, to - TAIL))
  let worst = 0
  let plain = 0
  let odd = 0
  let oldest = start
  let unbroken = 0
  let before: number = kinds.space
  brackets.depth = 0
  for (let i = start; i < to; i++) {
    const unit = text.charCodeAt(i)
    const now = charClass(unit)
    unbroken = now === kinds.space ? 0 : unbroken + 1
    if (unit === NEWLINE) {
      plain = 0
      odd = 0
      brackets.depth = 0
    } else if (plain < PLAIN_LETTERS) plain = plainSoFar(plain, now)
    else if (unit === TICK && before === kinds.space) i = closingTick(text, i, to)
    else {
      if (odd > 0 && i - oldest > SPAN) {
        odd *= 0.5
        oldest = i
      }
      const weight = unbroken > TOKEN ? 0 : oddity(text, i, unit, now, before)
      if (weight > 0) {
        if (odd === 0) oldest = i
        odd += weight
        // Brackets left open count once the line shows other oddities.
        worst = Math.max(worst, odd + Math.min(4, brackets.depth) * 0.12)
      }
    }
    before = charClass(text.charCodeAt(i))
  }
  return worst / 1.2
}

/** Letters of the plain words a line began with; far below zero once it began with anything else, as code and data do. */
function plainSoFar(plain: number, kind: number): number {
  if (kind < kinds.space || kind === kinds.letter) return plain + 1
  const isPlain = kind === kinds.space || (plain > 0 && kind === kinds.mark)
  return isPlain ? plain : NEVER
}

/** Where the line of a position begins, looked for over a bounded stretch. */
function lineStart(text: string, from: number, at: number): number {
  const least = Math.max(from, at - REACH)
  for (let i = at; i > least; i--) if (text.charCodeAt(i - 1) === NEWLINE) return i
  return least
}

/** How unlike plain writing one unit is after the one before it. */
function oddity(text: string, i: number, unit: number, now: number, before: number): number {
  if (now === kinds.bracket) return bracketOddity(unit, text.charCodeAt(i - 1), before)
  if (now === kinds.symbol)
    return symbolOddity(unit, text.charCodeAt(i - 1), charClass(text.charCodeAt(i + 1)), before)
  const isLetter = now < kinds.space
  if (now === kinds.mark) return isSign(before) && charClass(text.charCodeAt(i + 1)) < kinds.space ? 0.12 : 0
  const last = text.charCodeAt(i - 1)
  if (unit >= 0x41 && unit <= 0x5a) return last >= 0x61 && last <= 0x7a ? 0.1 : 0
  // A letter of another script straight after a Latin one, or the other way about.
  if (now === kinds.letter && unit >= 0x400) return isLatin(last) ? 0.25 : 0
  return isLetter && isLatin(unit) && before === kinds.letter && last >= 0x400 ? 0.25 : 0
}

function bracketOddity(unit: number, last: number, before: number): number {
  const kind = kindOf(unit)
  const opens = unit === 0x28 || unit === 0x5b || unit === 0x7b
  if (opens) {
    brackets.open = (brackets.open << 2) | kind
    brackets.depth = Math.min(DEPTH, brackets.depth + 1)
    const glued = before < kinds.space && unit !== 0x28 ? 0.15 : 0
    return glued + (before === kinds.bracket && last !== unit && last !== 0x5d && last !== 0x29 ? 0.2 : 0)
  }
  if (brackets.depth === 0) return 0.15
  if ((brackets.open & 3) !== kind) return 0.35
  brackets.open >>= 2
  brackets.depth--
  return 0
}

function symbolOddity(unit: number, last: number, next: number, before: number): number {
  const escapes = unit === 0x5c || unit === TICK ? 0.1 : 0
  if (before === kinds.symbol && last !== unit) return 0.2 + escapes
  if (before < kinds.space && next < kinds.space && !joins(unit)) return 0.2 + escapes
  return (before === kinds.bracket || next === kinds.bracket ? 0.15 : 0) + escapes
}

const isSign = (kind: number): boolean => kind === kinds.symbol || kind === kinds.bracket

function kindOf(unit: number): number {
  if (unit === 0x28 || unit === 0x29) return 1
  return unit === 0x5b || unit === 0x5d ? 2 : 3
}

function isLatin(unit: number): boolean {
  return unit < 0x250 && charClass(unit) < kinds.space
}

/** Symbols that stand between letters in ordinary writing: - / _ @ & + % = */
function joins(unit: number): boolean {
  return (
    unit === 0x2d ||
    unit === 0x2f ||
    unit === 0x5f ||
    unit === 0x40 ||
    unit === 0x26 ||
    unit === 0x2b ||
    unit === 0x25 ||
    unit === 0x3d
  )
}

/** Where code between back-ticks ends on this line; `i` itself when it does not. */
function closingTick(text: string, i: number, to: number): number {
  const most = Math.min(to, i + SPAN)
  for (let at = i + 1; at < most; at++) {
    const unit = text.charCodeAt(at)
    if (unit === TICK) return at
    if (unit === NEWLINE) return i
  }
  return i
}
