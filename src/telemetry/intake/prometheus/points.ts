import type { MetricPoint } from '../../signals/signal.ts'
import { cut, limits } from '../attributes.ts'
import { totalOf } from '../distribution.ts'
import type { Sample } from './exposition.ts'
import { distributionOf, HistogramAssembly, type HistogramParts, isWhole } from './histogram-parts.ts'
import { seriesKey, seriesOf } from './series.ts'

/** A sample whose time is known. */
export interface TimedSample extends Sample {
  at: number
}

/** Of a metric's family, where it is known: its type and unit. */
export interface Family {
  type: string
  unit: string
}

export type FamilyOf = (name: string) => Family | undefined

export interface Points {
  points: MetricPoint[]
  /** Histograms of which not all parts were there, and those of `begun` that are whole now. */
  partial: Map<string, HistogramParts>
  completed: string[]
  /** Histograms whose counts do not fit each other. */
  refused: number
}

/**
 * Samples as signals: counters and gauges as they are, the parts of a histogram as one distribution, summaries as
 * quantiles, count and sum. NaN says that a series ended (a stale marker is one), so it is no point.
 * @param begun histograms of which parts came before; they get the parts that come now
 */
export function pointsOf(
  samples: readonly TimedSample[],
  familyOf: FamilyOf,
  begun: ReadonlyMap<string, HistogramParts> = new Map(),
): Points {
  const starts = startsOf(samples, familyOf)
  const assembly = new HistogramAssembly(begun)
  const others = samples.filter(
    sample =>
      createdFamily(sample, familyOf) === undefined &&
      !(isBucket(sample, familyOf) && assembly.bucket(sample)),
  )
  const points = others
    .filter(sample => !assembly.total(sample) && Number.isFinite(sample.value))
    .map(sample => plainPoint(sample, familyOf, starts))
  const result: Points = { points, partial: new Map(), completed: [], refused: 0 }
  for (const [key, parts] of assembly.parts) {
    if (!isWhole(parts)) result.partial.set(key, parts)
    else {
      const point = histogramPoint(parts, familyOf, starts)
      if (point) points.push(point)
      else result.refused++
      result.completed.push(key)
    }
  }
  return result
}

/** Buckets of a gauge histogram go up and down; as a distribution they would be taken for totals. */
const isBucket = ({ name }: Sample, familyOf: FamilyOf): boolean =>
  familyOf(name.replace(/_bucket$/, ''))?.type !== 'gaugehistogram'

/** By series of a family: when it began, in milliseconds (OpenMetrics, `_created`). */
function startsOf(samples: readonly Sample[], familyOf: FamilyOf): ReadonlyMap<string, number> {
  const starts = new Map<string, number>()
  for (const sample of samples) {
    const family = createdFamily(sample, familyOf)
    if (family !== undefined && sample.value > 0)
      starts.set(seriesKey(family, sample.labels), sample.value * 1000)
  }
  return starts
}

function createdFamily({ name }: Sample, familyOf: FamilyOf): string | undefined {
  if (!name.endsWith('_created')) return undefined
  const family = name.slice(0, -'_created'.length)
  const type = familyOf(family)?.type
  return type === 'counter' || type === 'histogram' || type === 'summary' ? family : undefined
}

function plainPoint(
  { name, labels, at, value }: TimedSample,
  familyOf: FamilyOf,
  starts: ReadonlyMap<string, number>,
): MetricPoint {
  const family = name.replace(/_(total|sum|count)$/, '')
  const { quantile: _, ...plain } = labels
  const start = starts.size > 0 ? starts.get(seriesKey(family, plain)) : undefined
  const type = typeOf(name, familyOf(name)?.type ?? familyOf(family)?.type)
  return {
    kind: 'metric',
    ...seriesOf(labels),
    at,
    name: cut(name, limits.name),
    ...unitOf(name, familyOf(family)?.unit),
    ...(type === 'counter' && start !== undefined && { start }),
    type,
    value,
  }
}

/** Where nobody says it the name does: sums, counts and totals are counters. */
function typeOf(name: string, type: string | undefined): 'counter' | 'gauge' {
  if (type === 'counter') return 'counter'
  if (type === 'gauge' || type === 'info' || type === 'stateset' || type === 'gaugehistogram') return 'gauge'
  return /_(total|count|sum|bucket)$/.test(name) ? 'counter' : 'gauge'
}

function histogramPoint(
  parts: HistogramParts,
  familyOf: FamilyOf,
  starts: ReadonlyMap<string, number>,
): MetricPoint | undefined {
  const { name, labels, at } = parts
  const distribution = distributionOf(parts)
  if (!distribution) return undefined
  const start = starts.get(seriesKey(name, labels))
  return {
    kind: 'metric',
    ...seriesOf(labels),
    at,
    name: cut(name, limits.name),
    ...unitOf(name, familyOf(name)?.unit),
    ...(start !== undefined && { start }),
    type: 'histogram',
    value: totalOf(distribution),
    distribution,
  }
}

/** UCUM of the base units that Prometheus' naming asks for. */
const units: Readonly<Record<string, string>> = {
  seconds: 's',
  bytes: 'By',
  ratio: '1',
  celsius: 'Cel',
  meters: 'm',
}

function unitOf(name: string, told: string | undefined): { unit?: string } {
  const word = told || /_(seconds|bytes|ratio|celsius|meters)(_total|_sum)?$/.exec(name)?.[1] || ''
  const unit = Object.hasOwn(units, word) ? units[word] : cut(word, 64)
  return unit ? { unit } : {}
}
