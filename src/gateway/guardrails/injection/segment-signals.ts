import { bit } from './lexicon.ts'
import type { Lines } from './lines.ts'
import { countStructures, structures } from './patterns.ts'
import type { Segment } from './segments.ts'
import type { Tokens } from './tokens.ts'
import type { Window } from './window.ts'

/**
 * What is seen of one sentence of a document or tool result. An embedded attack is an ordinary sentence: what gives it
 * away is that it addresses the model, asks for an action, and has nothing to do with what stands around it.
 */
export const segmentSignals = [
  'imperative',
  'your-response',
  'your-code',
  'content-request',
  'pointed-code',
  'action-on-valuable',
  'target',
  'action-to-target',
  ...structures,
  'urgent',
  'model-addressed',
  'you',
  'you-must',
  'question',
  'alone',
  'imperative-alone',
  'question-alone',
  'new-words',
  'imperative-new-words',
  'edge',
  'imperative-edge',
  'short',
  'task-order',
  'task-named',
  'first-person',
  'role-mimicry',
  'after-role-mimicry',
] as const
const at = Object.fromEntries(segmentSignals.map((name, i) => [name, i])) as Record<
  (typeof segmentSignals)[number],
  number
>

/** A tag frames what follows within so many units. */
const NEAR = 400
const counts = new Float64Array(structures.length)
const words = new Uint16Array(4096)

/** Counts the words of a window, for the share of a segment's words that stand nowhere else. */
export function countWords(tokens: Tokens): void {
  words.fill(0)
  for (let i = 0; i < tokens.count; i++) {
    const slot = slotOf(tokens.hash[i] ?? 0)
    words[slot] = (words[slot] ?? 0) + 1
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 13)) & 4095
}

/** Fills `signals` for one segment of a window whose words were counted. */
export function readSegment(
  text: string,
  { tokens, lines, tags, tagCount }: Window,
  { from, to, line }: Segment,
  signals: Float32Array,
): void {
  signals.fill(0)
  const { start, end } = tokens
  const all = readWords(tokens, from, to, signals)
  const set = (name: (typeof segmentSignals)[number], value: number | boolean) => {
    signals[at[name]] = Number(value)
  }
  countStructures(tokens, from, to, counts)
  for (let k = 0; k < structures.length; k++)
    signals[at['instruction-override'] + k] = Math.min(2, counts[k] ?? 0)
  const begin = start[from] ?? 0
  const stop = end[to - 1] ?? begin
  const imperative = isImperative(tokens, from, to)
  const asks = isQuestion(text, stop, tokens, from)
  const target = hasTarget(text, begin, stop)
  const alone = aloneness(lines, line)
  const share = signals[at['new-words']] ?? 0
  const edge = from === 0 || to === tokens.count
  set('imperative', imperative)
  set('content-request', (all & bit.content) !== 0 && signals[at['your-response']] === 1)
  set('pointed-code', (all & bit.code) !== 0 && (all & bit.pointing) !== 0)
  set('target', target)
  set('action-to-target', target && (all & bit.action) !== 0 && imperative)
  set('urgent', (all & bit.urgent) !== 0 && (isShouted(text, begin, stop) || text.charCodeAt(stop) === 0x21))
  set('model-addressed', (all & bit.model) !== 0 && ((all & bit.you) !== 0 || imperative))
  set('you', (all & bit.you) !== 0)
  set('you-must', (all & bit.you) !== 0 && (all & bit.must) !== 0)
  set('question', asks)
  set('alone', alone)
  set('imperative-alone', imperative ? alone : 0)
  set('question-alone', asks ? alone : 0)
  set('imperative-new-words', imperative ? share : 0)
  set('edge', edge)
  set('imperative-edge', edge && imperative)
  set('short', to - from < 4)
  set(
    'task-order',
    (all & bit.order) !== 0 && (all & bit.task) !== 0 && ((all & bit.you) !== 0 || imperative),
  )
  set('task-named', (all & bit.task) !== 0)
  set('first-person', hasFirstPerson(tokens, from, to))
  readTags(tags, tagCount, begin, stop, signals)
}

/** 1 for the only line of prose among data, near 0 where every line is prose. */
function aloneness({ count, prose, proseCount }: Lines, line: number): number {
  if (prose[line] !== 1 || count < 3) return 0
  return 1 - (proseCount - 1) / (count - 1)
}

function readTags(tags: Int32Array, count: number, begin: number, stop: number, signals: Float32Array): void {
  for (let k = 0; k < count; k++) {
    const tag = tags[k] ?? 0
    if (tag >= begin - 3 && tag < stop) signals[at['role-mimicry']] = 1
    else if (tag < begin && begin - tag < NEAR) signals[at['after-role-mimicry']] = 1
  }
}

/** Goes over the words once; returns all their classes. */
function readWords(
  { classes, start, end, hash }: Tokens,
  from: number,
  to: number,
  signals: Float32Array,
): number {
  let all = 0
  let content = 0
  let fresh = 0
  let lastYou = -100
  let lastAction = -100
  for (let i = from; i < to; i++) {
    const mask = classes[i] ?? 0
    all |= mask
    if ((end[i] ?? 0) - (start[i] ?? 0) >= 4) {
      content++
      if (words[slotOf(hash[i] ?? 0)] === 1) fresh++
    }
    if (mask & bit.response && i - lastYou <= 3) signals[at['your-response']] = 1
    if (mask & bit.code && i - lastYou <= 3) signals[at['your-code']] = 1
    if (mask & bit.valuable && i - lastAction <= 7) signals[at['action-on-valuable']] = 1
    if (mask & bit.you) lastYou = i
    if (mask & bit.action) lastAction = i
  }
  signals[at['new-words']] = content === 0 ? 0 : fresh / content
  return all
}

/** The first word that is no filler (please, then, important) is a verb in its base form, or the sentence says you must. */
function isImperative({ classes }: Tokens, from: number, to: number): boolean {
  const most = Math.min(to, from + 5)
  for (let i = from; i < most; i++) {
    const mask = classes[i] ?? 0
    if (mask & bit.imperative) return true
    if (!(mask & (bit.order | bit.urgent | bit.you | bit.must | bit.now))) return false
  }
  return false
}

function hasFirstPerson({ classes }: Tokens, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((classes[i] ?? 0) & bit.self) return true
  return false
}

function isQuestion(text: string, stop: number, { classes }: Tokens, from: number): boolean {
  for (let i = stop; i < stop + 3; i++)
    if (text.charCodeAt(i) === 0x3f) return ((classes[from] ?? 0) & bit.asking) !== 0
  return false
}

/** An address to send to or open: e-mail, link or a run of eight and more digits. */
function hasTarget(text: string, from: number, to: number): boolean {
  let digits = 0
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x30 && unit <= 0x39) {
      if (++digits >= 8) return true
      continue
    }
    if (unit !== 0x2d && unit !== 0x20) digits = 0
    if (unit === 0x40 && i > from && isWord(text.charCodeAt(i - 1)) && isWord(text.charCodeAt(i + 1)))
      return true
    if (unit === 0x3a && text.startsWith('://', i)) return true
    if (unit === 0x77 && text.startsWith('www.', i)) return true
  }
  return false
}

function isWord(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a)
}

function isShouted(text: string, from: number, to: number): boolean {
  let upper = 0
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x41 && unit <= 0x5a) {
      if (++upper >= 5) return true
    } else upper = 0
  }
  return false
}
