import { isDigit, isWord } from './text-scan.ts'

/** Digits that belong together on paper: groups of digits with at most three separators between two of them. */
export interface NumberRun {
  groups: readonly { start: number; end: number }[]
}

const SEPARATORS_MAX = 3
/** Longer runs are tables of figures; they are cut. */
const GROUPS_MAX = 64

/** All runs of a text, in order; digits that touch letters (`F16`, `8px`) are left out. */
export function numberRuns(text: string): NumberRun[] {
  const runs: NumberRun[] = []
  let groups: { start: number; end: number }[] = []
  const close = () => {
    if (groups.length > 0) runs.push({ groups })
    groups = []
  }
  for (let i = 0; i < text.length; ) {
    if (!isDigit(text.charCodeAt(i))) {
      i++
      continue
    }
    const start = i
    while (i < text.length && isDigit(text.charCodeAt(i))) i++
    const last = groups.at(-1)
    const inside = isWord(text.charCodeAt(start - 1)) || (isWord(text.charCodeAt(i)) && !isExtension(text, i))
    if (inside || (last && !joins(text, last.end, start)) || groups.length === GROUPS_MAX) close()
    if (!inside) groups.push({ start, end: i })
  }
  close()
  return runs
}

/** `x` and digits after a telephone number, as in 555-0100x12. */
const isExtension = (text: string, i: number): boolean => text[i] === 'x' && isDigit(text.charCodeAt(i + 1))

function joins(text: string, from: number, to: number): boolean {
  if (to - from > SEPARATORS_MAX) return false
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    const separator = code === 32 || code === 0xa0 || code === 0x202f || (code >= 0x2010 && code <= 0x2013)
    // ( ) - . / and the tabulator
    if (!separator && code !== 40 && code !== 41 && code !== 45 && code !== 46 && code !== 47 && code !== 9)
      return false
  }
  return true
}
