import {
  closeBracket,
  closeParenthesis,
  colon,
  comma,
  dot,
  isDigit,
  isUpper,
  minus,
  one,
  openBracket,
  openParenthesis,
  plus,
  slash,
  space,
  upperT,
  upperZ,
} from './characters.ts'
import { isDatePart } from './vocabulary.ts'

/** How far a field of a header is a time: `full` says date or time of day, `part` may stand beside one, such as a month; `epoch` counts at the start of a line. */
export const Epoch = 3
export const Full = 2
export const Part = 1
export const Other = 0

/** Whether a field without white space is a date, a time of day, an epoch, or part of one. Brackets around it are allowed. */
export function momentAt(line: string, start: number, end: number): number {
  let from = start
  let to = end
  const c = line.charCodeAt(from)
  if (c === openBracket || c === openParenthesis) from++
  const last = line.charCodeAt(to - 1)
  if (last === closeBracket || last === closeParenthesis || last === comma || last === colon) to--
  const first = line.charCodeAt(from)
  if (isUpper(first)) return to - from === 3 && isDatePart(line, from) ? Part : Other
  for (let i = from; i < to; i++) if (!isMomentSign(line.charCodeAt(i))) return Other
  if (!isDigit(first)) return Other
  if (hasDate(line, from, to) || hasTimeOfDay(line, from, to)) return Full
  return isEpoch(line, from, to) ? Epoch : Part
}

const isMomentSign = (c: number): boolean =>
  (c >= minus && c <= colon) || c === plus || c === comma || c === upperT || c === upperZ

const digitsFrom = (line: string, from: number, to: number): number => {
  let i = from
  while (i < to && isDigit(line.charCodeAt(i))) i++
  return i - from
}

/** `2024-01-31`, `2024.1.31`, `31/01/24`, `20240131-…` */
function hasDate(line: string, from: number, to: number): boolean {
  const first = digitsFrom(line, from, to)
  const century = line.charCodeAt(from) * 256 + line.charCodeAt(from + 1)
  const year = first >= 4 && (century === 0x3139 || century === 0x3230)
  const sign = line.charCodeAt(from + first)
  if (first === 8 && year) return sign === minus || sign === upperT
  const dated = sign === minus || sign === slash || (sign === dot && year)
  if (!dated || first === 3 || first > 4 || (first === 4 && !year)) return false
  const second = digitsFrom(line, from + first + 1, to)
  const third = from + first + second + 2
  return second > 0 && second < 3 && line.charCodeAt(third - 1) === sign && digitsFrom(line, third, to) > 0
}

/** `23:59:59.123`, also behind a date; not the port of an address. */
function hasTimeOfDay(line: string, from: number, to: number): boolean {
  for (let i = from + 1; i < to - 2; i++) {
    if (line.charCodeAt(i) !== colon || digitsFrom(line, i + 1, to) !== 2 || !isDigit(line.charCodeAt(i - 1)))
      continue
    const hour = i - 2 >= from && isDigit(line.charCodeAt(i - 2)) ? i - 2 : i - 1
    const before = hour > from ? line.charCodeAt(hour - 1) : 0
    if (before !== dot && !isDigit(before)) return true
  }
  return false
}

/** Seconds or milliseconds since 1970, of this century's first decades. */
function isEpoch(line: string, from: number, to: number): boolean {
  const length = digitsFrom(line, from, to)
  return (
    line.charCodeAt(from) === one && (length === 13 || (length === 10 && line.charCodeAt(from + 10) === dot))
  )
}

/** `081109 203615`: date and time of six digits each. */
export const isSixAndSix = (line: string, from: number): boolean =>
  digitsFrom(line, from, line.length) === 6 &&
  line.charCodeAt(from + 6) === space &&
  digitsFrom(line, from + 7, line.length) === 6

/** klog: a letter of the level, then month and day. */
export const isKlog = (line: string, from: number): boolean =>
  digitsFrom(line, from + 1, line.length) === 4 && line.charCodeAt(from + 5) === space
