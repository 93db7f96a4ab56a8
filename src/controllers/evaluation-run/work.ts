import type { Evaluation } from '../../api/kinds/evaluation.ts'
import { seededOrder } from '../../gates/conditions/seeded-order.ts'
import type { ScoreAnswer } from '../../gates/scorers/scorer.ts'
import type { EvaluationAnswer, GatewayControl } from '../../gateway/gateway.ts'
import { type Dataset, rowsOf } from '../../lib/dataset.ts'
import type { Item } from './items.ts'
import type { JudgeRow } from './row-judges.ts'

export interface Work {
  /** Rows in the order in which they are asked. */
  rows: { line: number; input: string; expected: string }[]
  items: Item[]
}

/** Puts the rows into the seed's random order, which the run records: the order must not depend on the data. */
export function plannedWork(dataset: Dataset, { input, expected }: Evaluation['spec'], seed: number): Work {
  const rows = rowsOf(dataset, { input, label: expected }).map((row, i) => ({
    line: dataset.records[i]?.line ?? i + 1,
    input: row.input,
    expected: row.label,
  }))
  return { rows: seededOrder(rows.length, seed).flatMap(i => rows[i] ?? []), items: [] }
}

/** Asks both releases the next rows, `concurrency` at once, until `until` or the end. */
export async function workOn(
  work: Work,
  names: { release: string; baseline: string | undefined },
  spec: Evaluation['spec'],
  { gateway, score, judge }: { gateway: GatewayControl; score: ScoreAnswer; judge: JudgeRow },
  more: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  while (work.items.length < work.rows.length && more()) {
    const batch = work.rows.slice(work.items.length, work.items.length + spec.concurrency)
    const ask = async (release: string, row: (typeof batch)[number]) => {
      const answer = await gateway.answer({ release, input: row.input }, signal)
      return { ...answer, scores: scoresOf(answer, row.expected, spec, score) }
    }
    work.items.push(
      ...(await Promise.all(
        batch.map(async row => {
          const answer = await ask(names.release, row)
          const old = names.baseline ? await ask(names.baseline, row) : undefined
          const judged = await judge(row, { new: answer, old }, signal)
          Object.assign(answer.scores, judged.new)
          if (!old) return { ...row, new: answer }
          Object.assign(old.scores, judged.old)
          return { ...row, new: answer, old }
        }),
      )),
    )
  }
}

/** An answer that failed scores 0: a release that does not answer is not good. */
function scoresOf(
  answer: EvaluationAnswer,
  expected: string,
  { scorers }: Evaluation['spec'],
  score: ScoreAnswer,
): Record<string, number | null> {
  const { output = '', latencyMs, costUsd } = answer
  return Object.fromEntries(
    scorers.map(scorer => [
      scorer.name,
      answer.error ? 0 : score(scorer, { output, expected, latencyMs, costUsd }),
    ]),
  )
}
