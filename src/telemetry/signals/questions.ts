import type { Compared, SeriesQuery, TopQuery, Window } from './signal-store.ts'

/** Most rows of one answer, most points of one series in it, and most series. */
export const maxRows = 10_000
export const maxPoints = 11_000
export const maxSeries = 1000

export interface Group {
  key: string
  value: number
  count: number
}

/** @throws RangeError when it is no window */
export function checkWindow({ from, to }: Window): Window {
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to)
    throw new RangeError(
      `no window: from ${from} to ${to}; give two times in milliseconds, the earlier first`,
    )
  return { from, to }
}

/** @throws RangeError when the answer would have too many points */
export function checkSteps({ window, stepMs }: { window: Window; stepMs: number }): number {
  const { from, to } = checkWindow(window)
  if (!(stepMs >= 1) || (to - from) / stepMs > maxPoints)
    throw new RangeError(
      `a step of ${stepMs} ms gives more than ${maxPoints} points; ask for a larger step or a shorter window`,
    )
  return Math.floor(stepMs)
}

/** @throws RangeError when the answer would have too many series */
export function checkSeries(count: number, { metric }: Pick<SeriesQuery, 'metric'>): void {
  if (count > maxSeries)
    throw new RangeError(
      `${metric} has ${count} series, more than ${maxSeries}; split by less or narrow the resource`,
    )
}

export const boundedLimit = (limit: number): number => Math.max(0, Math.min(maxRows, Math.floor(limit) || 0))

/** What can be measured of what. */
const measures: Record<TopQuery['of'], readonly TopQuery['measure'][]> = {
  operations: ['count', 'errors', 'errorRatio', 'p50', 'p95', 'p99'],
  services: ['count', 'errors', 'errorRatio', 'p50', 'p95', 'p99'],
  models: ['count', 'errors', 'errorRatio', 'p50', 'p95', 'p99', 'usd', 'tokens'],
  routes: ['count', 'errors', 'errorRatio', 'p50', 'p95', 'p99', 'usd', 'tokens'],
  templates: ['count', 'errors', 'errorRatio'],
  events: ['count', 'errors', 'errorRatio'],
}

/** @throws RangeError when the measure means nothing there */
export function checkMeasure({ of, measure }: Pick<TopQuery, 'of' | 'measure'>): void {
  if (!measures[of].includes(measure))
    throw new RangeError(`${of} have no ${measure}; ask for ${measures[of].join(', ')}`)
}

export const quantileOf = (measure: TopQuery['measure']): number | undefined =>
  measure === 'p50' ? 0.5 : measure === 'p95' ? 0.95 : measure === 'p99' ? 0.99 : undefined

export const largest = (groups: readonly Group[], limit: number): Group[] =>
  groups
    .toSorted((a, b) => b.value - a.value || b.count - a.count || compareText(a.key, b.key))
    .slice(0, boundedLimit(limit))

export function comparedGroups(before: readonly Group[], after: readonly Group[], limit: number): Compared[] {
  const rows = new Map<string, Compared>()
  const row = (key: string) => {
    const found = rows.get(key) ?? { key, before: 0, after: 0, countBefore: 0, countAfter: 0 }
    rows.set(key, found)
    return found
  }
  for (const { key, value, count } of before) Object.assign(row(key), { before: value, countBefore: count })
  for (const { key, value, count } of after) Object.assign(row(key), { after: value, countAfter: count })
  const change = (one: Compared) => Math.abs(one.after - one.before)
  return [...rows.values()]
    .sort((a, b) => change(b) - change(a) || compareText(a.key, b.key))
    .slice(0, boundedLimit(limit))
}

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
