import type { Judge as Definition } from '../../api/kinds/scorer.ts'
import type { Judge } from '../../gates/judge/judge.ts'
import type { CallRecord, Feedback, JudgeUse, Telemetry } from '../../telemetry/telemetry.ts'

/** What is left of a judge's day. */
export interface Budget {
  /** Takes one verdict out of it; false when nothing is left. */
  take(): boolean
  /** Counts what a verdict cost; undefined when that is not known. */
  spend(costUsd: number | undefined): void
}

/** Verdicts under way are not counted yet, so that money may be overspent by as many. */
export function budgetOf({ verdicts, usd }: Definition['atMost'], used: JudgeUse): Budget {
  let left = verdicts - used.verdicts
  let money = usd === undefined ? Infinity : used.unknown > 0 ? 0 : usd - used.usd
  return {
    take: () => left > 0 && money > 0 && left-- > 0,
    spend: costUsd => {
      if (usd !== undefined) money = costUsd === undefined ? 0 : money - costUsd
    },
  }
}

/**
 * A judge's word on one call as feedback, with its cost. A pairwise judge that prefers the shadow's answer prefers it
 * to the one that the user was shown, so that both get a score.
 * @param by `<scorer>@<release>`
 * @returns nothing when there is nothing to judge
 */
export async function judgedFeedback(
  { name, judge: { against } }: { name: string; judge: Definition },
  call: CallRecord,
  {
    judge,
    telemetry,
    by,
    now,
  }: { judge: Judge; telemetry: Pick<Telemetry, 'call'>; by: string; now: () => number },
  signal: AbortSignal,
): Promise<Feedback[]> {
  const { output, input, context } = call
  if (output === undefined) return []
  const pair = against && call.pair !== undefined ? await telemetry.call(call.pair) : undefined
  if (against && (pair?.output === undefined || pair.error !== undefined)) return []
  const { score, costUsd, asked } = await judge({ output, input, context, other: pair?.output }, signal)
  if (asked === 0) return []
  const said = (id: string, score: number): Feedback => ({
    call: id,
    at: now(),
    source: 'scorer',
    scores: { [name]: score },
  })
  return [
    {
      ...(score === null ? { call: call.id, at: now(), source: 'scorer' as const } : said(call.id, score)),
      by,
      ...(costUsd === undefined ? {} : { costUsd }),
    },
    ...(pair && score !== null ? [said(pair.id, 1 - score)] : []),
  ]
}

/** Whether a judge has anything to compare this call's answer with. */
export const isJudgeable = ({ against }: Definition, call: CallRecord): boolean =>
  call.error === undefined &&
  call.output !== undefined &&
  (against === undefined || (against === 'stable' && call.pair !== undefined))
