import type { Evaluation } from '../api/kinds/evaluation.ts'
import type { EvaluationAnswer } from '../gateway/gateway.ts'
import { parseCondition } from './conditions/condition.ts'
import {
  conjunction,
  judgeCondition,
  type Measured,
  supportedTolerance,
  type Truth,
} from './conditions/judgement.ts'
import { planSamples, type Usage } from './conditions/plan.ts'

type Spec = Evaluation['spec']

/** A row answered by the new release and, unless it is the first, by the stable one. */
export interface ScoredRow {
  new: EvaluationAnswer & { scores: Record<string, number | null> }
  old?: EvaluationAnswer & { scores: Record<string, number | null> }
}

export interface CriteriaVerdict {
  phase: 'Passed' | 'Failed' | 'Inconclusive'
  message: string
  criteria: {
    scorer: string
    condition: string
    verdict: Truth
    n?: number
    o?: number
    d?: number
    message: string
  }[]
}

/** The reliability is that of all criteria together: each gets its share of the error probability (Bonferroni). */
const usageOf = ({ reliability, steps, adaptivity, criteria }: Spec): Usage => ({
  reliability: 1 - (1 - reliability) / criteria.length,
  steps,
  adaptivity,
})

/**
 * What the criteria need against what the test set has.
 * @throws ConditionError when a condition can't be read
 */
export function planCriteria(
  spec: Spec,
  available: number,
): { labels: number; samples: number; available: number; message: string } {
  const usage = usageOf(spec)
  const plans = spec.criteria
    .flatMap(({ condition, first }) => [condition, ...(first ? [first] : [])])
    .map(text => planSamples(text, usage))
  const labels = Math.max(...plans.map(plan => plan.labels))
  const samples = Math.max(...plans.map(plan => plan.samples))
  const enough = available >= Math.max(labels, samples)
  return {
    labels,
    samples,
    available,
    message: enough
      ? `${available} rows are enough, ${labels} labels are needed`
      : shortage(spec, available, labels),
  }
}

function shortage(spec: Spec, available: number, labels: number): string {
  const wide = spec.criteria.map(({ condition }) => {
    const parsed = parseCondition(condition)
    const clause = parsed.clauses[0]
    if (!clause || available === 0) return `${condition}: nothing can be told`
    const tolerance = supportedTolerance(
      clause,
      parsed,
      { labels: available, samples: available },
      usageOf(spec),
    )
    return `${condition}: known to +/- ${tolerance.toPrecision(2)} only`
  })
  return `${labels} labels are needed and the test set has ${available} rows: ${wide.join('; ')}`
}

/** Whether any criterion looks at the stable release; without one it need not be asked. */
export const comparesReleases = ({ criteria }: Spec): boolean =>
  criteria.some(({ condition }) =>
    parseCondition(condition).clauses.some(({ terms }) => 'o' in terms || 'd' in terms),
  )

/** Judges every criterion on the answered rows; a null score counts as 0, what can't be scored is not right. */
export function judgeCriteria(
  spec: Spec,
  rows: readonly ScoredRow[],
  firstRelease: boolean,
): CriteriaVerdict {
  const criteria = spec.criteria.map(({ scorer, condition, first }) => {
    const text = firstRelease ? (first ?? condition) : condition
    const measured = measure(rows, scorer, spec)
    const { verdict, clauses } = judgeCondition(parseCondition(text), measured, {
      ...usageOf(spec),
      mode: spec.mode,
    })
    const { n, o, d } = measured
    return {
      scorer,
      condition: text,
      verdict,
      ...(n === undefined ? {} : { n }),
      ...(o === undefined ? {} : { o }),
      ...(d === undefined ? {} : { d }),
      message: `${scorer}: ${clauses.map(({ message }) => message).join('; ')}`,
    }
  })
  const truth = conjunction(criteria.map(({ verdict }) => verdict))
  const passes = truth === 'True' || (truth === 'Unknown' && spec.mode === 'fn-free')
  const phase = passes ? 'Passed' : truth === 'False' ? 'Failed' : 'Inconclusive'
  const telling = passes ? criteria : criteria.filter(({ verdict }) => verdict !== 'True')
  return { phase, message: telling.map(({ message }) => message).join('; '), criteria }
}

function measure(rows: readonly ScoredRow[], scorer: string, spec: Spec): Measured {
  const mean = (arm: 'new' | 'old') =>
    rows.reduce((sum, row) => sum + (row[arm]?.scores[scorer] ?? 0), 0) / rows.length
  const common = { labels: rows.length, samples: rows.length }
  if (rows.length === 0) return common
  if (!rows.every(({ old }) => old)) return { n: mean('new'), ...common }
  const field = spec.scorers.find(({ name }) => name === scorer)?.field
  const different = rows.filter(
    row => judgedPart(row.new.output, field) !== judgedPart(row.old?.output, field),
  )
  return { n: mean('new'), o: mean('old'), d: different.length / rows.length, ...common }
}

/** Of an answer what the scorer looks at: two answers that differ elsewhere are the same prediction. */
function judgedPart(output: string | undefined, field: string | undefined): string | undefined {
  if (output === undefined || field === undefined) return output
  try {
    const value = field
      .split('.')
      .reduce<unknown>((object, key) => (object as Record<string, unknown> | null)?.[key], JSON.parse(output))
    return JSON.stringify(value)
  } catch {
    return output
  }
}
