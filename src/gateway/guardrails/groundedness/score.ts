import { evidenceOf, featureNames, type SentenceSupport } from './features.ts'
import { commonWords, intercept, RARE_WORD_WEIGHT, weights } from './weights.ts'

export interface Groundedness {
  /** In [0, 1]: 1 = everything the answer says stands in the context. */
  score: number
  /**
   * `low` where comparing words says little: the answer puts most of it in words of its own, there is too little of it,
   * or it is written in another script than the context. A person or a model has to judge there.
   */
  confidence: 'normal' | 'low'
  /** Each sentence of the answer with the place of the context that supports it best. */
  sentences: readonly SentenceSupport[]
}

/** Longer texts are compared by their beginning. */
const CONTEXT_MAX = 200_000
const ANSWER_MAX = 50_000

/**
 * How far an answer is supported by its context, from words alone: no model, no network, linear time. Weighted coverage
 * of its words, of pairs and runs of words, numbers and names that are new, claims about the speaker, negations; put
 * together by a logistic regression (`scripts/train-groundedness.ts`) trained on BEGIN (Dziri et al., TACL 2022).
 */
export function groundedness(context: string, answer: string, question = ''): Groundedness {
  const { values, sentences } = evidenceOf(
    context.slice(0, CONTEXT_MAX),
    answer.slice(0, ANSWER_MAX),
    question.slice(0, ANSWER_MAX),
    weightOf,
  )
  if (sentences.length === 0) return { score: 1, confidence: 'low', sentences }
  let sum = intercept
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (weights[i] ?? 0)
  return { score: 1 / (1 + Math.exp(-sum)), confidence: confidenceOf(values), sentences }
}

/** Words the table does not have are rare, and tell most. */
const weightOf = (stem: string): number => commonWords.get(stem) ?? RARE_WORD_WEIGHT

const at = (name: (typeof featureNames)[number]): number => featureNames.indexOf(name)
const COVERAGE = at('coverage')
const BIGRAMS = at('bigrams')
const LONGEST_RUN = at('longest-run')

/**
 * Many of the words and none of their order: a summary in own words, where overlap stops telling (AUC near .64 on
 * one-line summaries), while copying and inventing are both plain to see.
 */
const confidenceOf = (values: readonly number[]): 'normal' | 'low' => {
  const [coverage, bigrams, run] = [values[COVERAGE] ?? 0, values[BIGRAMS] ?? 0, values[LONGEST_RUN] ?? 0]
  return coverage > 0.45 && coverage < 0.9 && bigrams < 0.25 && run < 0.34 ? 'low' : 'normal'
}
