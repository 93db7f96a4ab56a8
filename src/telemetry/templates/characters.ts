/** UTF-16 codes of the signs that lines are split at, and of the ends of ranges. */
export const space = 32
export const quote = 34
export const apostrophe = 39
export const openParenthesis = 40
export const closeParenthesis = 41
export const plus = 43
export const comma = 44
export const minus = 45
export const dot = 46
export const slash = 47
const zero = 48
export const one = 49
const nine = 57
export const colon = 58
export const semicolon = 59
export const less = 60
export const equals = 61
export const more = 62
const upperA = 65
export const upperT = 84
export const upperZ = 90
export const openBracket = 91
export const backslash = 92
export const closeBracket = 93
export const underscore = 95
const lowerA = 97
const lowerF = 102
const lowerZ = 122
export const openBrace = 123
export const bar = 124
export const closeBrace = 125

/** Bit by which lower case differs from upper case. */
const lowerCase = 32

export const isDigit = (c: number): boolean => c >= zero && c <= nine
export const isUpper = (c: number): boolean => c >= upperA && c <= upperZ
/** Whether a code is a letter of ASCII. */
export const isLetter = (c: number): boolean => (c | lowerCase) >= lowerA && (c | lowerCase) <= lowerZ
export const isHex = (c: number): boolean =>
  isDigit(c) || ((c | lowerCase) >= lowerA && (c | lowerCase) <= lowerF)
