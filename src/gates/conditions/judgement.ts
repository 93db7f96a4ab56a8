import type { Clause, Condition } from './condition.ts'
import { needOf, type Usage } from './plan.ts'

/** What a test set can say of a statement: with the stated reliability it is true, it is false, or it can not tell. */
export type Truth = 'True' | 'False' | 'Unknown'

/** fp-free: Unknown does not pass, so what passes is true. fn-free: Unknown passes, so what is true passes. */
export type Mode = 'fp-free' | 'fn-free'

/** What was measured on the test set; o and d are undefined for a first release. */
export interface Measured {
  n?: number
  o?: number
  d?: number
  /** Labelled rows that n and o rest on. */
  labels: number
  /** Rows that d rests on, labelled or not. */
  samples: number
}

export interface Judgement {
  verdict: Truth
  passes: boolean
  clauses: ClauseJudgement[]
}

interface ClauseJudgement {
  text: string
  verdict: Truth
  /** The left side as measured; undefined where a variable was not. */
  value: number | undefined
  /** In which the left side is known: the clause's own, or wider where there were fewer rows than planned. */
  tolerance: number
  /** Value, tolerance and threshold in words. */
  message: string
}

/**
 * Judges measured values. Each clause is known only up to its tolerance: True when the whole interval satisfies it,
 * False when none of it does, else Unknown; clauses are joined by Kleene's three-valued "and". The reliability is that of
 * the verdict the mode relies on: True for fp-free, False for fn-free (one-sided bounds need fewer rows).
 */
export function judgeCondition(
  condition: Condition,
  measured: Measured,
  { mode, ...usage }: Usage & { mode: Mode },
): Judgement {
  const first = condition.clauses.map(clause => judgeClause(clause, condition, measured, usage))
  const clauses = first.map((own, i) => {
    const clause = condition.clauses[i]
    const bound = clause && needOf(clause, condition.clauses, usage).bennett
    // Bennett's tolerance holds only while d is known to be below p.
    if (bound === undefined || first[condition.clauses.indexOf(bound.clause)]?.verdict === 'True') return own
    const message = `${own.message} if d < ${bound.p} were known; it is not, so unknown`
    return { ...own, verdict: 'Unknown' as const, message }
  })
  const verdict = conjunction(clauses.map(clause => clause.verdict))
  return { verdict, passes: verdict === 'True' || (verdict === 'Unknown' && mode === 'fn-free'), clauses }
}

/** Kleene: one False makes it False, else one Unknown makes it Unknown. */
export const conjunction = (verdicts: readonly Truth[]): Truth =>
  verdicts.includes('False') ? 'False' : verdicts.includes('Unknown') ? 'Unknown' : 'True'

/**
 * The tolerance that so many rows support for one clause: its own when they are as many as planned, else the wider one
 * for which they would be.
 */
export function supportedTolerance(
  clause: Clause,
  condition: Condition,
  rows: { labels: number; samples: number },
  usage: Usage,
): number {
  const need = needOf(clause, condition.clauses, usage)
  const least = Math.min(
    need.labelled ? rows.labels : Number.POSITIVE_INFINITY,
    need.unlabelled ? rows.samples : Number.POSITIVE_INFINITY,
  )
  if (least >= need.rows) return clause.tolerance
  if (least < 1) return Number.POSITIVE_INFINITY
  let [low, high] = [clause.tolerance, clause.tolerance]
  while (needOf(clause, condition.clauses, usage, high).rows > least) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (needOf(clause, condition.clauses, usage, middle).rows > least) low = middle
    else high = middle
  }
  return high
}

function judgeClause(
  clause: Clause,
  condition: Condition,
  measured: Measured,
  usage: Usage,
): ClauseJudgement {
  const tolerance = supportedTolerance(clause, condition, measured, usage)
  const value = valueOfSum(clause, measured)
  if (value === undefined)
    return {
      text: clause.text,
      verdict: 'Unknown',
      value,
      tolerance,
      message: `${clause.text}: ${missing(clause, measured).join(' and ')} was not measured`,
    }
  const [low, high] = [value - tolerance, value + tolerance]
  const { operator, threshold } = clause
  const holds = operator === '>' ? low > threshold : high < threshold
  const fails = operator === '>' ? high <= threshold : low >= threshold
  const verdict = holds ? 'True' : fails ? 'False' : 'Unknown'
  const rows =
    'n' in clause.terms || 'o' in clause.terms ? `${measured.labels} labels` : `${measured.samples} rows`
  const widened = tolerance > clause.tolerance ? ` (what ${rows} support)` : ''
  return {
    text: clause.text,
    verdict,
    value,
    tolerance,
    message: `${clause.text}: measured ${short(value)} +/- ${short(tolerance)}${widened}, ${verdict.toLowerCase()}`,
  }
}

function valueOfSum({ terms }: Clause, measured: Measured): number | undefined {
  let sum = 0
  for (const variable of ['n', 'o', 'd'] as const) {
    const coefficient = terms[variable]
    if (coefficient === undefined) continue
    const value = measured[variable]
    if (value === undefined || !Number.isFinite(value)) return undefined
    sum += coefficient * value
  }
  return sum
}

const missing = ({ terms }: Clause, measured: Measured): string[] =>
  (['n', 'o', 'd'] as const).filter(variable => variable in terms && measured[variable] === undefined)

const short = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'anything'
