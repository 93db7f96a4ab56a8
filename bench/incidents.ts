/**
 * Counts false incidents: healthy series with the rhythms of days and weeks, ten a service and services that call each
 * other in a chain of five, go through detectors and grouping as in production; the last day counts.
 * Run: node bench/incidents.ts [--series 1000] [--days 15] [--seed 1] [--json]
 */
import { parseArgs } from 'node:util'
import { seededRandom } from '../src/lib/random.ts'
import type { EventRecord } from '../src/telemetry/signals/signal.ts'
import { anomalySeries } from '../src/telemetry/symptoms/anomaly-series.ts'
import { episodesOf } from '../src/telemetry/symptoms/episode.ts'
import { group } from '../src/telemetry/symptoms/grouping.ts'
import { relatedBy } from '../src/telemetry/symptoms/neighbourhood.ts'
import { DAY, healthy, KINDS, MONDAY } from './healthy-series.ts'

const STEP = 300_000
const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: '1000' },
    days: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const count = Number(options.series)
const days = Number(options.days)
const lastDay = MONDAY + (days - 1) * DAY
const told: EventRecord[] = []
for (let i = 0; i < count; i++) {
  const kind = KINDS[i % KINDS.length] ?? 'requests'
  const next = healthy(kind, seededRandom(Number(options.seed) * 100_003 + i))
  const points = Array.from({ length: (days * DAY) / STEP }, (_, row) => {
    const at = MONDAY + row * STEP
    return { at, value: next(at) }
  })
  const id = `${kind}/${i}`
  const service = `service-${Math.floor(i / 10)}`
  told.push(...anomalySeries(id).feed({ id, name: kind, resource: { service }, points }, STEP))
}
const services = Math.ceil(count / 10)
const edges = Array.from({ length: services }, (_, i) => ({ from: `service-${i}`, to: `service-${i + 1}` }))
const related = relatedBy(edges.filter((_, i) => i % 5 !== 4))
const episodes = episodesOf(told)
const lately = episodes.filter(({ since }) => since >= lastDay)
// None of them ends, which is the worst: what joins nothing opens its own.
const incidents = group(
  lately.map(({ until: _, ...episode }) => episode),
  [],
  { now: lastDay + DAY, related, homeOf: () => 'default' },
).opened
const scores = lately.map(({ score = 0 }) => score)
const result = {
  series: count,
  days,
  symptomsOnLastDay: scores.length,
  falseIncidentsOnLastDay: incidents.length,
  byScore: Object.fromEntries(
    [0.6, 0.65, 0.7, 0.75].map(least => [least, scores.filter(score => score >= least).length]),
  ),
  strangestOfEach: incidents.map(symptoms => Math.max(...symptoms.symptoms.map(({ score = 0 }) => score))),
}
if (options.json) console.log(JSON.stringify(result))
else console.dir(result, { depth: null })
