import { wordsBefore } from './text-scan.ts'

const zipWords = /\b(zip|zip ?code|postal ?code|post ?code|plz|postnummer|code postal)s?\b[^.\n]{0,24}$/
/** A place and its code: `Springfield, IL 62704`, `Aalborg NO 9100`; exports write `nan` where a region is missing. */
const regionBefore = /\p{Lu}[\p{L}'’.-]+,? (?:[A-Z]{2,3}|nan),? $/u
/** `in Bjert 6091`, `i København K 1421`. */
const townBefore = /\b(?:[Ii]n|[Tt]o|[Ff]rom|[Aa]t|[Nn]ear)\s+(?:\p{L}[\p{L}'’.-]*\s+){1,5}$/u
const nameBefore = /(?:^|\s)(?:\p{Lu}[\p{L}'’.-]*\s+)$/u

/** How sure a number is a postal code of a country that writes digits only. */
export function zipScore(
  text: string,
  digits: string,
  sizes: readonly number[],
  separators: readonly string[],
  start: number,
  end: number,
): number {
  if (!shaped(sizes, separators)) return 0
  if (zipWords.test(wordsBefore(text, start, 48))) return 0.9
  const before = text.slice(Math.max(0, start - 60), start)
  if (regionBefore.test(before)) return 0.75
  if (digits.length < 4 || isYear(digits)) return 0
  return townBefore.test(before) &&
    nameBefore.test(before) &&
    !/^\s*(year|people|\p{Lu})/u.test(text.slice(end, end + 8))
    ? 0.6
    : 0
}

/** 12345, 12345-6789, 1234, 3610-114, 840 24. */
function shaped(sizes: readonly number[], separators: readonly string[]): boolean {
  const [first, second] = sizes
  if (sizes.length === 1) return first !== undefined && first >= 4 && first <= 6
  if (sizes.length !== 2) return false
  if (separators[0] === '-')
    return (first === 5 && second === 4) || (first === 4 && second === 3) || (first === 2 && second === 3)
  return separators[0] === ' ' && first === 3 && second === 2
}

const isYear = (digits: string): boolean => digits.length === 4 && digits >= '1900' && digits <= '2099'
