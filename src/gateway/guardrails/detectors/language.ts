import { detectAll, supportedLanguages, toISO2 } from 'tinyld'
import { z } from 'zod'
import type { Detector, Finding } from '../detector.ts'
import { optionsOf } from './options.ts'

/** The recogniser needs 5 to 10 µs a character: so many letters are enough to tell, and all it gets. */
const SAMPLE_CHARACTERS = 90
/** Fewer letters than this are a name, a code or a greeting that many languages share. */
const LETTERS_MIN = 20

const known = supportedLanguages.map(toISO2)
const Options = z.strictObject({ allowed: z.array(z.enum(known)).min(1) })

/** Whether a text begins in one of the allowed languages; too short a text is. */
export const language: Detector = {
  name: 'language',
  summary: 'Finds texts that are written in none of the allowed languages.',
  zones: ['user', 'document', 'tool', 'output'],
  whole: true,
  threshold: () => 0.6,
  create(options) {
    const allowed = new Set(optionsOf('language', Options, options).allowed)
    return text => judge(text, allowed)
  },
}

function judge(text: string, allowed: ReadonlySet<string>): readonly Finding[] {
  const sample = sampleOf(text)
  if ((sample.match(/\p{L}/gu)?.length ?? 0) < (denseScript.test(sample) ? LETTERS_MIN / 4 : LETTERS_MIN))
    return []
  const candidates = detectAll(sample)
  const [first] = candidates
  if (!first || allowed.has(first.lang)) return []
  const best = candidates.find(({ lang }) => allowed.has(lang))?.accuracy ?? 0
  return [{ score: first.accuracy / (first.accuracy + best), reason: `language-${first.lang}` }]
}

/** A character of these says as much as a word. */
const denseScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** The first words, without addresses, code marks and numbers. */
const sampleOf = (text: string): string =>
  text
    .slice(0, 4 * SAMPLE_CHARACTERS)
    .replace(/https?:\S+|[\w.]+@[\w.]+|[^\p{L}\p{M}'’ ]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, SAMPLE_CHARACTERS)
