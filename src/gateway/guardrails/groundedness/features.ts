import { canonical, firstPerson, negations, openers, opinions } from './lexicon.ts'
import { type Sentence, sentencesOf, type Word } from './words.ts'

/** What is known of an answer beside its context, before weights. */
export interface Evidence {
  /** In the order of `featureNames`. */
  values: readonly number[]
  /** Stems of the answer that the context does not have, once each. */
  novel: readonly string[]
  sentences: readonly SentenceSupport[]
}

export interface SentenceSupport {
  /** Place of the sentence in the answer, in UTF-16 units. */
  start: number
  end: number
  /** Share of its weighted words that one place of the context supports, in [0, 1]. */
  support: number
  /** Place of the sentence of the context that supports it best; absent when none does. */
  best?: { start: number; end: number }
}

export const featureNames = [
  'coverage',
  'best-window',
  'mean-sentence',
  'unigrams',
  'bigrams',
  'longest-run',
  'novel-weight',
  'novel-words',
  'heaviest-novel',
  'novel-numbers',
  'novel-names',
  'first-person',
  'asks',
  'exclaims',
  'negation',
  'opinion',
  'chatty-sentences',
  'repeats',
  'order',
  'answers-yes-or-no',
  'answers-about-itself',
  'denies',
] as const

/** How much a word tells: its inverse document frequency. */
export type WeightOf = (stem: string) => number

/** Compares an answer with its context. */
export function evidenceOf(context: string, answer: string, question: string, weightOf: WeightOf): Evidence {
  const source = sentencesOf(context)
  const places = placesOf(source)
  const said = sentencesOf(answer)
  const claims = said.map(withoutOpener)
  const words = claims.flat()
  const sequence = source.flatMap(({ words }) => words.map(({ stem }) => canonical(stem)))
  const known = (word: Word) => places.has(canonical(word.stem))
  const weight = (word: Word) => weightOf(canonical(word.stem))
  const novel = words.filter(word => !known(word))
  const forms = new Set(source.flatMap(({ words }) => words.map(({ form }) => form)))
  const added = (list: ReadonlySet<string>) =>
    words.filter(({ form, stem }) => (list.has(form) || list.has(stem)) && !forms.has(form)).length
  const sentences = said.map((sentence, i) => supportOf(sentence, claims[i] ?? [], source, places, weightOf))
  const substantial = sentences.filter((_, i) => (claims[i]?.length ?? 0) > 0)
  const novelWeight = sum(novel.map(weight))
  const total = sum(words.map(weight))
  const runs = runsOf(words, sequence)
  return {
    values: [
      share(total - novelWeight, total),
      bestWindow(words, source, weightOf),
      substantial.length === 0 ? 0 : sum(substantial.map(({ support }) => support)) / substantial.length,
      share(words.length - novel.length, words.length),
      bigrams(words, sequence),
      share(runs.longest, words.length),
      Math.log1p(novelWeight),
      Math.log1p(novel.length),
      Math.max(0, ...novel.map(weight)),
      novel.filter(({ number }) => number).length,
      Math.min(3, novel.filter(({ name }) => name).length),
      Math.min(2, added(firstPerson)),
      answer.includes('?') && !context.includes('?') ? 1 : 0,
      answer.includes('!') && !context.includes('!') ? 1 : 0,
      flips(sentences, said, source) ? 1 : 0,
      Math.min(3, added(opinions)),
      share(substantial.filter(({ support }) => support < 0.3).length, substantial.length),
      repeated(words),
      share(runs.count, words.length),
      question.includes('?') && verdict.test(answer) ? 1 : 0,
      aboutYou.test(question) && selfVerdict.test(answer) ? 1 : 0,
      denial.test(answer) ? 1 : 0,
    ],
    novel: [...new Set(novel.map(({ stem }) => stem))],
    sentences,
  }
}

/** A yes or no is itself a claim, which the context seldom makes. */
const verdict = /^\W*(yes|yeah|yep|no|nope|sure)\b/i
const selfVerdict = /^\W*(oh |well )?(yes|yeah|yep|no|nope|sure|i)\b/i
const denial = /^\W*(no|nope|not)\b/i
const aboutYou = /\b(do|have|are|did|were|can) you\b[^.!]*\?/i

