/**
 * Measures the anomaly detector on made-up series of a healthy system with the rhythms of days and weeks: false alarms
 * a series and day, faults found and how late, microseconds and bytes.
 * Run: node bench/anomalies.ts [--series 200] [--days 15] [--minutes 5] [--seed 1] [--json]
 */
import { parseArgs } from 'node:util'
import { type Random, seededRandom } from '../src/lib/random.ts'
import { ALERT, createDetector } from '../src/telemetry/anomalies/detector.ts'
import { DAY, healthy, KINDS, type Kind, MONDAY, normal } from './healthy-series.ts'

const FAULTS = ['doubled', 'halved', 'silent', 'spike', 'unsteady'] as const
type Fault = (typeof FAULTS)[number]

const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: '200' },
    days: { type: 'string', default: '15' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const series = Number(options.series)
const days = Number(options.days)
const step = Number(options.minutes) * 60_000
const perDay = Math.round(DAY / step)

function broken(fault: Fault, value: number, size: number, random: Random): number {
  if (fault === 'doubled') return 2 * value
  if (fault === 'halved') return 0.5 * value
  if (fault === 'silent') return 0
  if (fault === 'spike') return 5 * value + size
  return Math.max(0, value * (1 + 0.8 * normal(random)))
}

const alarms = { cold: 0, warm: 0 }
const byKind = new Map<Kind, number>()
const heights = [0.55, 0.6, 0.65, 0.7].map(score => ({ score, alarms: 0 }))
const found = new Map(FAULTS.map(fault => [fault, { of: 0, found: 0, late: 0 }]))
const together = new Map<number, number>()
let points = 0
let bytes = 0
const began = process.cpuUsage()
for (let i = 0; i < series; i++) {
  const kind = KINDS[i % KINDS.length] ?? 'requests'
  const random = seededRandom(Number(options.seed) * 100_003 + i)
  const next = healthy(kind, random)
  const detector = createDetector()
  let size = 0
  for (let row = 0; row < days * perDay; row++) {
    const at = MONDAY + row * step
    const value = next(at)
    size += (value - size) / (row + 1)
    const { score } = detector.add(at, value)
    points++
    if (score < ALERT) continue
    const warm = row >= (days - 1) * perDay
    alarms[warm ? 'warm' : 'cold']++
    if (!warm) continue
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
    for (const height of heights) if (score >= height.score) height.alarms++
    const slot = Math.floor(at / 600_000)
    together.set(slot, (together.get(slot) ?? 0) + 1)
  }
  bytes += detector.snapshot().length
  // Errors and queues rest at zero, where nothing shows that half of them are missing.
  if (kind === 'constant' || kind === 'counter' || kind === 'errors' || kind === 'queue') continue
  const fault = FAULTS[(i + Math.floor(i / KINDS.length)) % FAULTS.length] ?? 'spike'
  const told = found.get(fault)
  if (told === undefined) continue
  told.of++
  const begins = days * perDay + Math.floor(perDay * random())
  for (let row = days * perDay; row < begins; row++)
    detector.add(MONDAY + row * step, next(MONDAY + row * step))
  for (let row = 0; row < 12; row++) {
    const at = MONDAY + (begins + row) * step
    if (detector.add(at, broken(fault, next(at), size, random)).score < ALERT) continue
    told.found++
    told.late += row
    break
  }
}
const used = process.cpuUsage(began)
const result = {
  series,
  days,
  minutes: step / 60_000,
  falseAlarmsPerSeriesDay: {
    lastDay: alarms.warm / series,
    daysBefore: alarms.cold / series / (days - 1),
  },
  lastDayByKind: Object.fromEntries(
    KINDS.map(kind => [kind, (byKind.get(kind) ?? 0) / (series / KINDS.length)]),
  ),
  lastDayByScore: Object.fromEntries(heights.map(({ score, alarms }) => [score, alarms / series])),
  mostSeriesInTenMinutes: Math.max(0, ...together.values()),
  faultsFoundInTwelvePoints: Object.fromEntries(
    [...found].map(([fault, { of, found, late }]) => [
      fault,
      `${found}/${of}, ${(late / Math.max(1, found)).toFixed(1)} points late`,
    ]),
  ),
  microsecondsPerPoint: (used.user + used.system) / points,
  snapshotBytes: Math.round(bytes / series),
}
if (options.json) console.log(JSON.stringify(result))
else console.dir(result, { depth: null })
