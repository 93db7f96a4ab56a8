import type { EventRecord } from '../signals/signal.ts'

/** One stretch of time in which a symptom shows: from when it was first told until it was said to be over. */
export interface Episode {
  key: string
  source: SymptomSource
  reason: string
  service: string
  namespace?: string
  /** Namespace of the object that told it, such as that of a Monitor. */
  toldIn?: string
  severity: 'page' | 'ticket'
  message: string
  /** Milliseconds since the Unix epoch. */
  since: number
  until?: number
  /** Of anomalies: how strange, 0 to 1. */
  score?: number
}

export const symptomSources = ['slo', 'alert', 'anomaly'] as const
export type SymptomSource = (typeof symptomSources)[number]

const longestText = 4000

/**
 * The episodes that events tell of, by ascending beginning, whatever the order and number of times they were told in.
 * Alerts that only inform are no symptoms.
 */
export function episodesOf(events: readonly EventRecord[]): Episode[] {
  const told = events.filter(event => sourceOf(event) !== undefined && severityOf(event) !== undefined)
  const keys = Map.groupBy(told, event => `${event.source}\n${keyOf(event)}`)
  return [...keys.values()]
    .flatMap(episodesOfKey)
    .sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

/** An end that is told at the time of the beginning, as by alerts that resolved, comes after it. */
function episodesOfKey(events: readonly EventRecord[]): Episode[] {
  const ordered = events.toSorted((a, b) => a.at - b.at || (a.until ?? 0) - (b.until ?? 0))
  const episodes: Episode[] = []
  for (const event of ordered) {
    const last = episodes.at(-1)
    const goesOn = last && (last.until === undefined || Math.floor(event.at) <= last.until)
    const next = goesOn ? joined(last, event) : begun(event)
    if (goesOn) episodes.pop()
    episodes.push(next)
  }
  return episodes
}

function begun(event: EventRecord): Episode {
  const { reason, resource, attributes } = event
  const { monitor, namespace: toldIn } = attributes
  return {
    key: keyOf(event).slice(0, 1024),
    source: sourceOf(event) ?? 'alert',
    reason: reason.slice(0, 256),
    service: resource.service.slice(0, 253),
    ...(resource.namespace ? { namespace: resource.namespace.slice(0, 253) } : {}),
    ...(monitor !== undefined && typeof toldIn === 'string' ? { toldIn } : {}),
    ...latest(event),
    since: Math.floor(Math.min(event.at, event.until ?? event.at)),
    ...ended(event.until),
  }
}

function joined(episode: Episode, event: EventRecord): Episode {
  const { score } = episode
  const now = latest(event)
  return {
    ...episode,
    ...now,
    // What is said at the end says no longer what was wrong.
    ...(event.until === undefined ? {} : { severity: episode.severity, message: episode.message }),
    ...(score === undefined ? {} : { score: Math.max(score, now.score ?? 0) }),
    ...ended(event.until ?? episode.until),
  }
}

function latest(event: EventRecord): Pick<Episode, 'severity' | 'message' | 'score'> {
  const { score } = event.attributes
  return {
    severity: severityOf(event) ?? 'ticket',
    message: event.message.slice(0, longestText),
    ...(event.source === 'anomaly' && typeof score === 'number' ? { score } : {}),
  }
}

/** Alerts that fire again have another key, with the time; for people it is the same one. */
const keyOf = ({ source, key }: EventRecord): string =>
  source === 'alert' ? key.replace(/\/\d{12,14}$/, '') : key

const ended = (until: number | undefined) => (until === undefined ? {} : { until: Math.floor(until) })

const sourceOf = ({ source }: EventRecord): SymptomSource | undefined =>
  symptomSources.find(known => known === source)

/** Monitors say it; an alert that is an error pages; anomalies alone never do. */
function severityOf({ source, severity, attributes }: EventRecord): Episode['severity'] | undefined {
  if (source === 'slo') return attributes.severity === 'page' ? 'page' : 'ticket'
  if (source === 'anomaly') return 'ticket'
  return severity === 'error' ? 'page' : severity === 'warning' ? 'ticket' : undefined
}
