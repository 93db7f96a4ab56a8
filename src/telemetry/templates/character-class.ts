import { backslash, colon, dot, slash, space } from './characters.ts'

export const Space = 0
export const Letter = 1
export const Digit = 2
/** Holds words together that have letters around it. */
export const Joiner = 3
export const Delimiter = 4

const classes = new Uint8Array(128).fill(Delimiter)
classes.fill(Space, 0, space + 1)
classes[127] = Space
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ') classes[c.charCodeAt(0)] = Letter
for (const c of '0123456789') classes[c.charCodeAt(0)] = Digit
for (const c of '._-/\\@#+~%&*^$') classes[c.charCodeAt(0)] = Joiner

const lastControl = 0xa0

/** Class of a UTF-16 code. Control codes are white space, so that no template has one; all else that is not ASCII is a letter. */
export const classOf = (c: number): number => {
  if (c < 128) return classes[c] as number
  return c > lastControl ? Letter : Space
}

/** What the joiners of a word sum to: slashes in the lowest bits, at signs above, then dots. */
export const slashBits = 0xff
const oneAt = 0x100
export const oneDot = 0x10000
const signs = new Int32Array(128)
signs[slash] = 1
signs[colon] = 1
signs[backslash] = 1
signs['@'.charCodeAt(0)] = oneAt
signs[dot] = oneDot
export const signOf = (c: number): number => signs[c] as number
