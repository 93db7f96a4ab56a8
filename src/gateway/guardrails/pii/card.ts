import { wordsAfter, wordsBefore } from './text-scan.ts'

const cardWords = /\b(card|cards|cc|credit|debit|maestro|visa|amex|mastercard)\b/

/**
 * Digits of a payment card: the Luhn check and an issuer's range and length (ISO/IEC 7812). Twelve digits, and ranges
 * that no issuer we know of has, are a card only where the text speaks of one: many other numbers look like that.
 */
export function isCard(digits: string, text: string, start: number, end: number): boolean {
  if (!passesLuhn(digits)) return false
  if (digits.length >= 13 && inIssuerRange(digits)) return true
  return cardWords.test(wordsBefore(text, start, 60)) || cardWords.test(wordsAfter(text, end, 30))
}

function inIssuerRange(digits: string): boolean {
  const { length } = digits
  if (length > 19) return false
  const four = Number(digits.slice(0, 4))
  const two = Math.floor(four / 100)
  if (two >= 40 && two <= 49) return length === 13 || length === 16 || length === 19
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16
  if (two === 34 || two === 37) return length === 15
  if (two === 30 || two === 36 || two === 38 || two === 39) return length >= 14 && length <= 19
  if (four >= 3500 && four <= 3599) return length >= 16
  if (four === 1800 || four === 2131) return length === 15
  // Discover, UnionPay and Maestro share the fifties and sixties.
  return two === 50 || (two >= 56 && two <= 69) || two === 81
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 48
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}
