import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  dot,
  equals,
  isLetter,
  openBrace,
  openBracket,
  quote,
  space,
  underscore,
} from './characters.ts'
import { levelOf } from './level.ts'

/** Longest line that is looked through, in UTF-16 units, and most pairs of key and value. */
const maxLength = 16_384
const maxPairs = 64

const messageKeys = new Set(['msg', 'message', 'body', 'event', 'log', 'short_message'])
const levelKeys = new Set(['level', 'severity', 'severity_text', 'lvl', 'levelname', 'loglevel', 'log.level'])

/** Where the message of a structured line stands, and the level it states; offsets are 0 where it has no message. */
export interface Structured {
  start: number
  end: number
  /** Index into `levels`. */
  level: number
}

/** Finds message and level of a line that is a JSON object or pairs of `key=value` (logfmt). What else it holds are attributes. */
export function readStructured(line: string, from: number): Structured | undefined {
  const result = { start: 0, end: 0, level: 0 }
  const end = Math.min(line.length, from + maxLength)
  if (line.charCodeAt(from) === openBrace) return readObject(line, from + 1, end, result)
  return isKeyAt(line, from) ? readPairs(line, from, end, result) : undefined
}

function readObject(line: string, from: number, end: number, result: Structured): Structured {
  let i = from
  for (let pair = 0; pair < maxPairs; pair++) {
    const open = line.indexOf('"', i)
    if (open < 0 || open >= end) return result
    const close = stringEnd(line, open, end)
    let value = close + 1
    while (line.charCodeAt(value) <= space) value++
    if (line.charCodeAt(value) !== colon) return result
    value++
    while (line.charCodeAt(value) <= space) value++
    const quoted = line.charCodeAt(value) === quote
    i = quoted ? stringEnd(line, value, end) + 1 : valueEnd(line, value, end)
    if (quoted && take(result, line.slice(open + 1, close), line, value + 1, i - 1)) return result
  }
  return result
}

function readPairs(line: string, from: number, end: number, result: Structured): Structured {
  let i = from
  for (let pair = 0; pair < maxPairs && i < end; pair++) {
    const sign = line.indexOf('=', i)
    if (sign < 0 || sign >= end) return result
    const quoted = line.charCodeAt(sign + 1) === quote
    let to = sign + 1
    if (quoted) to = stringEnd(line, sign + 1, end)
    else while (to < end && line.charCodeAt(to) > space) to++
    if (take(result, line.slice(i, sign), line, sign + (quoted ? 2 : 1), to)) return result
    i = quoted ? to + 1 : to
    while (i < end && line.charCodeAt(i) <= space) i++
  }
  return result
}

/** Notes a pair if it is message or level; answers whether both are known. */
function take(result: Structured, key: string, line: string, start: number, end: number): boolean {
  if (result.end === 0 && end > start && messageKeys.has(key)) {
    result.start = start
    result.end = end
  } else if (result.level === 0 && levelKeys.has(key)) result.level = levelOf(line, start, end)
  return result.end > 0 && result.level > 0
}

function stringEnd(line: string, open: number, end: number): number {
  let i = open + 1
  while (i < end && line.charCodeAt(i) !== quote) i += line.charCodeAt(i) === backslash ? 2 : 1
  return Math.min(i, end)
}

/** The end of a number, a word, an array or an object. */
function valueEnd(line: string, from: number, end: number): number {
  let depth = 0
  let i = from
  for (; i < end; i++) {
    const c = line.charCodeAt(i)
    if (c === quote) i = stringEnd(line, i, end)
    else if (c === openBracket || c === openBrace) depth++
    else if (c === closeBracket || c === closeBrace) depth--
    else if (c === comma && depth <= 0) return i
  }
  return i
}

/** Whether a line begins with a key and its value, as logfmt does. */
function isKeyAt(line: string, from: number): boolean {
  let i = from
  while (i < from + 16) {
    const c = line.charCodeAt(i)
    if (c === equals) return i > from
    if (!isLetter(c) && c !== underscore && c !== dot) return false
    i++
  }
  return false
}
