import type { Distribution, MetricPoint, Resource } from '../../signals/signal.ts'
import { cut, limits } from '../attributes.ts'
import { explicitDistribution, exponentialDistribution, totalOf } from '../distribution.ts'
import { resourceOf } from '../resource.ts'
import type { Group, RawMetric, RawPoint } from './raw.ts'
import { millisecondsOf, timeFits } from './time.ts'

/** Data points of a resource; `refused` is called with the reason for each that is none. */
export function metricsOf(
  group: Group<RawMetric>,
  now: number,
  refused: (why: string) => void,
): MetricPoint[] {
  const resource = resourceOf(group.resource.attributes)
  const points: MetricPoint[] = []
  for (const metric of group.items) {
    for (const raw of metric.points) {
      if (noRecordedValue(raw)) continue
      const why = wrongWith(metric, raw, now) ?? addPoints(points, metric, raw, resource)
      if (why !== undefined) refused(`${cut(metric.name, 80)} ${why}`)
    }
  }
  return points
}

/** DataPointFlags.NO_RECORDED_VALUE: the series ended, there is no value. */
const noRecordedValue = ({ flags }: RawPoint): boolean => (flags & 1) === 1

function wrongWith(metric: RawMetric, raw: RawPoint, now: number): string | undefined {
  if (metric.name === '') return 'is a metric without a name'
  if (metric.data === 'none') return 'has no data'
  return timeFits(raw.time, now) ? undefined : 'has a point at no time, or more than a day ahead'
}

type Point = Omit<MetricPoint, 'type' | 'value' | 'distribution'>

/** Adds the point; of a summary, one for each of what it consists of. Returns why it is none, if so. */
function addPoints(
  points: MetricPoint[],
  metric: RawMetric,
  raw: RawPoint,
  resource: Resource,
): string | undefined {
  const point: Point = {
    kind: 'metric',
    resource,
    at: millisecondsOf(raw.time),
    name: cut(metric.name, limits.name),
    ...(metric.unit !== '' && { unit: cut(metric.unit, 64) }),
    ...(raw.start > 0 && { start: millisecondsOf(raw.start) }),
    attributes: raw.attributes,
  }
  switch (metric.data) {
    case 'summary':
      points.push(...summaryPoints(point, raw))
      return undefined
    case 'histogram':
    case 'exponential': {
      const distribution = distributionOf(metric.data, raw)
      if (!distribution) return 'has buckets that do not fit each other'
      points.push({ ...point, type: 'histogram', value: totalOf(distribution), distribution })
      return undefined
    }
    default:
      if (!Number.isFinite(raw.value)) return 'has a value that is not a finite number'
      points.push({ ...point, type: typeOf(metric), value: raw.value })
      return undefined
  }
}

const [delta, cumulative] = [1, 2]

function typeOf({ data, monotonic, temporality }: RawMetric): MetricPoint['type'] {
  if (data !== 'sum') return 'gauge'
  if (temporality === delta) return 'delta'
  return monotonic && temporality === cumulative ? 'counter' : 'gauge'
}

const distributionOf = (data: 'histogram' | 'exponential', raw: RawPoint): Distribution | undefined =>
  data === 'histogram'
    ? explicitDistribution(raw.bounds, raw.counts, raw.sum, raw.count)
    : exponentialDistribution(raw, raw.sum)

/**
 * Quantiles of a summary can not be added to others, so they are no distribution: they stay the gauges, and count and
 * sum the counters, that Prometheus knows them as.
 */
function summaryPoints(point: Point, { quantiles, count, sum, attributes }: RawPoint): MetricPoint[] {
  const { unit: _, ...unitless } = point
  const points: MetricPoint[] = [
    { ...unitless, name: `${point.name}_count`, type: 'counter', value: count },
    { ...point, name: `${point.name}_sum`, type: 'counter', value: sum },
    ...quantiles.map(
      ({ quantile, value }): MetricPoint => ({
        ...point,
        type: 'gauge',
        value,
        attributes: { ...attributes, quantile: String(quantile) },
      }),
    ),
  ]
  return points.filter(({ value }) => Number.isFinite(value))
}
