import type { Lines } from './lines.ts'
import { gaps, type Tokens } from './tokens.ts'

/** One sentence of a document, a labelled part, a line or a JSON value: the words [from, to) and the line it begins on. */
export interface Segment {
  from: number
  to: number
  line: number
}

const MOST_WORDS = 80

/** Calls `visit` for each segment of a window; the object is the same each time. */
export function eachSegment(
  text: string,
  tokens: Tokens,
  lines: Lines,
  visit: (segment: Segment) => void,
): void {
  const segment: Segment = { from: 0, to: 0, line: 0 }
  while (segment.from < tokens.count) {
    const begin = tokens.start[segment.from] ?? 0
    while (segment.line + 1 < lines.count && (lines.end[segment.line] ?? 0) <= begin) segment.line++
    segment.to = segmentEnd(text, tokens, lines, segment)
    visit(segment)
    segment.from = segment.to
  }
}

function segmentEnd(text: string, tokens: Tokens, lines: Lines, { from, line }: Segment): number {
  const most = Math.min(tokens.count, from + MOST_WORDS)
  const isProse = lines.prose[line] === 1
  for (let i = from + 1; i < most; i++)
    if ((tokens.gap[i] ?? 0) >= gaps.clause && !(isProse && isWrapped(text, tokens, i))) return i
  return most
}

/** A line end within a sentence, as in e-mails of fixed width: nothing but white space, then a small letter. */
function isWrapped(text: string, { gap, start, end }: Tokens, i: number): boolean {
  if (gap[i] !== gaps.line) return false
  const next = text.charCodeAt(start[i] ?? 0)
  if (next < 0x61 || next > 0x7a) return false
  for (let at = end[i - 1] ?? 0; at < (start[i] ?? 0); at++) if (text.charCodeAt(at) > 0x20) return false
  return true
}
