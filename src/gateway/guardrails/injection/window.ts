import { type Lines, makeLines, readLines } from './lines.ts'
import { countStructures, structures } from './patterns.ts'
import { suffixNoise } from './suffix.ts'
import { roleTags } from './tags.ts'
import { makeTokens, type Tokens, tokenize } from './tokens.ts'

/** What is read of one stretch of text before anything is scored; overwritten by the next. */
export interface Window {
  from: number
  to: number
  readonly tokens: Tokens
  readonly lines: Lines
  /** How often each of `structures` occurs. */
  readonly structures: Float64Array
  /** Positions of role tags, the first `tagCount` of it. */
  readonly tags: Int32Array
  tagCount: number
  suffix: number
}

export const makeWindow = (): Window => ({
  from: 0,
  to: 0,
  tokens: makeTokens(),
  lines: makeLines(),
  structures: new Float64Array(structures.length),
  tags: new Int32Array(32),
  tagCount: 0,
  suffix: 0,
})

export function readWindow(text: string, from: number, to: number, window: Window): void {
  window.from = from
  window.to = to
  tokenize(text, from, to, window.tokens)
  countStructures(window.tokens, 0, window.tokens.count, window.structures)
  window.tagCount = roleTags(text, from, to, window.tags)
  window.suffix = suffixNoise(text, from, to)
}

/** The lines too, which documents need. */
export function readDocumentWindow(text: string, from: number, to: number, window: Window): void {
  readWindow(text, from, to, window)
  readLines(text, from, to, window.lines)
}
