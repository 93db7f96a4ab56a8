import type { BundleIncident } from '../../telemetry/bundle/incident.ts'
import type { Series } from './series.ts'

const MINUTE = 60_000
/** How far from what was told the true start is looked for: an alert may take long to fire, and rows are late. */
const reach = { started: 2 * MINUTE, detected: 30 * MINUTE, later: MINUTE / 2 } as const
/** Times that are tried at most. */
const tried = 1_000
/** Rows of a series that are looked at at most. */
const rows = 20_000
/** How much likelier (in nats, and in times of what speaks for the told one) another time must be. */
const better = { nats: 5, times: { started: 2, detected: 1 } } as const
/** A series tells at most this share of its variance, so that none decides alone. */
const mostExplained = 0.99
const fewest = { before: 4, after: 2 } as const

/**
 * When it began. What was told is a hint: alerts are late by minutes, and a baseline that holds minutes of the fault hides
 * it. It is the time at which most metrics change their level at once: the sum over series of the log-likelihood gained by
 * two levels instead of one, on ranks, which no outlier moves (after Lombard 1987). Undefined when nothing tells.
 */
export function onsetOf(incident: BundleIncident, series: readonly Series[]): number | undefined {
  const { startedAt, detectedAt } = incident
  const told = startedAt ?? detectedAt
  const [earliest, latest] =
    startedAt !== undefined
      ? [startedAt - reach.started, startedAt + reach.later]
      : [(detectedAt ?? Number.POSITIVE_INFINITY) - reach.detected, detectedAt ?? Number.POSITIVE_INFINITY]
  const times = timesOf(series, told === undefined ? Number.NEGATIVE_INFINITY : earliest, latest)
  if (times.length === 0) return told
  const gains = new Float64Array(times.length)
  for (const one of series) addGain(one, times, gains)
  let best = 0
  for (let i = 1; i < gains.length; i++) if ((gains[i] ?? 0) > (gains[best] ?? 0)) best = i
  const found = times[best]
  if (found === undefined || (gains[best] ?? 0) <= 0) return told
  if (told === undefined) return found
  const first = times.findIndex(time => time >= told)
  const atTold = first < 0 ? 0 : (gains[first] ?? 0)
  const factor = startedAt === undefined ? better.times.detected : better.times.started
  return (gains[best] ?? 0) >= atTold * factor + better.nats ? found : told
}

/** Times of rows, ascending; of many as many as are tried. */
function timesOf(series: readonly Series[], earliest: number, latest: number): Float64Array {
  const found = new Set<number>()
  let last: Float64Array | undefined
  for (const { at } of series) {
    if (at === last) continue
    last = at
    for (const time of at) if (time >= earliest && time <= latest) found.add(time)
  }
  const all = Float64Array.from(found).sort()
  const every = Math.ceil(all.length / tried)
  return every <= 1 ? all : all.filter((_, index) => index % every === 0)
}

function addGain({ at, values }: Series, times: Float64Array, gains: Float64Array): void {
  const kept: number[] = []
  for (let i = Math.max(0, at.length - rows); i < at.length; i++)
    if (Number.isFinite(values[i] ?? Number.NaN)) kept.push(i)
  const count = kept.length
  const ranks = ranksOf(Float64Array.from(kept, i => values[i] ?? 0))
  let squares = 0
  for (const rank of ranks) squares += rank ** 2
  if (squares === 0) return
  let sum = 0
  let before = 0
  for (let k = 0; k < times.length; k++) {
    const time = times[k] ?? 0
    while (before < count && (at[kept[before] ?? 0] ?? 0) < time) sum += ranks[before++] ?? 0
    if (before < fewest.before || count - before < fewest.after) continue
    const explained = (sum ** 2 * count) / (before * (count - before)) / squares
    const gain = (-count / 2) * Math.log(1 - Math.min(mostExplained, explained))
    // What a second level gains by chance is no sign of one (Schwarz 1978).
    gains[k] = (gains[k] ?? 0) + Math.max(0, gain - Math.log(count))
  }
}

/** Ranks around 0, equal numbers sharing theirs. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = (from + to - values.length) / 2
    from = to
  }
  return ranks
}
