import { digestOf, shortDigest } from '../../lib/digest.ts'
import { folded } from './fold.ts'
import { levels } from './level.ts'
import { highPart, lowPart, Mark, type Scanner, Value, valueHash } from './scanner.ts'

/** Tokens of a line or a template, in arrays side by side. */
export interface Tokens {
  texts: string[]
  kinds: number[]
  hashes: number[]
  /** 1 where white space stands before the token. */
  gaps: number[]
}

/** A kind of line: its tokens, the positions where words turned out to be values, and what was seen of it. */
export interface Template extends Tokens {
  id: string
  text: string
  /** Positions, in order, where any word is taken for a value. */
  open: number[]
  /** Positions of values that stand for any number of tokens within brackets, quotes or between commas. */
  lists: number[]
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
  const tokens = folded({
    // Joined and split again, the tokens do not keep the text alive that the line was cut from.
    texts: Array.from({ length: n }, (_, i) => scan.text(i))
      .join('\n')
      .split('\n'),
    kinds: [...scan.kinds.subarray(0, n)],
    hashes: [...scan.hashes.subarray(0, n)],
    gaps: [...scan.gaps.subarray(0, n)],
  })
  return named({
    ...tokens,
    id: '',
    text: '',
    open: [],
    lists: [],
    low: 0,
    high: 0,
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
    template.hashes[index] = valueHash
    template.kinds[index] = Value
    template.texts[index] = '<*>'
  }
  template.open = [...new Set([...template.open, ...positions])].sort((a, b) => a - b)
  named(template)
}

/** Sets what follows from the tokens. The id leaves out white space and how long a row of dots is, which may differ from line to line. */
export function named(template: Template): Template {
  const { texts, kinds, gaps, hashes } = template
  template.low = 0
  template.high = 0
  for (let i = 0; i < hashes.length; i++) {
    template.low = (template.low + lowPart(hashes[i] ?? 0, i)) | 0
    template.high = (template.high + highPart(hashes[i] ?? 0, i)) | 0
  }
  template.text = texts.map((text, i) => (gaps[i] === 1 && i > 0 ? ` ${text}` : text)).join('')
  template.id = shortDigest(
    digestOf(texts.map((text, i) => (kinds[i] === Mark ? text[0] : text)).join('\n')),
    16,
  )
  return template
}