/** A sentence that says no where its best support does not, with most of the same words. */
function flips(
  sentences: readonly SentenceSupport[],
  said: readonly Sentence[],
  source: readonly Sentence[],
): boolean {
  const negated = (sentence: Sentence | undefined) =>
    sentence?.words.some(({ form }) => negations.has(form)) === true
  return sentences.some(({ support, best }, i) => {
    if (support < 0.6 || !best) return false
    return negated(said[i]) !== negated(source.find(({ start }) => start === best.start))
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

/** The words after `yes, well, …`, or all where nothing else is said. */
function withoutOpener({ words }: Sentence): readonly Word[] {
  let from = 0
  while (from < words.length && openers.has(words[from]?.form ?? '')) from++
  return words.slice(from)
}

/** For each stem of the context the sentences it stands in. */
function placesOf(source: readonly Sentence[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  source.forEach(({ words }, i) => {
    for (const { stem } of words) {
      const key = canonical(stem)
      const list = places.get(key)
      if (!list) places.set(key, [i])
      else if (list.at(-1) !== i) list.push(i)
    }
  })
  return places
}

/** The sentence of the context that has most of a sentence's weight, and how much of it. */
function supportOf(
  { start, end }: Sentence,
  words: readonly Word[],
  source: readonly Sentence[],
  places: ReadonlyMap<string, readonly number[]>,
  weightOf: WeightOf,
): SentenceSupport {
  const gained = new Map<number, number>()
  let total = 0
  for (const stem of new Set(words.map(({ stem }) => canonical(stem)))) {
    const weight = weightOf(stem)
    total += weight
    for (const place of places.get(stem) ?? []) gained.set(place, (gained.get(place) ?? 0) + weight)
  }
  let best = -1
  let most = 0
  for (const [place, weight] of gained) {
    if (weight <= most) continue
    best = place
    most = weight
  }
  const found = source[best]
  return {
    start,
    end,
    support: share(most, total),
    ...(found && { best: { start: found.start, end: found.end } }),
  }
}

/** The most weight of the whole answer that two neighbouring sentences of the context have. */
function bestWindow(words: readonly Word[], source: readonly Sentence[], weightOf: WeightOf): number {
  const stems = new Map(words.map(({ stem }) => [canonical(stem), weightOf(canonical(stem))]))
  const total = sum([...stems.values()])
  let most = 0
  let before = new Set<string>()
  for (const { words } of source) {
    const here = new Set(words.map(({ stem }) => canonical(stem)).filter(stem => stems.has(stem)))
    let weight = 0
    for (const stem of here.union(before)) weight += stems.get(stem) ?? 0
    most = Math.max(most, weight)
    before = here
  }
  return share(most, total)
}

/** Share of the answer's pairs of neighbouring words that the context has too. */
function bigrams(words: readonly Word[], sequence: readonly string[]): number {
  const said = words.map(({ stem }) => canonical(stem))
  if (said.length === 1) return sequence.includes(said[0] ?? '') ? 1 : 0
  const known = new Set(sequence.slice(1).map((stem, i) => `${sequence[i]} ${stem}`))
  return share(said.slice(1).filter((stem, i) => known.has(`${said[i]} ${stem}`)).length, said.length - 1)
}

/** Longest run copied, and into how many runs of two words or more the answer falls when read from left to right. */
function runsOf(words: readonly Word[], sequence: readonly string[]): { longest: number; count: number } {
  const at = new Map<string, number[]>()
  sequence.forEach((stem, i) => {
    const list = at.get(stem)
    if (!list) at.set(stem, [i])
    else if (list.length < 32) list.push(i)
  })
  let longest = 0
  let count = 0
  for (let i = 0; i < words.length; ) {
    let run = 0
    for (const place of at.get(canonical(words[i]?.stem ?? '')) ?? []) {
      let length = 1
      while (
        i + length < words.length &&
        length < 64 &&
        sequence[place + length] === canonical(words[i + length]?.stem ?? '')
      )
        length++
      run = Math.max(run, length)
    }
    if (run > 0) count += 1
    longest = Math.max(longest, run)
    i += Math.max(1, run)
  }
  return { longest, count }
}

/** Share of words said twice or more: models that lost the thread repeat themselves. */
function repeated(words: readonly Word[]): number {
  const long = words.filter(({ stem }) => stem.length > 3)
  return long.length === 0 ? 0 : 1 - new Set(long.map(({ stem }) => stem)).size / long.length
}
