/** Small questions about characters, by code unit: they are asked millions of times, where a regular expression costs. */

export const isDigit = (code: number): boolean => code >= 48 && code <= 57

export const isAsciiLetter = (code: number): boolean => {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}

/** Letters of any script count as part of a word; so do digits and the underscore. */
export const isWord = (code: number): boolean =>
  isDigit(code) ||
  isAsciiLetter(code) ||
  code === 95 ||
  (code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && !(code >= 0x2000 && code <= 0x303f) && code < 0xfe00)

/** The text just before a place in lower case, where the words stand that say what a number is. */
export const wordsBefore = (text: string, start: number, units: number): string =>
  text.slice(Math.max(0, start - units), start).toLowerCase()

export const wordsAfter = (text: string, end: number, units: number): string =>
  text.slice(end, end + units).toLowerCase()
