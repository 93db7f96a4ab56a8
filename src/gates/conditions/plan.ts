import { type Clause, type Condition, parseCondition } from './condition.ts'

/** What authors learn from a verdict: nothing, everything, or everything until the first pass, after which the set is retired. */
export type Adaptivity = 'none' | 'full' | 'first-change'

/** How often, how surely and how openly a test set is used. */
export interface Usage {
  /** Probability that all verdicts of the set are right, in (0, 1). */
  reliability: number
  /** Verdicts the set must be good for. */
  steps: number
  adaptivity: Adaptivity
}

export interface SamplePlan {
  /** Labelled rows. */
  labels: number
  /** Rows both releases answer that need no label (for d). A labelled row is one of them too. */
  samples: number
  /** Of the clause that needs most labels, or most samples where none needs labels. */
  formula: string
  /** The plan in plain words. */
  lines: string[]
}

/**
 * Rows a condition needs, after ease.ml/ci (Renggli et al., MLSys 2019, sections 4 and 5), rounded up: Hoeffding for each
 * variable with error and error probability split over variables and clauses; for n - o beside a clause d < p, Bennett's
 * inequality, whose variance is bounded by the share of rows that differ.
 *
 * @throws ConditionError for a condition that can not be read, RangeError for impossible usage
 */
export function planSamples(condition: Condition | string, usage: Usage): SamplePlan {
  const { clauses } = typeof condition === 'string' ? parseCondition(condition) : condition
  checkUsage(usage)
  const needs = clauses.map(clause => needOf(clause, clauses, usage))
  const labels = Math.max(0, ...needs.filter(({ labelled }) => labelled).map(({ rows }) => rows))
  const samples = Math.max(0, ...needs.filter(({ unlabelled }) => unlabelled).map(({ rows }) => rows))
  const deciding =
    needs.find(({ labelled, rows }) => labelled && rows === labels) ??
    needs.find(need => need.rows === samples)
  return {
    labels,
    samples,
    formula: deciding?.formula ?? '',
    lines: linesOf({ labels, samples, needs, usage }),
  }
}

/** A clause that bounds the share of rows that differ. */
interface Bound {
  p: number
  clause: Clause
}

/** What one clause needs. */
export interface Need {
  clause: Clause
  rows: number
  /** Whether those rows need labels (n or o), and whether rows without label are used (d). */
  labelled: boolean
  unlabelled: boolean
  /** Set when the number rests on another clause, `d < p`. */
  bennett?: Bound
  formula: string
}

/** What `clause` needs as one of `clauses`, at another tolerance than its own when given. */
export function needOf(
  clause: Clause,
  clauses: readonly Clause[],
  usage: Usage,
  tolerance: number = clause.tolerance,
): Need {
  const logInverse = logInverseDelta(usage) + Math.log(clauses.length)
  const hoeffding = hoeffdingRows(clause, tolerance, logInverse)
  const common = {
    clause,
    labelled: 'n' in clause.terms || 'o' in clause.terms,
    unlabelled: 'd' in clause.terms,
  }
  const scale = differenceScale(clause)
  const bound = scale === undefined ? undefined : boundOnDifference(clauses)
  if (scale !== undefined && bound !== undefined) {
    const { p } = bound
    const rows = roundUp((logInverse + Math.LN2) / (p * bennettH(tolerance / scale / p)))
    const formula = `Bennett: ln(${2 * clauses.length}/d') / (p h(e/p)), p = ${p}`
    if (rows <= hoeffding) return { ...common, rows, bennett: bound, formula }
  }
  return { ...common, rows: hoeffding, formula: hoeffdingFormula(clause, clauses.length) }
}

function checkUsage({ reliability, steps }: Usage): void {
  if (!(reliability > 0 && reliability < 1))
    throw new RangeError(`reliability must lie between 0 and 1, not ${reliability}`)
  if (!Number.isInteger(steps) || steps < 1 || steps > 100_000)
    throw new RangeError(`steps must be a whole number from 1 to 100000, not ${steps}`)
}

/** `ln(1/d')`: d' = delta/steps, or delta/2^steps where each verdict can shape the next release. */
const logInverseDelta = ({ reliability, steps, adaptivity }: Usage): number =>
  -Math.log1p(-reliability) + (adaptivity === 'full' ? steps * Math.LN2 : Math.log(steps))

/** Errors are split in proportion to the coefficients, which needs fewest rows; 1 error probability per variable. */
function hoeffdingRows({ terms }: Clause, tolerance: number, logInverse: number): number {
  const coefficients = Object.values(terms)
  const range = coefficients.reduce((sum, coefficient) => sum + Math.abs(coefficient), 0)
  return roundUp((range ** 2 * (logInverse + Math.log(coefficients.length))) / (2 * tolerance ** 2))
}

function hoeffdingFormula({ terms }: Clause, clauses: number): string {
  const coefficients = Object.values(terms)
  const range = coefficients.reduce((sum, coefficient) => sum + Math.abs(coefficient), 0)
  const squared = range === 1 ? '' : `${Number(range.toPrecision(6))}^2 `
  return `Hoeffding: ${squared}ln(${coefficients.length * clauses}/d') / (2 e^2)`
}

/** c when the clause is about c (n - o) and nothing else: then rows answered alike cancel out. */
function differenceScale({ terms }: Clause): number | undefined {
  if (terms.n === undefined || terms.o !== -terms.n || terms.d !== undefined) return undefined
  return Math.abs(terms.n)
}

/** The clause that says d < p with the smallest p in (0, 1). */
function boundOnDifference(clauses: readonly Clause[]): Bound | undefined {
  const bounds = clauses.flatMap(clause => {
    const only = Object.keys(clause.terms).length === 1 ? clause.terms.d : undefined
    if (only === undefined || only > 0 !== (clause.operator === '<')) return []
    const p = clause.threshold / only
    return p > 0 && p < 1 ? [{ p, clause }] : []
  })
  return bounds.sort((a, b) => a.p - b.p)[0]
}

const bennettH = (u: number): number => (1 + u) * Math.log1p(u) - u

/** Up, but not over the rounding of the last digits. */
const roundUp = (rows: number): number => Math.ceil(rows * (1 - 1e-12))

function linesOf(plan: { labels: number; samples: number; needs: Need[]; usage: Usage }): string[] {
  const { labels, samples, needs, usage } = plan
  const count = (rows: number) => rows.toLocaleString('en-US')
  const lines = needs.map(({ clause, rows, labelled, formula }) => {
    return `${clause.text}: ${count(rows)} ${labelled ? 'labelled rows' : 'rows without label'} (${formula})`
  })
  const bennett = needs.find(need => need.bennett !== undefined)
  if (bennett?.bennett !== undefined)
    lines.push(
      `only rows that are answered differently need a label: about ${count(Math.ceil(bennett.bennett.p * bennett.rows))} per verdict`,
    )
  lines.push(
    `${count(labels)} labels and ${count(samples)} rows without label support ${count(usage.steps)} verdicts, all right with probability ${usage.reliability}; verdict ${count(usage.steps + 1)} needs new rows`,
  )
  return lines
}
