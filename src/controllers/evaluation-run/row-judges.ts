import type { Evaluation } from '../../api/kinds/evaluation.ts'
import { createJudge } from '../../gates/judge/judge.ts'
import type { EvaluationAnswer, GatewayControl } from '../../gateway/gateway.ts'
import type { Random } from '../../lib/random.ts'
import { askRoute } from '../runtime/ask-route.ts'
import { type Cache, Waiting } from '../runtime/reconciler.ts'

type Scores = Record<string, number | null>

/** Asks the judges of an Evaluation about one row: what both releases answered, and what is right. */
export type JudgeRow = (
  row: { input: string; expected: string },
  answers: { new: EvaluationAnswer; old?: EvaluationAnswer | undefined },
  signal: AbortSignal,
) => Promise<{ new: Scores; old: Scores }>

/**
 * Every judge sees every row: a test set is small, and what it misses would count as wrong.
 * @throws Waiting when a judge's route serves nothing
 */
export function rowJudges(
  scorers: Evaluation['spec']['scorers'],
  { gateway, random }: { gateway: Pick<GatewayControl, 'answer'>; random: Random },
  cache: Cache,
  namespace: string | undefined,
): JudgeRow {
  const judges = scorers.flatMap(({ name, judge: definition }) => {
    if (!definition) return []
    const asked = askRoute(gateway, cache, { name: definition.route, namespace })
    if (!asked)
      throw new Waiting('JudgeMissing', `scorer ${name}: ModelRoute ${definition.route} serves nothing yet`)
    return [{ name, against: definition.against, judge: createJudge(definition, { ask: asked.ask, random }) }]
  })
  return async (row, answers, signal) => {
    const scores: { new: Scores; old: Scores } = { new: {}, old: {} }
    for (const { name, against, judge } of judges) {
      const opinion = async (answer: EvaluationAnswer | undefined, other?: string) => {
        if (answer?.output === undefined || answer.error !== undefined) return 0
        return (await judge({ input: row.input, output: answer.output, other }, signal)).score
      }
      if (against === 'stable') {
        // An answer that failed loses, and two that did are a tie.
        const wins = answers.old && (await comparedWith(answers.old, answers.new, opinion))
        scores.new[name] = wins ?? null
        scores.old[name] = wins === null || wins === undefined ? null : 1 - wins
        continue
      }
      const other = against === 'expected' ? row.expected : undefined
      scores.new[name] = await opinion(answers.new, other)
      if (answers.old) scores.old[name] = await opinion(answers.old, other)
    }
    return scores
  }
}

async function comparedWith(
  old: EvaluationAnswer,
  answer: EvaluationAnswer,
  opinion: (answer: EvaluationAnswer, other: string) => Promise<number | null>,
): Promise<number | null> {
  if (old.output !== undefined && old.error === undefined) return opinion(answer, old.output)
  return answer.output !== undefined && answer.error === undefined ? 1 : 0.5
}
