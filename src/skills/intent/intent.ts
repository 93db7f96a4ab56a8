import { digestOf } from '../../lib/digest.ts'
import type { LoadedModel, Runtime, Trainer } from '../../models/model.ts'
import type { Skill } from '../skill.ts'
import { editDistance } from '../slots/distance.ts'
import { isForbidden } from './orders.ts'
import { NONE, phrasesOf, trainingRows } from './rows.ts'

/** Which skill a question is for, learnt from the phrases of all skills. */
export interface IntentModel {
  /** Digest of the trained artefact. */
  digest: string
  /** Words of the phrases: no names by themselves. */
  ordinary: ReadonlySet<string>
  /** @param masked a question with masks in place of its slots */
  classify(masked: string): Intent
}

export interface Intent {
  /** Undefined: none of ours. */
  skill: string | undefined
  /** Of the likeliest skill, known or not; 0 to 1. */
  confidence: number
  /** The likeliest skill even where it was not sure enough. */
  nearest: string | undefined
}

export interface ModelParts {
  trainer: Trainer
  runtime: Runtime
}

/** Below it a question counts as none of ours; chosen by leaving out phrases of the skills, see `intent.test.ts`. */
export const threshold = 0.45
/** Share of a question's words that have to be known. */
const leastKnown = 0.4

const parameters = {
  words: 2,
  charactersFrom: 3,
  charactersTo: 4,
  bits: 16,
  minRows: 1,
  epochs: 10,
  maxCharacters: 400,
}

/** Trains in a second or so; the same skills give the same model, bit for bit. */
export function trainIntent(
  skills: readonly Pick<Skill, 'name' | 'phrases'>[],
  { trainer, runtime }: ModelParts,
  others?: readonly string[],
): IntentModel {
  // Nothing to choose from: everything is out of scope.
  if (skills.every(({ phrases }) => phrases.length === 0)) return none
  const rows = trainingRows(skills, others)
  const artefact = trainer.train(rows, trainer.parameters(parameters))
  const model = runtime.load(artefact)
  const words = wordsOf(skills)
  return { digest: digestOf(artefact), ordinary: words, classify: masked => classified(masked, model, words) }
}

const none: IntentModel = {
  digest: digestOf(''),
  ordinary: new Set(),
  classify: () => ({ skill: undefined, confidence: 0, nearest: undefined }),
}

function classified(masked: string, model: LoadedModel, words: ReadonlySet<string>): Intent {
  if (isForbidden(masked.match(wordPattern) ?? []))
    return { skill: undefined, confidence: 0, nearest: undefined }
  const corrected = correctedText(masked, words)
  const { label, confidence } = model.predict(corrected)
  const nearest = label === NONE ? undefined : label
  const sure = nearest !== undefined && confidence >= threshold && knownShare(corrected, words) >= leastKnown
  return { skill: sure ? nearest : undefined, confidence: nearest === undefined ? 0 : confidence, nearest }
}

const wordPattern = /[a-z][a-z'-]*/g

function wordsOf(skills: readonly Pick<Skill, 'name' | 'phrases'>[]): Set<string> {
  const texts = [...skills.flatMap(phrasesOf), ...particles].map(text => text.replace(/\{\w+\}/g, ' '))
  return new Set(texts.flatMap(text => text.toLowerCase().match(wordPattern) ?? []))
}

/** Words that any question may have. */
const particles = [
  'a an the this that these those it its is are was were be been am do does did done has have had will would should could',
  'can may might must i we you he she they me us them my our your their what which who whom whose where when why how not no',
  'of in on at to for from by with without about into over under up down out off and or but if so as than then there here',
  'please now again still just also any all some many much more most less few very really too since until before after',
  'get got give show tell make let want need see know think look find go going went come take put say said use used',
]

/** Words that are one slip from a known one, and from that one only, are taken for it. */
function correctedText(masked: string, words: ReadonlySet<string>): string {
  return masked.replace(wordPattern, word => {
    if (word.length < 5 || words.has(word) || /^x[a-z]+x$/.test(word)) return word
    const near = [...words].filter(known => known.length > 4 && editDistance(word, known, 1) <= 1)
    return near.length === 1 ? (near[0] ?? word) : word
  })
}

/** Of the words longer than three letters, how many are known; masks are. */
function knownShare(text: string, words: ReadonlySet<string>): number {
  const found = (text.match(wordPattern) ?? []).filter(word => word.length > 3)
  const known = found.filter(word => words.has(word) || /^x[a-z]+x$/.test(word))
  return found.length === 0 ? 1 : known.length / found.length
}
