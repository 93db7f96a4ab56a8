import { fold } from './fold.ts'

/** Kinds of characters; what reads as a Latin letter is 0 to 25, as itself. */
export const kinds = { space: 26, digit: 27, mark: 28, bracket: 29, symbol: 30, letter: 31 } as const

/** Signs of plain writing, typographic quotes and dashes among them. */
const marks = '.,?!\'":‘’“”–—。，'

const table = Uint8Array.from({ length: 0x10000 }, (_, unit) => {
  const letter = fold[unit] ?? 0
  if (letter >= 0x61 && letter <= 0x7a) return letter - 0x61
  if (letter !== 0) return letter < 0x3a ? kinds.digit : kinds.letter
  if (unit <= 0x20 || unit === 0xa0) return kinds.space
  const character = String.fromCharCode(unit)
  if (marks.includes(character)) return kinds.mark
  return '()[]{}'.includes(character) ? kinds.bracket : kinds.symbol
})

export function charClass(unit: number): number {
  return table[unit] ?? kinds.space
}
