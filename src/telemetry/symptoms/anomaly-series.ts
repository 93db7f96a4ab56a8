import { createDetector, type Detector } from '../anomalies/detector.ts'
import type { EventRecord } from '../signals/signal.ts'
import type { Reading } from './watched-series.ts'

/** From this score on a series is a symptom; alone it opens no incident until it is stranger still. */
export const notable = 0.55
/** A symptom is over when its series was not notable for this long. */
const overMs = 30 * 60_000
/** A symptom is told again when its score grew by this. */
const growth = 0.05

interface Active {
  key: string
  since: number
  /** Last time it was notable. */
  last: number
  score: number
  message: string
  name: string
  resource: Reading['resource']
}

interface Kept {
  id: string
  detector: string
  fed: number
  active?: Active
}

/** One watched series: what is usual of it, and its symptom while there is one. */
export interface AnomalySeries {
  /** Time of the last value that was taken in. */
  fed(): number
  /** Key of its symptom while there is one. */
  symptom(): string | undefined
  /** Takes in what is new, and gives what there is to tell: the same for the same values. */
  feed(reading: Reading, stepMs: number): EventRecord[]
  /** Ends a symptom whose series says nothing any more. */
  tick(now: number): EventRecord[]
  line(): string
}

export function anomalySeries(id: string, kept?: Omit<Kept, 'id'>): AnomalySeries {
  const detector: Detector = createDetector(kept?.detector)
  let fed = kept?.fed ?? Number.NEGATIVE_INFINITY
  let active = kept?.active

  const tick = (now: number): EventRecord[] => {
    if (!active || now < active.last + overMs) return []
    const over = eventOf(active, active.last + overMs, `over: ${active.message}`)
    active = undefined
    return [{ ...over, until: over.at }]
  }

  return {
    fed: () => fed,
    symptom: () => active?.key,
    tick,
    feed({ name, resource, points }, stepMs) {
      const told: EventRecord[] = []
      for (const { at, value } of points) {
        if (at <= fed) continue
        fed = at
        const known = at + stepMs
        told.push(...tick(known))
        const { score, explanation = 'is unusual', since = at } = detector.add(at, value)
        if (score < notable) continue
        const begins = active === undefined
        const grew = active !== undefined && score >= active.score + growth
        const message = `${name} of ${resource.service || 'a service without a name'}: ${explanation}`
        active ??= { key: `anomaly/${id}/${known}`, since, last: known, score, message, name, resource }
        active.last = known
        if (grew) Object.assign(active, { score, message })
        if (begins || grew) told.push(eventOf(active, known, message))
      }
      return told
    },
    line: () =>
      JSON.stringify({
        id,
        fed,
        detector: detector.snapshot(),
        ...(active ? { active } : {}),
      } satisfies Kept),
  }
}

/** @returns undefined of a line that is none, or of another version: that series begins anew */
export function anomalySeriesOf(line: string): { id: string; series: AnomalySeries } | undefined {
  try {
    const { id, ...kept } = JSON.parse(line) as Kept
    return { id, series: anomalySeries(id, kept) }
  } catch {
    // What is usual is learned again from the store.
    return undefined
  }
}

const eventOf = (
  { key, since, score, name, resource }: Active,
  at: number,
  message: string,
): EventRecord => ({
  kind: 'event',
  source: 'anomaly',
  resource,
  at,
  reason: 'Anomaly',
  severity: 'warning',
  message,
  key,
  count: 1,
  attributes: { score, series: name, since },
})
