import type { MetricTable } from '../../../telemetry/bundle/metric-table.ts'
import { floorOf } from './metric-signs.ts'
import type { Shift } from './symptom.ts'

/** Rows needed to know the usual level. */
const leastRows = 8
/** Usual spreads (of the median absolute deviation) from which a value is out of the usual, and back within it. */
const [out, within] = [6, 2.5]
/** Share of the rows from the start of a shift to the alert that must be out. */
const sustained = 0.6
/** A level that moved by less than this share is as it was. */
const leastRatio = 0.15
const most = { shifts: 300 } as const

/**
 * Series that left their level before or soon after an incident was noticed, by median and median absolute deviation of
 * the first third of the time before, with floors in the unit of the metric; the strongest first.
 * @param noticed milliseconds since the epoch
 */
export function shiftsOf(tables: readonly MetricTable[], noticed: number | undefined): Shift[] {
  const found = tables.flatMap(table =>
    table.columns.flatMap((metric, column) => {
      const shift = shiftOf(table.at, table.values[column] ?? new Float64Array(), metric, noticed)
      const source = `metrics/${table.service}.csv`
      return shift ? [{ service: table.service, metric, source, ...shift }] : []
    }),
  )
  return found
    .sort(
      (a, b) => b.weight - a.weight || a.at - b.at || order(a.source, b.source) || order(a.metric, b.metric),
    )
    .slice(0, most.shifts)
}

/** One series; undefined when it kept its level. */
export function shiftOf(
  times: Float64Array,
  series: Float64Array,
  metric: string,
  noticed: number | undefined,
): Pick<Shift, 'before' | 'after' | 'direction' | 'at' | 'weight'> | undefined {
  const rows = [...times.keys()].filter(row => !Number.isNaN(series[row] ?? Number.NaN))
  if (rows.length < leastRows) return undefined
  const at = rows.map(row => times[row] ?? 0)
  const values = rows.map(row => series[row] ?? 0)
  const [begin = 0, end = 0] = [at[0], at.at(-1)]
  const anchor = Math.min(end, Math.max(noticed ?? end, begin))
  const usualUntil = begin + (anchor - begin) / 3
  const usual = values.filter((_, index) => (at[index] ?? 0) <= usualUntil)
  if (usual.length < 4) return undefined
  const before = median(usual)
  const spread = Math.max(
    1.4826 * median(usual.map(value => Math.abs(value - before))),
    floorOf(metric, before) / out,
    (leastRatio * Math.abs(before)) / out,
  )
  const deviation = values.map(value => (value - before) / spread)
  const last = lastBefore(at, anchor)
  const start = startOf(deviation, usual.length, last)
  if (start === undefined) return undefined
  const sign = Math.sign(deviation[start] ?? 0)
  const outside = values
    .slice(start, Math.max(last, start) + 1)
    .filter((_, index) => sign * (deviation[start + index] ?? 0) > out)
  const after = median(outside)
  let first = start
  while (first > usual.length - 1 && sign * (deviation[first - 1] ?? 0) > within) first--
  const reach = Math.abs(after - before) / spread
  return {
    ...{ before, after, direction: sign > 0 ? 'up' : 'down', at: at[first] ?? 0 },
    weight: Math.round((0.5 + 0.5 * Math.min(1, (reach - out) / (6 * out))) * 1000) / 1000,
  }
}

/** The first row that is out and from which on most are, up to the alert or a little behind it. */
function startOf(deviation: readonly number[], from: number, last: number): number | undefined {
  const until = Math.min(deviation.length - 1, last + 2)
  for (let row = from; row <= until; row++) {
    const sign = Math.sign(deviation[row] ?? 0)
    if (sign * (deviation[row] ?? 0) <= out) continue
    const rest = deviation.slice(row, Math.max(until, row) + 1)
    const outside = rest.filter(value => sign * value > out).length
    if (outside >= sustained * rest.length && (outside >= 2 || rest.length === 1)) return row
  }
  return undefined
}

function lastBefore(at: readonly number[], anchor: number): number {
  let row = at.length - 1
  while (row > 0 && (at[row] ?? 0) > anchor) row--
  return row
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
