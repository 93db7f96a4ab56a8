import { type MetricKind, worse } from './metric-kind.ts'
import { ascending, mean, quantile } from './quantiles.ts'
import type { Series } from './series.ts'

/** How a metric differs from the time before the onset. */
export interface Shift {
  series: Series
  before: number
  after: number
  /** Towards what is worse, in the metric's unit; never below 0. */
  by: number
  /** `by` in units of the middle 90 % before. */
  spreads: number
  /** Largest departure in units of the middle half before (BARO, Pham et al. 2024). */
  peak: number
  /** First row beyond what was usual, in milliseconds since the epoch. */
  since?: number
  /** Rows after the onset that have a value. */
  rows: number
}

const HOUR = 3_600_000
/** How far back is looked for what is usual. */
const reference = 6 * HOUR
const fewest = { before: 4, after: 1 } as const
/** With fewer rows than this the median would see half of a short fault, so that their mean is taken. */
const enoughForMedian = 10
/** A spread is not taken as smaller than this share of the level, and of the smallest change worth a look. */
const smallest = { level: 0.01, floor: 0.2 } as const
/** So many rows right before the onset; symptoms that were as bad in all of them did not begin with it. */
const recent = 2
/** What fills up is there before its symptoms are. */
const filling: ReadonlySet<MetricKind> = new Set<MetricKind>(['cpu', 'memory', 'disk', 'saturation'])
/** Beyond what is usual: so many spreads off the median. */
const beyond = 1.5

/** Undefined where there is too little before or after. */
export function shiftOf(series: Series, onset: number): Shift | undefined {
  const { at, values, kind, unit } = series
  const from = firstAt(at, onset - reference)
  const middle = firstAt(at, onset)
  const usual = ascending(values.subarray(from, middle))
  const later = ascending(values.subarray(middle))
  if (usual.length < fewest.before || later.length < fewest.after) return undefined
  const before = quantile(usual, 0.5)
  const after = later.length < enoughForMedian ? mean(later) : quantile(later, 0.5)
  // A share near 1 or 0 is no level: 1 % of an availability of 100 % is an outage.
  const level = unit.share === undefined ? Math.abs(before) : 0
  const least = Math.max(smallest.level * level, smallest.floor * unit.floor, Number.MIN_VALUE)
  const wide = Math.max(least, quantile(usual, 0.95) - quantile(usual, 0.05))
  const narrow = Math.max(least, quantile(usual, 0.75) - quantile(usual, 0.25))
  const sign = worse[kind] || Math.sign(after - before)
  const sudden = later.length < enoughForMedian && !filling.has(kind)
  const earlier = sudden ? bestOf(values.subarray(from, middle), sign) : before
  const by = Math.max(0, Math.min(sign * (after - before), sign * (after - earlier)))
  const most = sign < 0 ? before - (later[0] ?? before) : (later.at(-1) ?? before) - before
  const counts = by >= unit.floor
  const since = counts
    ? firstBeyond(series, middle, before, sign, Math.max(beyond * wide, unit.floor))
    : undefined
  return {
    ...{ series, before, after, by, rows: later.length },
    spreads: counts ? by / wide : 0,
    peak: counts ? Math.max(0, most) / narrow : 0,
    ...(since !== undefined && { since }),
  }
}

/** The best of the last rows that have a value. */
function bestOf(values: Float64Array, sign: number): number {
  let best = Number.NaN
  for (let i = values.length - 1, rows = 0; i >= 0 && rows < recent; i--) {
    const value = values[i] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    rows++
    if (!(sign * value >= sign * best)) best = value
  }
  return best
}

/** Index of the first time that is not before this one. */
function firstAt(at: Float64Array, time: number): number {
  let [low, high] = [0, at.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) < time) low = middle + 1
    else high = middle
  }
  return low
}

function firstBeyond(
  { at, values }: Series,
  from: number,
  before: number,
  sign: number,
  by: number,
): number | undefined {
  for (let i = from; i < at.length; i++) if (sign * ((values[i] ?? Number.NaN) - before) >= by) return at[i]
  return undefined
}

/** Both scores as one: their ranks among all metrics, averaged; 1 for the first of both, towards 0 for the last. */
export function rankAveraged(shifts: readonly Shift[]): Map<Shift, number> {
  const found = new Map<Shift, number>(shifts.map(shift => [shift, 0]))
  for (const score of [(s: Shift) => s.spreads, (s: Shift) => s.peak]) {
    const scores = ascending(shifts.map(score))
    for (const shift of shifts) {
      const atMost = countBelow(scores, score(shift))
      found.set(shift, (found.get(shift) ?? 0) + (atMost + 1) / shifts.length / 2)
    }
  }
  return found
}

function countBelow(sorted: Float64Array, value: number): number {
  return firstAt(sorted, value)
}
