import { z } from 'zod'
import { type Detector, DetectorError, type Finding } from '../detector.ts'
import { stemOf } from '../groundedness/words.ts'
import { optionsOf } from './options.ts'

const PHRASES_MAX = 20_000
const WORDS_MAX = 16
const MAX_FINDINGS = 64

const Options = z.strictObject({
  topics: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/), z.array(z.string().min(1).max(200)).min(1))
    .refine(topics => Object.keys(topics).length > 0, 'name at least one topic with its words'),
})

/** Words and phrases that an application does not talk about, whatever their case, accents and simple inflection. */
export const topics: Detector = {
  name: 'topics',
  summary: 'Finds words and phrases of listed topics, inflected too.',
  zones: ['user', 'document', 'tool', 'output'],
  threshold: () => 0.5,
  create(options) {
    const automaton = automatonOf(optionsOf('topics', Options, options).topics)
    return text => search(automaton, text)
  },
}

/** Of Aho and Corasick (CACM 1975), over words instead of characters: time does not grow with the number of phrases. */
interface State {
  next: Map<string, State>
  /** The longest other phrase beginning that ends here. */
  fail: State | undefined
  depth: number
  /** Topics whose phrases end here, with how many words back they begin. */
  ends: { topic: string; words: number }[]
}

const newState = (depth: number): State => ({ next: new Map(), fail: undefined, depth, ends: [] })

function automatonOf(lists: Readonly<Record<string, readonly string[]>>): State {
  const root = newState(0)
  let count = 0
  for (const [topic, phrases] of Object.entries(lists))
    for (const phrase of phrases) {
      const words = Array.from(wordsOf(phrase), ({ stem }) => stem)
      count += 1
      if (count > PHRASES_MAX)
        throw new DetectorError(`topics: more than ${PHRASES_MAX} phrases: split the rule`)
      if (words.length === 0 || words.length > WORDS_MAX)
        throw new DetectorError(
          `topics: "${phrase.slice(0, 40)}" has ${words.length} words: from 1 to ${WORDS_MAX} can be found`,
        )
      let state = root
      for (const word of words) {
        const next = state.next.get(word) ?? newState(state.depth + 1)
        state.next.set(word, next)
        state = next
      }
      if (!state.ends.some(end => end.topic === topic)) state.ends.push({ topic, words: words.length })
    }
  link(root)
  return root
}

function link(root: State): void {
  const queue: State[] = [root]
  for (const state of queue)
    for (const [word, next] of state.next) {
      next.fail = state === root ? root : step(state.fail ?? root, word)
      next.ends.push(...next.fail.ends)
      queue.push(next)
    }
}

function step(from: State, word: string): State {
  for (let state: State | undefined = from; state; state = state.fail) {
    const next = state.next.get(word)
    if (next) return next
    if (!state.fail) return state
  }
  return from
}

function search(root: State, text: string): Finding[] {
  const findings: Finding[] = []
  /** Where the last words began: as many as a phrase can have. */
  const starts = new Array<number>(WORDS_MAX).fill(0)
  let state = root
  let count = 0
  for (const { stem, start, end } of wordsOf(text)) {
    starts[count % WORDS_MAX] = start
    count += 1
    state = step(state, stem)
    for (const { topic, words } of state.ends) {
      if (findings.length >= MAX_FINDINGS) return findings
      findings.push({ score: 1, reason: topic, start: starts[(count - words) % WORDS_MAX] ?? start, end })
    }
  }
  return findings
}

/** Scripts written without spaces count by character. */
const wordPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}]+/gu

function* wordsOf(text: string): Generator<{ stem: string; start: number; end: number }> {
  for (const match of text.matchAll(wordPattern))
    yield { stem: normalised(match[0]), start: match.index, end: match.index + match[0].length }
}

function normalised(word: string): string {
  const lower = word.length > 100 ? word.slice(0, 100).toLowerCase() : word.toLowerCase()
  // Compatibility forms fold letters in circles or full width, as used to get around lists.
  const plain = /[^a-z\d]/.test(lower) ? lower.normalize('NFKD').replace(/\p{M}+/gu, '') : lower
  return stemOf(plain)
}
