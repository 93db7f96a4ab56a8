import { boolean, type Json, list, number, numbers, object, text } from './json-members.ts'
import { mostBuckets } from './protobuf-metrics.ts'
import {
  type Attributed,
  newMetric,
  newPoint,
  type RawBuckets,
  type RawMetric,
  type RawPoint,
} from './raw.ts'

type ReadAttributes = (json: Json, into: Attributed) => void

const kinds = {
  gauge: ['gauge', numberPoint],
  sum: ['sum', numberPoint],
  histogram: ['histogram', histogramPoint],
  exponentialHistogram: ['exponential', exponentialPoint],
  summary: ['summary', summaryPoint],
} as const

/** A metric of OTLP's JSON. @throws TypeError when it is none */
export function metricFromJson(json: Json, attributes: ReadAttributes): RawMetric {
  const metric = newMetric()
  metric.name = text(json, 'name')
  metric.unit = text(json, 'unit')
  for (const [member, [data, readPoint]] of Object.entries(kinds)) {
    const value = json[member]
    if (value === undefined || value === null) continue
    const dataJson = object(value, member)
    metric.data = data
    metric.temporality = number(dataJson, 'aggregationTemporality')
    metric.monotonic = boolean(dataJson, 'isMonotonic')
    metric.points = list(dataJson, 'dataPoints').map(pointJson => {
      const point = newPoint()
      attributes(pointJson, point)
      point.start = number(pointJson, 'startTimeUnixNano')
      point.time = number(pointJson, 'timeUnixNano')
      point.flags = number(pointJson, 'flags')
      readPoint(pointJson, point)
      return point
    })
  }
  return metric
}

function numberPoint(json: Json, into: RawPoint): void {
  into.value = number(json, json.asInt === undefined ? 'asDouble' : 'asInt')
}

function countAndSum(json: Json, into: RawPoint): void {
  into.count = number(json, 'count')
  into.sum = number(json, 'sum')
}

function histogramPoint(json: Json, into: RawPoint): void {
  countAndSum(json, into)
  into.bounds = numbers(json, 'explicitBounds', mostBuckets)
  into.counts = numbers(json, 'bucketCounts', mostBuckets)
}

function exponentialPoint(json: Json, into: RawPoint): void {
  countAndSum(json, into)
  into.scale = number(json, 'scale')
  into.zeroCount = number(json, 'zeroCount')
  into.zeroThreshold = number(json, 'zeroThreshold')
  into.positive = buckets(json.positive)
  into.negative = buckets(json.negative)
}

function buckets(value: unknown): RawBuckets {
  if (value === undefined || value === null) return { offset: 0, counts: [] }
  const json = object(value, 'buckets')
  return { offset: number(json, 'offset'), counts: numbers(json, 'bucketCounts', mostBuckets) }
}

function summaryPoint(json: Json, into: RawPoint): void {
  countAndSum(json, into)
  into.quantiles = list(json, 'quantileValues')
    .slice(0, mostBuckets)
    .map(item => ({ quantile: number(item, 'quantile'), value: number(item, 'value') }))
}
