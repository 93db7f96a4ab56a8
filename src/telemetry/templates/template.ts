import { digestOf, shortDigest } from '../../lib/digest.ts'
import { levels } from './level.ts'
import { highPart, lowPart, type Scanner, Value, valueHash } from './scanner.ts'

/** A kind of line: its tokens, the positions where words turned out to be values, and what was seen of it. */
export interface Template {
  id: string
  text: string
  tokens: string[]
  kinds: number[]
  hashes: number[]
  /** 1 where white space stands before the token. */
  gaps: number[]
  /** Positions, in order, where any word is taken for a value. */
  open: number[]
  /** Hash of the tokens, values all being equal. */
  low: number
  high: number
  count: number
  /** Numbers of the first and last line of this kind. */
  first: number
  last: number
  /** Lines of each of `levels`. */
  levels: number[]
  /** The template that this one became part of. */
  into: Template | undefined
  dropped: boolean
}

/** A key for maps out of the two parts of a hash. */
export const keyOf = (low: number, high: number): number => (high >>> 0) * 0x200000 + (low >>> 11)

/** Parts of a hash after the token at a position became a value. */
export const lowOpened = (low: number, hash: number, index: number): number =>
  (low - lowPart(hash, index) + lowPart(valueHash, index)) | 0
export const highOpened = (high: number, hash: number, index: number): number =>
  (high - highPart(hash, index) + highPart(valueHash, index)) | 0

/** A template for what was just scanned. */
export function templateOf(scan: Scanner, line: number): Template {
  const n = scan.count
  const tokens = Array.from({ length: n }, (_, i) => scan.text(i))
  return named({
    id: '',
    text: '',
    tokens,
    kinds: [...scan.kinds.subarray(0, n)],
    hashes: [...scan.hashes.subarray(0, n)],
    gaps: [...scan.gaps.subarray(0, n)],
    open: [],
    low: scan.low,
    high: scan.high,
    count: 0,
    first: line,
    last: line,
    levels: levels.map(() => 0),
    into: undefined,
    dropped: false,
  })
}

/** Makes positions of a template values. */
export function openAt(template: Template, positions: readonly number[]): void {
  for (const index of positions) {
    const hash = template.hashes[index] as number
    template.low = lowOpened(template.low, hash, index)
    template.high = highOpened(template.high, hash, index)
    template.hashes[index] = valueHash
    template.kinds[index] = Value
    template.tokens[index] = '<*>'
  }
  template.open = [...new Set([...template.open, ...positions])].sort((a, b) => a - b)
  named(template)
}

/** Sets text and id. White space is no part of the id, so that it does not depend on which line came first. */
function named(template: Template): Template {
  const { tokens, gaps } = template
  template.text = tokens.map((token, i) => (gaps[i] === 1 && i > 0 ? ` ${token}` : token)).join('')
  template.id = shortDigest(digestOf(tokens.join('\n')), 16)
  return template
}
