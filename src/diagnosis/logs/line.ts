/** Escape sequences of terminals: colours, titles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const escapes = /\u001b(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|[A-Za-z=>])/g
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu

/** Text of a log on one line, without what a terminal or a reader would be fooled by; ids are kept. */
export function shown(text: string, length: number): string {
  const line = text
    .slice(0, length * 4 + 200)
    .replace(escapes, '')
    .replace(unprintable, ' ')
    .trim()
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line
}

/** Quoted within a sentence. */
export const quoted = (text: string, length: number): string =>
  `"${shown(text, length).replaceAll('"', "'")}"`
