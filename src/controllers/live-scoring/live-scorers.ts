import type { Judge, Scorer } from '../../api/kinds/scorer.ts'
import { isSampled } from '../../gates/judge/sampling.ts'
import type { ScoreAnswer } from '../../gates/scorers/scorer.ts'
import type { CallRecord, Feedback } from '../../telemetry/telemetry.ts'

export type JudgeScorer = Scorer & { judge: Judge }

/** What can be said of live calls at once, and what a model is asked about. */
export interface LiveScorers {
  pure: Scorer[]
  judges: JudgeScorer[]
}

/** Percent of calls that a judge sees when nothing else is said: it costs money and time. */
const JUDGE_SAMPLE = 10

/** These compare with a right answer, which nobody knows of a live call. */
const needLabel: readonly Scorer['type'][] = ['exact', 'numeric', 'reference']

/** The scorers of a route that need no label. */
export function liveScorersOf(scorers: readonly Scorer[]): LiveScorers {
  const live = scorers.filter(
    ({ type, instructions }) =>
      !needLabel.includes(type) && (type !== 'instructions' || instructions !== undefined),
  )
  return {
    pure: live.filter(({ type }) => type !== 'judge'),
    judges: live.filter((scorer): scorer is JudgeScorer => scorer.type === 'judge' && !!scorer.judge),
  }
}

export const isPicked = ({ name, type, sample }: Scorer, call: string): boolean =>
  isSampled(call, `scorer ${name}`, sample ?? (type === 'judge' ? JUDGE_SAMPLE : 100))

/** What pure scorers say of one call; undefined when they say nothing. An answer that failed is scored by nobody. */
export function pureFeedback(
  scorers: readonly Scorer[],
  call: CallRecord,
  score: ScoreAnswer,
  at: number,
): Feedback | undefined {
  const { id, output, input, context, latencyMs, costUsd } = call
  if (call.error !== undefined) return undefined
  const scores: Record<string, number> = {}
  for (const scorer of scorers) {
    const looksAtAnswer = scorer.type !== 'cost' && scorer.type !== 'latency'
    if ((looksAtAnswer && output === undefined) || !isPicked(scorer, id)) continue
    const given = score(scorer, { output: output ?? '', input, context, latencyMs, costUsd })
    if (given !== null) scores[scorer.name] = given
  }
  return Object.keys(scores).length === 0 ? undefined : { call: id, at, source: 'scorer', scores }
}
