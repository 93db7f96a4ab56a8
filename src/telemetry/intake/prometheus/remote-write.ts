import { cut } from '../attributes.ts'
import type { IntakeAnswer, PushSource } from '../source.ts'
import type { HistogramParts } from './histogram-parts.ts'
import { type Family, type FamilyOf, pointsOf, type TimedSample } from './points.ts'
import { metadataTypes, mostFamilies, readWriteRequest, type WriteRequest } from './write-request.ts'

/** Histograms whose parts are waited for. */
const mostPartial = 10_000
/** Parts of one histogram come within one send of Prometheus' queue, or at its next tries. */
const waitMs = 5 * 60_000
const dayMs = 86_400_000

/**
 * What Prometheus, its agent or anything else writes with remote write 1.0. Samples say no type; it comes from the
 * metadata that Prometheus sends once a minute, until then from the name. A histogram's parts may be cut in two by the
 * end of a request: then the first part waits here for the second.
 */
export function createRemoteWrite(): PushSource {
  const families = new Map<string, Family>()
  const partial = new Map<string, HistogramParts>()
  const familyOf: FamilyOf = name => families.get(name)

  const learn = ({ metadata }: WriteRequest) => {
    for (const { name, type, unit } of metadata) {
      families.delete(name)
      families.set(cut(name, 256), { type: metadataTypes[type] ?? 'unknown', unit: cut(unit, 64) })
    }
    dropOldest(families, mostFamilies)
  }

  return {
    type: 'prometheus-remote-write',
    summary: 'Metrics that Prometheus writes on (remote write 1.0).',
    paths: ['/api/v1/write'],
    async take({ body, headers }, emit, clock) {
      const type = String(headers['content-type'] ?? 'application/x-protobuf')
      if (!/^application\/x-protobuf\s*(;\s*proto=prometheus\.WriteRequest\s*)?$/.test(type))
        return unsupported
      let request: WriteRequest
      try {
        request = readWriteRequest(body)
      } catch (error) {
        return malformed(error instanceof Error ? error.message : 'not protobuf')
      }
      learn(request)
      const { histograms: native } = request
      const { samples, refused } = samplesOf(request, clock.now())
      const told = pointsOf(samples, familyOf, partial)
      if (told.points.length > 0) await emit(told.points)
      for (const key of told.completed) partial.delete(key)
      for (const [key, parts] of told.partial) partial.set(key, parts)
      const lost = dropLate(partial, clock.now() - waitMs) + dropOldest(partial, mostPartial)
      return {
        status: 204,
        refused: refused + native + told.refused,
        lost: lost + request.over,
        ...(native > 0 && {
          headers: { 'x-keelway-warning': 'native histograms are not taken; send classic ones' },
        }),
      }
    },
  }
}

function samplesOf({ series }: WriteRequest, now: number) {
  const samples: TimedSample[] = []
  let refused = 0
  for (const { labels, samples: written } of series) {
    const { __name__: name = '', ...others } = labels
    for (const { value, at } of written) {
      if (name === '' || !(at > 0 && at <= now + dayMs)) refused++
      else samples.push({ name, labels: others, value, at })
    }
  }
  return { samples, refused }
}

/** Forgets the first of a map that has more than `most`; how many those were. */
function dropOldest<Value>(map: Map<string, Value>, most: number): number {
  const over = Math.max(0, map.size - most)
  for (const key of [...map.keys()].slice(0, over)) map.delete(key)
  return over
}

function dropLate(partial: Map<string, HistogramParts>, before: number): number {
  let dropped = 0
  for (const [key, { at }] of partial) if (at < before && partial.delete(key)) dropped++
  return dropped
}

/** Prometheus does not try again what is answered with 4xx. */
const malformed = (why: string): IntakeAnswer => ({
  status: 400,
  headers: { 'content-type': 'text/plain' },
  body: `not a remote write request: ${cut(why, 200)}\n`,
  refused: 1,
})

const unsupported: IntakeAnswer = {
  status: 415,
  headers: { 'content-type': 'text/plain' },
  body: 'send remote write 1.0: application/x-protobuf;proto=prometheus.WriteRequest\n',
  refused: 1,
}
