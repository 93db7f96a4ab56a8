import type { Episode } from './episode.ts'
import type { Related } from './neighbourhood.ts'

/** What grouping needs to know of an incident that exists. Times are milliseconds since the Unix epoch. */
export interface KnownIncident {
  /** Unique among all. */
  id: string
  /** Namespace it lives in: symptoms of other namespaces never join it. */
  home: string
  startedAt: number
  /** When it closed, of those that have. */
  closedAt?: number
  symptoms: readonly Episode[]
}

export interface Grouping {
  /** Incidents to open, with their symptoms; the first one names it. */
  opened: { home: string; symptoms: Episode[] }[]
  /** Incidents whose symptoms changed, with all of them as they are now. */
  changed: { id: string; symptoms: Episode[] }[]
}

/** A symptom that comes back within this time after its incident closed opens it again. */
export const reopenMs = 30 * 60_000
/** Symptoms that begin within this time after all others of an incident ended still belong to it. */
const togetherMs = 30 * 60_000
/** What was over longer ago when it is first seen is history, and opens nothing. */
const historyMs = 10 * 60_000
/** Anomalies that open an incident: one this strange, or this many of a neighbourhood within this time. */
const aloneScore = 0.65
const agreeing = 3
const agreeMs = 10 * 60_000
export const mostSymptoms = 100

interface Group {
  id?: string
  home: string
  startedAt: number
  closedAt?: number
  symptoms: Episode[]
  changed: boolean
}

/**
 * Puts episodes of symptoms into incidents: into the one that has the same key, else into an open one of the
 * neighbourhood, else into a new one. Depends on what is given alone; what it gives, once done, gives nothing more.
 */
export function group(
  episodes: readonly Episode[],
  incidents: readonly KnownIncident[],
  { now, related, homeOf }: { now: number; related: Related; homeOf: (episode: Episode) => string },
): Grouping {
  const groups: Group[] = incidents
    .map(incident => ({ ...incident, symptoms: [...incident.symptoms], changed: false }))
    .sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1))
  const rest: Episode[] = []
  for (const episode of episodes) if (!follow(episode, groups)) rest.push(episode)
  const fresh = rest.filter(({ until }) => until === undefined || until >= now - historyMs)
  for (const episode of fresh) {
    const home = homeOf(episode)
    if (follow(episode, groups)) continue
    const neighbour = groups.find(
      found => found.home === home && found.closedAt === undefined && belongs(episode, found, related),
    )
    if (neighbour) add(neighbour, episode)
    else if (opens(episode, fresh, related, homeOf))
      groups.push({ home, startedAt: episode.since, symptoms: [episode], changed: true })
  }
  return {
    opened: groups.flatMap(({ id, home, symptoms }) => (id === undefined ? [{ home, symptoms }] : [])),
    changed: groups.flatMap(({ id, symptoms, changed }) => (id && changed ? [{ id, symptoms }] : [])),
  }
}

/** Takes an episode of a symptom that an incident has, wherever that lives. True when there is no more to do about it. */
function follow(episode: Episode, groups: readonly Group[]): boolean {
  const holders = groups.filter(({ symptoms }) => symptoms.some(({ key }) => key === episode.key))
  const open = holders.find(({ closedAt }) => closedAt === undefined)
  if (open) {
    update(open, episode)
    return true
  }
  // The newest first: older ones closed before this began.
  for (const holder of holders.toSorted((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0))) {
    const { closedAt = 0 } = holder
    const before = holder.symptoms.find(({ key }) => key === episode.key)
    // One that went on when a person closed it is the same until it ends.
    if (episode.since <= (before?.until ?? closedAt)) {
      if (before?.until === undefined && episode.until !== undefined) update(holder, episode)
      return true
    }
    if (episode.since > closedAt + reopenMs) return false
    update(holder, episode)
    if (episode.until === undefined) delete holder.closedAt
    return true
  }
  return false
}

/** A symptom that came back has begun when it came back; one of which more is known has begun when it did first. */
function update(found: Group, episode: Episode): void {
  const index = found.symptoms.findIndex(({ key }) => key === episode.key)
  const before = found.symptoms[index]
  if (!before) return
  // An earlier episode of what is known better by now.
  if (episode.until !== undefined && episode.until < (before.until ?? before.since)) return
  const again = before.until !== undefined && episode.since > before.until
  const since = again ? episode.since : Math.min(before.since, episode.since)
  const { until: _, ...open } = { ...before, severity: episode.severity, message: episode.message, since }
  const next = episode.until === undefined ? open : { ...open, until: episode.until }
  if (sameSymptom(before, next)) return
  found.symptoms[index] = next
  found.changed = true
}

const sameSymptom = (a: Episode, b: Episode): boolean =>
  a.since === b.since && a.until === b.until && a.severity === b.severity && a.message === b.message

function add(found: Group, episode: Episode): void {
  if (found.symptoms.length >= mostSymptoms) return
  found.symptoms.push(episode)
  found.changed = true
}

function belongs(episode: Episode, { symptoms }: Group, related: Related): boolean {
  if (!symptoms.some(symptom => related(symptom, episode))) return false
  const last = symptoms.reduce((latest, { until = Infinity }) => Math.max(latest, until), 0)
  const first = symptoms.reduce((earliest, { since }) => Math.min(earliest, since), Infinity)
  return episode.since <= last + togetherMs && (episode.until ?? Infinity) >= first - togetherMs
}

function opens(
  episode: Episode,
  others: readonly Episode[],
  related: Related,
  homeOf: (episode: Episode) => string,
): boolean {
  if (episode.source !== 'anomaly' || (episode.score ?? 0) >= aloneScore) return true
  const home = homeOf(episode)
  const near = others.filter(
    other =>
      other.source === 'anomaly' &&
      Math.abs(other.since - episode.since) <= agreeMs &&
      homeOf(other) === home &&
      (other.key === episode.key || related(other, episode)),
  )
  return near.length >= agreeing
}
