/** One word of a text as it is compared. */
export interface Word {
  /** Lower case, without accents, suffixes cut: `crayons` and `crayon` are one. */
  stem: string
  /** Lower case, as written. */
  form: string
  /** Written with a capital that no sentence start explains. */
  name: boolean
  number: boolean
}

export interface Sentence {
  start: number
  end: number
  words: readonly Word[]
}

/** Scripts written without spaces are compared by character. */
const wordPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+(?:[.,]\d+)*(?:['’]\p{L}+)?/gu
/** An end mark and space before something that can begin a sentence, a line, or a semicolon. */
const sentenceEnd = /[.!?]["”')\]]*\s+(?=["“'(]*[\p{L}\p{N}])|\n+|;\s+/gu
/** Sentences of a text looked at; the rest of a text so long is one. */
const SENTENCES_MAX = 2_000
const abbreviation = /(?:^|[\s(])(?:\p{L}|mr|mrs|ms|dr|st|jr|sr|vs|no|vol|inc|co|u\.s|e\.g|i\.e)\.$/iu

/** Sentences with their words; places are UTF-16 units of the text. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  for (const match of text.matchAll(sentenceEnd)) {
    if (sentences.length === SENTENCES_MAX - 1) break
    const end = match.index + match[0].trimEnd().length
    if (match[0][0] === '.' && abbreviation.test(text.slice(Math.max(0, end - 8), end))) continue
    add(sentences, text, start, end)
    start = match.index + match[0].length
  }
  add(sentences, text, start, text.length)
  return sentences
}

function add(sentences: Sentence[], text: string, start: number, end: number): void {
  const words = wordsOf(text.slice(start, end))
  if (words.length > 0) sentences.push({ start, end, words })
}

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const [raw] of text.matchAll(wordPattern)) {
    const form = plain(raw)
    const number = /^\d/.test(form)
    words.push({
      stem: number ? numberOf(form) : stemOf(numberWords.get(form) ?? form),
      form,
      name: words.length > 0 && !number && /^\p{Lu}/u.test(raw) && form.length > 1,
      number,
    })
  }
  return words
}

/** Lower case without accents and possessive; contractions keep their first part (`it's` is `it`). */
function plain(word: string): string {
  const lower = word.toLowerCase()
  const base = /[^a-z\d]/.test(lower) ? lower.normalize('NFD').replace(/\p{M}+/gu, '') : lower
  const quote = base.search(/['’]/)
  if (quote < 0) return base
  return base.endsWith("n't") || base.endsWith('n’t') ? `${base.slice(0, -3)}nt` : base.slice(0, quote)
}

const numberOf = (form: string): string =>
  form.replace(/,(?=\d{3})/g, '').replace(/(?<=\d)(?:st|nd|rd|th|s)$/, '')

const numberWords = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, value) => [word, String(value)]),
)

/**
 * A light English stemmer: inflections only (S-stemmer of Harman 1991, then -ed, -ing, -ly), since harsher ones make
 * different claims look alike.
 */
export function stemOf(word: string): string {
  let stem = word
  if (stem.length > 3) {
    if (stem.endsWith('ies') && !/[ae]ies$/.test(stem)) stem = `${stem.slice(0, -3)}y`
    else if (/(?:ss|x|z|ch|sh)es$/.test(stem)) stem = stem.slice(0, -2)
    else if (stem.endsWith('s') && !/(?:ss|us|is)$/.test(stem)) stem = stem.slice(0, -1)
  }
  if (stem.length > 5 && stem.endsWith('ly')) stem = stem.slice(0, -2)
  if (stem.length > 5 && stem.endsWith('ing')) stem = undouble(stem.slice(0, -3))
  else if (stem.length > 4 && stem.endsWith('ed')) stem = undouble(stem.slice(0, -2))
  return stem.length > 4 && stem.endsWith('e') ? stem.slice(0, -1) : stem
}

const undouble = (stem: string): string => (/([bdfgmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem)
