import type { PiiSpan } from './span.ts'
import { wordsAfter, wordsBefore } from './text-scan.ts'

const ssnWords = /\b(ssn|social security|social sec|tax ?payer|itin)\b/

/**
 * How sure a number is a United States social security number: 3-2-4 in ranges that are given out (SSA: not 000, 666 or
 * 9xx, no group or serial of zeros), or nine digits together where the text says so.
 */
export function ssnScore(
  text: string,
  digits: string,
  sizes: readonly number[],
  separators: readonly string[],
  start: number,
): number {
  if (digits.length !== 9) return 0
  const area = digits.slice(0, 3)
  if (area === '000' || area === '666' || area >= '900') return 0
  if (digits.slice(3, 5) === '00' || digits.slice(5) === '0000') return 0
  const named = ssnWords.test(wordsBefore(text, start, 60))
  if (sizes.length === 1) return named ? 0.9 : 0
  const shaped = sizes.length === 3 && sizes[0] === 3 && sizes[1] === 2 && separators[0] === separators[1]
  if (!shaped) return 0
  if (separators[0] === '-') return named ? 0.98 : 0.9
  return named && separators[0] === ' ' ? 0.95 : 0
}

const licenceHead =
  /\b(?:driver'?s?'?|driver’s|driving|operator'?s)[ -](?:licen[cs]e|permit)s?\b|\bdl ?(?:#|:|no\b|num)|\blicen[cs]e (?:number|no\b|num|#)/gi
/** What a state prints: capitals and digits, in groups. */
const licenceNumber =
  /(?<![\p{L}\p{N}-])(?=[A-Z*]{0,7}[ -]?\d)[A-Z\d*]+(?:-[A-Z\d*]+| (?=[A-Z]?\d{3})[A-Z\d]+)*(?![\p{L}\p{N}])/gu
const REACH_UNITS = 80
/** Between a licence and its number there is no other sentence and no other number. */
const DIGITS_MIN = 4

/** Driver's licence numbers: states have some fifty formats, so only the words beside them tell. */
export function findLicences(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  licenceHead.lastIndex = 0
  for (let match = licenceHead.exec(text); match; match = licenceHead.exec(text)) {
    const after = licenceHead.lastIndex
    const found = firstNumber(text.slice(after, after + REACH_UNITS), after) ?? lastNumber(text, match.index)
    if (found) spans.push(found)
  }
  return spans
}

function firstNumber(part: string, offset: number): PiiSpan | undefined {
  for (const match of part.matchAll(licenceNumber)) {
    const span = licence(match[0], offset + match.index)
    if (span) return span
  }
  return undefined
}

/** "F1234… is my driver's licence": the number stands first, in the same sentence. */
function lastNumber(text: string, end: number): PiiSpan | undefined {
  const from = Math.max(0, end - 40)
  const matches = [...text.slice(from, end).matchAll(licenceNumber)]
  const match = matches.at(-1)
  if (
    !match ||
    !/^\W*(is|was|as)\b[^.\n]*$/.test(
      wordsAfter(text, from + match.index + match[0].length, 40).slice(
        0,
        end - from - match.index - match[0].length,
      ),
    )
  )
    return undefined
  return licence(match[0], from + match.index)
}

function licence(number: string, start: number): PiiSpan | undefined {
  const digits = number.replace(/\D/g, '').length
  if (digits < DIGITS_MIN || number.length > 24) return undefined
  return { start, end: start + number.length, type: 'US_DRIVER_LICENSE', score: 0.97 }
}
