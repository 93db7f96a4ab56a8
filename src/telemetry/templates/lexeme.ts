import { classOf, Digit, Letter } from './character-class.ts'
import {
  apostrophe,
  backslash,
  closeBrace,
  closeBracket,
  closeParenthesis,
  colon,
  comma,
  dot,
  isDigit,
  isHex,
  more,
  openBrace,
  openBracket,
  openParenthesis,
  quote,
  semicolon,
  slash,
  space,
} from './characters.ts'

/** FNV-1a over UTF-16 codes. */
export function hashOf(line: string, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193)
  return hash
}

/** What closes an opening sign, -1 for any other. */
export function closerOf(c: number): number {
  if (c === openParenthesis) return closeParenthesis
  if (c === openBracket) return closeBracket
  if (c === openBrace) return closeBrace
  return c === quote || c === apostrophe ? c : -1
}

/**
 * Letters with a number of up to two digits behind them, such as `eth0`, `ssh2` and `node12`: only the number is the value,
 * unless all is hexadecimal.
 */
export function isNumbered(line: string, letters: number, digit: number): boolean {
  if (digit - letters < 3) return false
  let hex = digit - letters > 3
  for (let i = letters; hex && i < digit; i++) hex = isHex(line.charCodeAt(i))
  if (hex) return false
  const end = isDigit(line.charCodeAt(digit + 1)) ? digit + 2 : digit + 1
  const kind = end < line.length ? classOf(line.charCodeAt(end)) : 0
  return kind !== Letter && kind !== Digit
}

/** Whether a sign that otherwise ends a word is part of one: an apostrophe between letters, the colon of a drive. */
export function isWithin(line: string, start: number, i: number, c: number): boolean {
  if (i === start || i + 1 >= line.length) return false
  if (c === colon) return i === start + 1 && line.charCodeAt(i + 1) === backslash
  return (
    c === apostrophe &&
    classOf(line.charCodeAt(i - 1)) === Letter &&
    classOf(line.charCodeAt(i + 1)) === Letter
  )
}

/** Two hexadecimal digits before a colon and two behind it, with another colon after them, as hardware addresses have. */
export const isHexPair = (line: string, start: number, i: number): boolean =>
  i === start + 2 &&
  line.charCodeAt(i + 3) === colon &&
  isHex(line.charCodeAt(start)) &&
  isHex(line.charCodeAt(start + 1)) &&
  isHex(line.charCodeAt(i + 1)) &&
  isHex(line.charCodeAt(i + 2))

/** Whether the colon at an offset is that of a URL. */
export const isUrl = (line: string, i: number): boolean =>
  line.charCodeAt(i + 1) === slash && line.charCodeAt(i + 2) === slash

/** Where a URL ends: at white space, a quote or a closing bracket. */
export function urlEnd(line: string, start: number, limit: number): number {
  let i = start
  while (i < limit && !endsUrl(line.charCodeAt(i))) i++
  const last = line.charCodeAt(i - 1)
  return last === comma || last === dot || last === colon ? i - 1 : i
}

const endsUrl = (c: number): boolean =>
  c <= space ||
  c === quote ||
  c === apostrophe ||
  c === closeParenthesis ||
  c === closeBracket ||
  c === closeBrace ||
  c === more ||
  c === semicolon

/** Whether a word with so many slashes is a path: several of them, or one at its start. */
export function isPath(line: string, start: number, end: number, count: number): boolean {
  const first = line.charCodeAt(start)
  return count > 1 || (count === 1 && (first === slash || first === backslash) && end - start > 2)
}

/** The colon of times, ports and addresses, and the comma of large numbers and of lists without spaces. */
export function linksDigits(line: string, i: number, c: number): boolean {
  const next = line.charCodeAt(i + 1)
  if (c === comma) return isDigit(next)
  return c === colon && (isDigit(next) || next === colon || isHexPair(line, i - 2, i) || isLastPair(line, i))
}

/** The end of a hardware address: `ee` of `dd:ee`. */
const isLastPair = (line: string, i: number): boolean =>
  line.charCodeAt(i - 3) === colon && isHex(line.charCodeAt(i + 1)) && isHex(line.charCodeAt(i + 2))
