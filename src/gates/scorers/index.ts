import type { Scorer } from '../../api/kinds/scorer.ts'
import { canonicalJson } from '../../lib/digest.ts'
import { cost } from './cost.ts'
import { exact } from './exact.ts'
import { groundedness } from './groundedness.ts'
import { instructions } from './instructions.ts'
import { jsonSchema } from './json-schema.ts'
import { judge } from './judge.ts'
import { language } from './language.ts'
import { latency } from './latency.ts'
import { numeric } from './numeric.ts'
import { reference } from './reference.ts'
import { refusal } from './refusal.ts'
import { regex } from './regex.ts'
import { type Score, type ScoreAnswer, ScorerError, type ScorerType } from './scorer.ts'

/** Every type of scorer. */
export const scorerTypes: readonly ScorerType[] = [
  ...[exact, numeric, reference],
  ...[regex, jsonSchema, instructions, refusal, language, groundedness, judge],
  ...[cost, latency],
]

/** @throws ScorerError when the definition can not be used */
export function createScorer(definition: Scorer): Score {
  const found = scorerTypes.find(({ type }) => type === definition.type)
  if (found === undefined)
    throw new ScorerError(
      `scorer ${definition.name}: there is no type ${definition.type}; use ${scorerTypes.map(({ type }) => type).join(', ')}`,
    )
  return found.create(definition)
}

/** Scores by a definition, which is compiled once. @throws ScorerError when the definition can not be used */
export const scoreAnswer: ScoreAnswer = (definition, answer) => {
  const known = ofObject.get(definition)
  if (known !== undefined) return known(answer)
  const key = canonicalJson(definition)
  const score = ofContent.get(key) ?? createScorer(definition)
  if (ofContent.size >= MOST_COMPILED) ofContent.clear()
  ofContent.set(key, score)
  ofObject.set(definition, score)
  return score(answer)
}

// Caches hand out a new object per revision, often with the same definitions in it.
const ofObject = new WeakMap<Scorer, Score>()
const ofContent = new Map<string, Score>()
const MOST_COMPILED = 256
