import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { wordsAfter, wordsBefore } from './text-scan.ts'

const phoneWords =
  /\b(phones?|telephone|tel|mobile|cell(phone)?|landline|fax|call(ing|ed)?|dial(ing|ed)?|ring|text(ing|ed)?|sms|messages?|messaged|whatsapp|signal|reach(ed)?|contact(ed)?|answer(s|ing|ed)?|hotline|helpline|extension|voicemail|pager|beep|registered|numbers?)\b/
const otherWords =
  /(\b(order|invoice|ticket|case|account|acct|reference|ref|id|card|serial|tracking|policy|passport|license|licence|ssn|security|version|isbn|iban|page|pages|pp|article|section|born|dated|usd|eur|gbp|population|score)\b[^.;\n]{0,14}|[$€£#])$/
/** Nearer to the number than the other word, these decide. */
const calling = /\b(phone|telephone|tel|mobile|cell|fax|call|dial|sms|whatsapp|reach|contact)\b/
const roleAfter = /^\s*[-–(,:]?\s*\(?(office|fax|home|mobile|cell|work|tel)\b/

/** What one window of a number run looks like. */
export interface NumberShape {
  digits: string
  /** Digits of each group, such as 3, 3, 4. */
  sizes: readonly number[]
  /** What stands between the groups, spaces folded. */
  separators: readonly string[]
  start: number
  end: number
  /** No more digits stand beside it. */
  whole: boolean
}

/**
 * How sure a number is a telephone number, or 0. International ones (+) are checked against the numbering plans;
 * national ones have a hundred forms, so the way they are grouped or the words around them must say it.
 */
export function phoneScore(text: string, shape: NumberShape): number {
  const { digits, sizes, separators, start, end } = shape
  const { length } = digits
  if (length < 6 || length > 15 || sizes.length > 7) return 0
  if (separators.some(separator => separator === '/' || separator.length > 2)) return 0
  if (text[start] === '+') return internationalScore(text.slice(start, end), text, start, end)
  if (!separators.every(isPhoneSeparator)) return 0
  const before = wordsBefore(text, start, 50)
  const other = otherWords.exec(before)
  if (other && !calling.test(other[0])) return 0
  const named = phoneWords.test(before) || roleAfter.test(wordsAfter(text, end, 14))
  if (isNorthAmerican(sizes, digits) && separators.some(separator => separator !== ' '))
    return named ? 0.95 : 0.8
  const brackets = text[start] === '(' || separators.some(separator => separator.includes('('))
  if (brackets && length >= 7) return named ? 0.9 : 0.7
  if (named && sizes.every(size => size >= 2 || sizes.length > 2))
    return sizes.length > 1 || length >= 7 ? 0.8 : 0
  return groupedLikePhone(shape) ? 0.55 : 0
}

function internationalScore(number: string, text: string, start: number, end: number): number {
  const parsed = parsePhoneNumberFromString(number)
  if (parsed?.isValid()) return 0.98
  if (parsed?.isPossible()) return 0.85
  return phoneWords.test(wordsBefore(text, start, 50)) || roleAfter.test(wordsAfter(text, end, 14)) ? 0.8 : 0
}

const isPhoneSeparator = (separator: string): boolean => /^( ?[-–.] ?| |\)[ -]?| ?\(|\) ?\()$/.test(separator)

/** 3-3-4, with or without the country: area and exchange do not start with 0 or 1 (NANP). */
function isNorthAmerican(sizes: readonly number[], digits: string): boolean {
  const country = sizes.length === 4 && (digits.startsWith('1') || digits.startsWith('001'))
  const [area, exchange, line] = country ? sizes.slice(1) : sizes
  return (country || sizes.length === 3) && area === 3 && exchange === 3 && line === 4
}

/** A trunk zero and groups of two to four digits, or four pairs: written so for telephones and little else. */
function groupedLikePhone({ digits, sizes, separators, whole }: NumberShape): boolean {
  if (!whole) return false
  if (digits.length < 8 || digits.length > 12 || sizes.length < 3) return false
  if (separators.some(separator => separator !== separators[0]) || separators[0] === '.') return false
  if (sizes.some(size => size > 5)) return false
  return (
    digits.startsWith('0') || (sizes.length >= 4 && separators[0] === '-' && sizes.every(size => size === 2))
  )
}
