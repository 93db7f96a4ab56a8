import { type Level, levels } from './level.ts'
import type { TemplateWindow } from './windows.ts'

/** What is remarkable about a template in a window. */
export interface TemplateChange {
  id: string
  /** `new`: never in the baseline; `silent`: regular there and gone; `more` and `less`: another rate. */
  kind: 'new' | 'silent' | 'more' | 'less'
  count: number
  /** Lines to be expected from the baseline. */
  expected: number
  /** Log-likelihood ratio (G²), divided by how much the template scatters by itself. */
  score: number
}

export interface LevelShift {
  /** Log-likelihood ratio (G²) of the two mixes, divided by how much the mix scatters by itself. */
  score: number
  /** Levels with their share before and after, those that changed most first. */
  shares: { level: Level; before: number; after: number }[]
}

/** G² with one degree of freedom that is reached by chance once in a million. */
const remarkable = 24
/** Share of the windows of a baseline that a template must be in to count as regular. */
const regularShare = 0.8
/** Regular templates needed to tell a change of the whole traffic from one of single templates. */
const enoughRegular = 5
/** A rate must change by this factor; less is not worth a look, however certain it is. */
const leastRatio = 1.5

/**
 * The templates whose count in a window does not go with the baseline, the most remarkable first. The ratio of counts is
 * judged by G² (Dunning 1993) and the scatter between the windows of the baseline (quasi-Poisson). When the traffic as
 * a whole is up or down, all counts are: they are compared at the median ratio of the regular templates (the size factor of
 * Anders and Huber 2010).
 * @param least smallest score that is reported; what is new always is
 */
export function templateChanges(
  window: TemplateWindow,
  baseline: readonly TemplateWindow[],
  least: number = remarkable,
): TemplateChange[] {
  if (baseline.length === 0) return []
  const histories = historiesOf(window, baseline)
  const pace = paceOf(window, histories)
  const length = window.end - window.start
  return [...histories]
    .flatMap(([id, history]) => changeOf(id, window.counts.get(id) ?? 0, history, length, pace))
    .filter(({ kind, score }) => kind === 'new' || score >= least)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}

/** Lines of a template in the windows of a baseline. */
interface History {
  total: number
  /** Length of the baseline in milliseconds. */
  time: number
  /** Share of the windows that have it. */
  present: number
  /** Variance of the counts in units of their mean, at least 1. */
  scatter: number
}

function historiesOf(window: TemplateWindow, baseline: readonly TemplateWindow[]): Map<string, History> {
  const time = baseline.reduce((sum, { start, end }) => sum + end - start, 0)
  const ids = new Set([...window.counts.keys(), ...baseline.flatMap(({ counts }) => [...counts.keys()])])
  return new Map(
    Array.from(ids, id => {
      const counts = baseline.map(({ counts }) => counts.get(id) ?? 0)
      const total = counts.reduce((sum, count) => sum + count, 0)
      const present = counts.filter(count => count > 0).length / baseline.length
      return [id, { total, time, present, scatter: scatterOf(counts, total / baseline.length) }]
    }),
  )
}

function scatterOf(counts: readonly number[], mean: number): number {
  if (counts.length < 2 || mean === 0) return 1
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1)
  return Math.max(1, variance / mean)
}

function paceOf(window: TemplateWindow, histories: ReadonlyMap<string, History>): number {
  const length = window.end - window.start
  const ratios = [...histories]
    .filter(([, { present }]) => present >= regularShare)
    .map(([id, { total, time }]) => (window.counts.get(id) ?? 0) / ((total * length) / time))
    .sort((a, b) => a - b)
  const median = ratios[Math.floor(ratios.length / 2)]
  return median === undefined || ratios.length < enoughRegular || median === 0 ? 1 : median
}

function changeOf(
  id: string,
  count: number,
  history: History,
  length: number,
  pace: number,
): TemplateChange[] {
  const { total, time, present, scatter } = history
  const expected = (pace * total * length) / time
  const score = likelihoodRatio([count, total], [pace * length, time]) / scatter
  const change = { id, count, expected, score }
  if (total === 0) return [{ ...change, kind: 'new' }]
  if (count === 0) return present >= regularShare ? [{ ...change, kind: 'silent' }] : []
  if (count > expected * leastRatio) return [{ ...change, kind: 'more' }]
  return count * leastRatio < expected ? [{ ...change, kind: 'less' }] : []
}

/** G² of counts against the hypothesis that they go with their exposures. 0 counts add nothing. */
export function likelihoodRatio(counts: readonly number[], exposures: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const exposure = exposures.reduce((sum, one) => sum + one, 0)
  const terms = counts.map((count, i) => {
    const expected = (total * (exposures[i] ?? 0)) / exposure
    return count > 0 ? count * Math.log(count / expected) : 0
  })
  return Math.max(0, 2 * terms.reduce((sum, term) => sum + term, 0))
}

/** How the mix of levels in a window differs from the baseline; undefined where one of them has no lines. */
export function levelShift(
  window: TemplateWindow,
  baseline: readonly TemplateWindow[],
): LevelShift | undefined {
  const before = levels.map((_, i) => baseline.reduce((sum, { levels }) => sum + (levels[i] ?? 0), 0))
  const lines = (mix: readonly number[]) => mix.reduce((sum, count) => sum + count, 0)
  if (lines(before) === 0 || lines(window.levels) === 0) return undefined
  const apart = (one: readonly number[], all: readonly number[]): number =>
    levels.reduce((sum, _, i) => {
      const rest = [lines(one), lines(all)]
      return sum + likelihoodRatio([one[i] ?? 0, all[i] ?? 0], rest)
    }, 0)
  const degrees = Math.max(1, before.filter(count => count > 0).length - 1)
  const usual =
    baseline.reduce((sum, { levels }) => sum + apart(levels, before), 0) / baseline.length / degrees
  const shares = levels.map((level, i) => ({
    level,
    before: (before[i] ?? 0) / lines(before),
    after: (window.levels[i] ?? 0) / lines(window.levels),
  }))
  return {
    score: apart(window.levels, before) / Math.max(1, usual),
    shares: shares
      .filter(({ before, after }) => before > 0 || after > 0)
      .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before)),
  }
}
