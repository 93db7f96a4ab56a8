import { isCard } from './card.ts'
import { ssnScore } from './identity-number.ts'
import { numberRuns } from './number-run.ts'
import { type NumberShape, phoneScore } from './phone.ts'
import { zipScore } from './postcode.ts'
import type { PiiSpan, PiiType } from './span.ts'
import { isDigit } from './text-scan.ts'

/** Groups of digits looked at together: more than a card in pairs has. */
const WINDOW_GROUPS = 7
const DIGITS_MAX = 19

/** Cards, telephone, social security and postal numbers: whatever is digits with separators. */
export function findNumbers(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  for (const { groups } of numberRuns(text)) {
    for (let first = 0; first < groups.length; ) {
      const last = Math.min(groups.length, first + WINDOW_GROUPS) - 1
      const found = longest(text, groups, first, last)
      if (found) spans.push(found.span)
      first = found ? found.last + 1 : first + 1
    }
  }
  return spans
}

type Groups = readonly { start: number; end: number }[]

/** The most groups from here on that are one number of a known kind. */
function longest(
  text: string,
  groups: Groups,
  first: number,
  last: number,
): { span: PiiSpan; last: number } | undefined {
  for (let until = last; until >= first; until--) {
    const from = groups[first]
    const to = groups[until]
    if (!from || !to || (until > first && to.end - from.start > 2 * DIGITS_MAX)) continue
    const window = groups.slice(first, until + 1)
    const digits = window.reduce((sum, { start, end }) => sum + end - start, 0)
    // Single digits side by side are a list.
    if (digits < 4 || digits > DIGITS_MAX || 2 * digits < 3 * window.length) continue
    const shape = shapeOf(text, window, window.length === groups.length)
    const [type, score] = kindOf(text, shape)
    if (score > 0) return { span: { start: shape.start, end: shape.end, type, score }, last: until }
  }
  return undefined
}

function kindOf(text: string, shape: NumberShape): readonly [PiiType, number] {
  const { digits, sizes, separators, start, end } = shape
  const plain = separators.every(separator => separator === ' ' || separator === '-')
  if (plain && digits.length >= 12 && text[start] !== '+' && isCard(digits, text, start, end))
    return ['CREDIT_CARD', 0.96]
  const ssn = ssnScore(text, digits, sizes, separators, start)
  if (ssn > 0) return ['US_SSN', ssn]
  const zip = zipScore(text, digits, sizes, separators, start, end)
  if (zip > 0.8) return ['ZIP_CODE', zip]
  const phone = phoneScore(text, shape)
  return phone > 0 ? ['PHONE_NUMBER', phone] : ['ZIP_CODE', zip]
}

function shapeOf(text: string, groups: Groups, whole: boolean): NumberShape {
  const separators: string[] = []
  const sizes: number[] = []
  let digits = ''
  let before = 0
  for (const { start, end } of groups) {
    if (digits !== '') separators.push(text.slice(before, start).replace(/[\u00a0\u202f\t]/g, ' '))
    digits += text.slice(start, end)
    sizes.push(end - start)
    before = end
  }
  return { digits, sizes, separators, whole, ...bounds(text, groups[0]?.start ?? 0, before) }
}

/** A plus or an opening parenthesis before, an extension after. */
function bounds(text: string, from: number, to: number): { start: number; end: number } {
  let start = from
  if (text[start - 1] === '(' && text.slice(start, to).includes(')')) start -= 1
  if (text[start - 1] === '+') start -= 1
  const extension = /^ ?(?:x|ext\.? ?)\d{1,6}\b/i.exec(text.slice(to, to + 14))
  const end = extension && isDigit(text.charCodeAt(to - 1)) ? to + extension[0].length : to
  return { start, end }
}
