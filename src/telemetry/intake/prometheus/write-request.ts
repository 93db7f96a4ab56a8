import { type Fields, fields, int32, put, text, WireReader, wire } from '../wire.ts'
import type { Labels } from './series.ts'

/** A request of remote write 1.0 (prometheus.io/docs/specs/prw/remote_write_spec; prometheus/prompb/remote.proto). */
export interface WriteRequest {
  series: WrittenSeries[]
  metadata: WrittenMetadata[]
  /** Native histograms, which are counted only. */
  histograms: number
  /** Samples beyond `mostSamples`. */
  over: number
  room: number
}

export interface WrittenSeries {
  labels: Labels
  samples: { value: number; at: number }[]
}

export interface WrittenMetadata {
  /** Index of `metadataTypes`. */
  type: number
  name: string
  unit: string
}

/** MetricMetadata.MetricType. */
export const metadataTypes = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const

/** Prometheus sends 2,000 at once by default, Agents up to 10,000. */
const mostSamples = 100_000
const mostLabels = 128
/** Families whose type and unit are remembered. */
export const mostFamilies = 20_000

/** @throws Error when the bytes are no such message */
export const readWriteRequest = (body: Buffer): WriteRequest =>
  new WireReader(body).whole(requestFields, {
    ...{ series: [], metadata: [], histograms: 0, over: 0 },
    room: mostSamples,
  })

const labelFields: Fields<{ name: string; value: string }> = fields<{ name: string; value: string }>({
  1: text('name'),
  2: text('value'),
})

const integer = put(wire.varint, reader => Number(reader.int64()))
const double = put(wire.bit64, reader => reader.double())

const sampleFields: Fields<{ value: number; at: number }> = fields<{ value: number; at: number }>({
  1: double('value'),
  2: integer('at'),
})

interface OpenSeries extends WrittenSeries {
  labels: Record<string, string>
  request: WriteRequest
  labelRoom: number
}

const seriesFields: Fields<OpenSeries> = fields<OpenSeries>({
  1: [
    wire.bytes,
    (reader, into) => {
      const { name, value } = reader.message(labelFields, { name: '', value: '' })
      if (into.labelRoom-- <= 0) throw new RangeError(`a series has more than ${mostLabels} labels`)
      if (name !== '__proto__') into.labels[name] = value
    },
  ],
  2: [
    wire.bytes,
    (reader, { request, samples }) => {
      if (request.room <= 0) {
        request.over++
        reader.leaveOut()
      } else {
        request.room--
        samples.push(reader.message(sampleFields, { value: 0, at: 0 }))
      }
    },
  ],
  4: [
    wire.bytes,
    (reader, { request }) => {
      request.histograms++
      reader.leaveOut()
    },
  ],
})

const metadataFields: Fields<WrittenMetadata> = fields<WrittenMetadata>({
  1: int32('type'),
  2: text('name'),
  5: text('unit'),
})

const requestFields: Fields<WriteRequest> = fields<WriteRequest>({
  1: [
    wire.bytes,
    (reader, request) => {
      const series: WrittenSeries = { labels: {}, samples: [] }
      const open = { ...series, request, labelRoom: mostLabels }
      reader.message(seriesFields, open)
      if (series.samples.length > 0) request.series.push(series)
    },
  ],
  3: [
    wire.bytes,
    (reader, { metadata }) => {
      if (metadata.length === mostFamilies) reader.leaveOut()
      else metadata.push(reader.message(metadataFields, { type: 0, name: '', unit: '' }))
    },
  ],
})
