import { hiddenClass } from './hidden.ts'
import { type Tokens, WINDOW } from './tokens.ts'
import { wordHash } from './word-hash.ts'

/** Shorter runs hold no request worth hiding. */
const MOST_RUNS = 8
const LEAST_BASE64 = 24
const LEAST_HEX = 32

/**
 * What a text hides from a scan of its letters, decoded once and each at most one window long: invisible and styled
 * characters, escapes, Base64, hexadecimal, ROT13, reversal, digits for letters and letters set apart. Empty for plain
 * texts, which one pass tells. `tokens` are those of the text's first window.
 */
export function decodings(text: string, tokens: Tokens): readonly string[] {
  const marks = lookOver(text)
  const found: string[] = []
  if (marks.unseen > 0) found.push(visible(text))
  if (marks.styled > 3) found.push(text.slice(0, WINDOW).normalize('NFKC'))
  if (marks.escapes > 3) found.push(unescaped(text.slice(0, WINDOW)))
  for (const { from, to } of marks.runs) {
    const inside = plainText(text.slice(from, to))
    if (inside !== undefined) found.push(inside)
  }
  if (marks.disguised > 2) found.push(withLetters(text.slice(0, WINDOW)))
  if (marks.apart > 7) found.push(text.slice(0, WINDOW).replace(/(?<=\S) (?=\S(?: |$))/g, ''))
  const { rotated, reversed } = commonWords(tokens)
  if (rotated > 1) found.push(text.slice(0, WINDOW).replace(/[a-z]/gi, rotate))
  if (reversed > 1) found.push([...text.slice(0, WINDOW)].reverse().join(''))
  return found
}

interface Marks {
  unseen: number
  styled: number
  escapes: number
  /** Words that hold digits which look like letters, and no other digits. */
  disguised: number
  /** Single letters between spaces, in a row. */
  apart: number
  runs: { from: number; to: number }[]
}

function lookOver(text: string): Marks {
  const marks: Marks = { unseen: 0, styled: 0, escapes: 0, disguised: 0, apart: 0, runs: [] }
  let run = 0
  let apart = 0
  let kinds = 0
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 0x20
    if (isCoded(unit)) {
      run++
      kinds |= kindOf(unit)
      continue
    }
    if (run >= LEAST_BASE64 && marks.runs.length < MOST_RUNS) marks.runs.push({ from: i - run, to: i })
    if (unit !== 0x20 || run > 1) apart = 0
    else apart += run
    if (apart > marks.apart) marks.apart = apart
    if (kinds === DISGUISED && run > 2 && run < LEAST_BASE64) marks.disguised++
    run = 0
    kinds = 0
    if (unit > 0x7e) noteUnusual(text, i, unit, marks)
    else if (isEscape(text, i, unit)) marks.escapes++
  }
  return marks
}

/** Small letters and digits that look like letters, and nothing else. */
const DISGUISED = 3

function kindOf(unit: number): number {
  if (isSmall(unit | 0x20)) return 1
  return unit === 0x30 || unit === 0x31 || (unit >= 0x33 && unit <= 0x35) || unit === 0x37 ? 2 : 4
}

function noteUnusual(text: string, i: number, unit: number, marks: Marks): void {
  if (unit === 0xd835 || (unit >= 0xff01 && unit <= 0xff5e) || (unit >= 0x24b6 && unit <= 0x24e9))
    marks.styled++
  else if (hiddenClass(text, i) !== null) marks.unseen++
}

/** What Base64, its form for addresses, and hexadecimal are written with. */
function isCoded(unit: number): boolean {
  return (
    isDigit(unit) ||
    isSmall(unit | 0x20) ||
    unit === 0x2b ||
    unit === 0x2f ||
    unit === 0x3d ||
    unit === 0x2d ||
    unit === 0x5f
  )
}

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39
const isSmall = (unit: number): boolean => unit >= 0x61 && unit <= 0x7a

/** `%41`, `\u0041`, `\x41`, `&#65;` */
function isEscape(text: string, i: number, unit: number): boolean {
  const next = text.charCodeAt(i + 1)
  if (unit === 0x25) return isHex(next) && isHex(text.charCodeAt(i + 2))
  if (unit === 0x5c) return (next === 0x75 || next === 0x78) && isHex(text.charCodeAt(i + 2))
  return unit === 0x26 && next === 0x23
}

const isHex = (unit: number): boolean => isDigit(unit) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66)

const escaped = /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,5});|&#(\d{1,6});/gi

function unescaped(text: string): string {
  return text.replace(escaped, (whole: string, percent, u, x, hex, decimal) => {
    const point = decimal === undefined ? Number.parseInt(percent ?? u ?? x ?? hex, 16) : Number(decimal)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

/** Tag characters as the letters they stand for; other invisible characters left out. */
function visible(text: string): string {
  let out = ''
  for (let i = 0; i < text.length && out.length < WINDOW; i++) {
    const point = text.codePointAt(i) ?? 0
    if (point > 0xffff) i++
    if (point >= 0xe0020 && point <= 0xe007e) out += String.fromCharCode(point - 0xe0000)
    else if (hiddenClass(text, point > 0xffff ? i - 1 : i) === null) out += String.fromCodePoint(point)
  }
  return out
}

/** A run as Base64 or hexadecimal, when it holds words and not bytes. */
function plainText(run: string): string | undefined {
  const most = run.slice(0, WINDOW)
  const isHexadecimal = most.length >= LEAST_HEX && /^[0-9a-f]+$/i.test(most)
  const decoded = Buffer.from(most, isHexadecimal ? 'hex' : 'base64').toString('latin1')
  let letters = 0
  let spaces = 0
  for (let i = 0; i < decoded.length; i++) {
    const unit = decoded.charCodeAt(i)
    if (unit === 0x20) spaces++
    else if (isSmall(unit | 0x20)) letters++
    else if (unit < 9 || unit > 0x7e) return undefined
  }
  return spaces > 1 && letters > decoded.length / 2 ? decoded : undefined
}

const letterFor: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Digits and signs in words as the letters they look like. */
function withLetters(text: string): string {
  return text.replace(/[a-z013457@$!]+/gi, word =>
    /[a-z]/i.test(word) ? word.replace(/[013457@$!]/g, sign => letterFor[sign] ?? sign) : word,
  )
}

function rotate(letter: string): string {
  const unit = letter.charCodeAt(0)
  return String.fromCharCode((unit | 0x20) < 0x6e ? unit + 13 : unit - 13)
}

// Words that every English request has, as they look rotated or reversed, and that are no words then.
const rotatedWords = new Set(
  ['gur', 'naq', 'lbh', 'lbhe', 'nyy', 'abg', 'jvgu', 'guvf', 'vtaber', 'cebzcg'].map(wordHash),
)
const reversedWords = new Set(
  ['eht', 'dna', 'uoy', 'ruoy', 'lla', 'htiw', 'siht', 'erongi', 'tpmorp', 'morf'].map(wordHash),
)

/** Whether any of those words has this in its lowest bits: one look tells that nearly every word is none of them. */
const mayBeCommon = new Uint8Array(256)
for (const word of [...rotatedWords, ...reversedWords]) mayBeCommon[word & 255] = 1

function commonWords({ count, hash }: Tokens): { rotated: number; reversed: number } {
  let rotated = 0
  let reversed = 0
  for (let i = 0; i < count; i++) {
    const word = hash[i] ?? 0
    if (mayBeCommon[word & 255] === 0) continue
    if (rotatedWords.has(word)) rotated++
    else if (reversedWords.has(word)) reversed++
  }
  return { rotated, reversed }
}
