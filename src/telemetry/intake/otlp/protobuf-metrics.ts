import {
  bool,
  double,
  type Field,
  type Fields,
  fields,
  fixed,
  int32,
  signedFixed,
  sint32,
  text,
  type WireReader,
  wire,
} from '../wire.ts'
import { readAttribute } from './any-value.ts'
import { newPoint, type RawBuckets, type RawMetric, type RawPoint } from './raw.ts'

/** Buckets of one data point; SDKs have at most 160 in exponential histograms. */
export const mostBuckets = 1024
/** Points of one metric, which are its series. */
const mostPoints = 50_000

type PointField = Field<RawPoint>

const readFixed = (reader: WireReader) => reader.fixed()
const readDouble = (reader: WireReader) => reader.double()
const readVarint = (reader: WireReader) => Number(reader.uint64())

/** Fields that all data points have, under the numbers they have there. */
const shared = (attributes: number, flags: number): Record<number, PointField> => ({
  [attributes]: [wire.bytes, readAttribute],
  2: fixed('start'),
  3: fixed('time'),
  [flags]: int32('flags'),
})

const countAndSum: Record<number, PointField> = { 4: fixed('count'), 5: double('sum') }

const numberPoint: Fields<RawPoint> = fields<RawPoint>({
  ...shared(7, 8),
  4: double('value'),
  6: signedFixed('value'),
})

const histogramPoint: Fields<RawPoint> = fields<RawPoint>({
  ...shared(9, 10),
  ...countAndSum,
  6: [wire.bytes, (reader, { counts }) => reader.packed(counts, mostBuckets, readFixed)],
  7: [wire.bytes, (reader, { bounds }) => reader.packed(bounds, mostBuckets, readDouble)],
})

const bucketFields: Fields<RawBuckets> = fields<RawBuckets>({
  1: sint32('offset'),
  2: [wire.bytes, (reader, { counts }) => reader.packed(counts, mostBuckets, readVarint)],
})

const exponentialPoint: Fields<RawPoint> = fields<RawPoint>({
  ...shared(1, 10),
  ...countAndSum,
  6: sint32('scale'),
  7: fixed('zeroCount'),
  8: [wire.bytes, (reader, { positive }) => void reader.message(bucketFields, positive)],
  9: [wire.bytes, (reader, { negative }) => void reader.message(bucketFields, negative)],
  14: double('zeroThreshold'),
})

const quantileFields = fields<{ quantile: number; value: number }>({
  1: double('quantile'),
  2: double('value'),
})

const summaryPoint: Fields<RawPoint> = fields<RawPoint>({
  ...shared(7, 8),
  ...countAndSum,
  6: [
    wire.bytes,
    (reader, { quantiles }) => {
      const value = reader.message(quantileFields, { quantile: 0, value: 0 })
      if (quantiles.length < mostBuckets) quantiles.push(value)
    },
  ],
})

/** Gauge, Sum and so on: data points, and how they are to be understood. */
const dataFields = (point: Fields<RawPoint>): Fields<RawMetric> =>
  fields<RawMetric>({
    1: [
      wire.bytes,
      (reader, { points }) => {
        if (points.length === mostPoints) throw new RangeError(`a metric has more than ${mostPoints} points`)
        points.push(reader.message(point, newPoint()))
      },
    ],
    2: int32('temporality'),
    3: bool('monotonic'),
  })

const data = (name: RawMetric['data'], point: Fields<RawPoint>): Field<RawMetric> => {
  const table = dataFields(point)
  return [
    wire.bytes,
    (reader, into) => {
      into.data = name
      reader.message(table, into)
    },
  ]
}

export const metricFields: Fields<RawMetric> = fields<RawMetric>({
  1: text('name'),
  3: text('unit'),
  5: data('gauge', numberPoint),
  7: data('sum', numberPoint),
  9: data('histogram', histogramPoint),
  10: data('exponential', exponentialPoint),
  11: data('summary', summaryPoint),
})
