/** A word of a question with its place, in UTF-16 units. */
export interface Token {
  /** Lower case, without what ends a sentence. */
  text: string
  start: number
  end: number
}

export interface Span {
  start: number
  end: number
}

/** A question is short; what follows is not read. */
export const mostCharacters = 2_000

/** Text as people mean it: compatible forms, no control or format characters, white space as one blank. */
export const plainText = (text: string): string =>
  text
    .slice(0, mostCharacters * 2)
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, mostCharacters)

/** Words, numbers, names, times and dashes that stand alone. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}:./_@%+'’-]*|[–—-]/gu)) {
    const [whole] = match
    const kept = whole.length === 1 ? whole : whole.replace(/(?:['’]s|[.:/_@+'’-])+$/u, '')
    if (kept === '') continue
    tokens.push({ text: kept.toLowerCase(), start: match.index, end: match.index + kept.length })
  }
  return tokens
}

export const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end
