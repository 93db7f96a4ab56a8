import type { Judge as Definition } from '../../api/kinds/scorer.ts'
import type { Random } from '../../lib/random.ts'
import { opinionPrompt, pairPrompt } from './prompt.ts'
import { parseVerdict } from './verdict.ts'

/**
 * GATE and ROLL OUT: a model's opinion of answers. It is a measuring device with an error, so that it is calibrated on
 * labels of people (`calibration.ts`) before anything rests on it.
 */

export interface JudgedAnswer {
  output: string
  input?: string | undefined
  context?: string | undefined
  /** What the answer is compared with, for a pairwise judge. */
  other?: string | undefined
}

export interface Judgement {
  /** In [0, 1]; null when the judge said nothing that can be read, or there is nothing to compare with. */
  score: number | null
  /** The judge's own words, or what is wrong with them. */
  reason: string
  /** Undefined when the cost of any question is not known. */
  costUsd?: number
  /** How often the model was asked. */
  asked: number
}

/** Asks the model. @throws Error when it can't be reached or fails */
export type Ask = (prompt: string, signal: AbortSignal) => Promise<{ text: string; costUsd?: number }>

export type Judge = (answer: JudgedAnswer, signal: AbortSignal) => Promise<Judgement>

/** @param random fences untrusted text and says which of two answers stands first */
export function createJudge(definition: Definition, { ask, random }: { ask: Ask; random: Random }): Judge {
  return definition.against === undefined
    ? (answer, signal) => opinion(definition, answer, { ask, random }, signal)
    : (answer, signal) => comparison(definition, answer, { ask, random }, signal)
}

async function opinion(
  { rubric, scale }: Definition,
  answer: JudgedAnswer,
  { ask, random }: { ask: Ask; random: Random },
  signal: AbortSignal,
): Promise<Judgement> {
  const { text, ...cost } = await ask(opinionPrompt({ rubric, scale, ...answer }, random), signal)
  const verdict = parseVerdict(text, scale === undefined ? ['no', 'yes'] : points(scale))
  if (!verdict) return { score: null, reason: UNREADABLE, asked: 1, ...cost }
  const score =
    scale === undefined ? Number(verdict.verdict === 'yes') : (Number(verdict.verdict) - 1) / (scale - 1)
  return { score, reason: verdict.reason, asked: 1, ...cost }
}

/**
 * Models favour an answer for where it stands (Zheng et al. 2023, arXiv 2306.05685), so that the order is drawn, or
 * both are asked and disagreement is a tie.
 */
async function comparison(
  { rubric, bothOrders }: Definition,
  { other, ...answer }: JudgedAnswer,
  { ask, random }: { ask: Ask; random: Random },
  signal: AbortSignal,
): Promise<Judgement> {
  if (other === undefined) return { score: null, reason: 'there is no answer to compare with', asked: 0 }
  const first = random() < 0.5
  const orders = bothOrders ? [first, !first] : [first]
  const rounds = await Promise.all(
    orders.map(async answerFirst => {
      const [a, b] = answerFirst ? [answer.output, other] : [other, answer.output]
      const { text, costUsd } = await ask(pairPrompt({ rubric, ...answer, a, b }, random), signal)
      const verdict = parseVerdict(text, ['A', 'B', 'tie'])
      if (!verdict) return { score: null, reason: UNREADABLE, costUsd }
      const score = verdict.verdict === 'tie' ? 0.5 : Number((verdict.verdict === 'A') === answerFirst)
      return { score, reason: verdict.reason, costUsd }
    }),
  )
  const [one, two = one] = rounds
  const costs = rounds.map(({ costUsd }) => costUsd)
  return {
    score: agreed(one?.score ?? null, two?.score ?? null),
    reason: one?.reason ?? '',
    asked: rounds.length,
    ...(costs.every(cost => cost !== undefined)
      ? { costUsd: costs.reduce((sum, cost) => sum + cost, 0) }
      : {}),
  }
}

const agreed = (one: number | null, two: number | null): number | null =>
  one === null || two === null ? null : one === two ? one : 0.5

const points = (scale: number): string[] => Array.from({ length: scale }, (_, i) => String(i + 1))

const UNREADABLE = 'the judge did not answer with one JSON object as asked'
