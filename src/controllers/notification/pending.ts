import { type Incident, isTold } from '../../api/kinds/incident.ts'
import type { NotificationChannel } from '../../api/kinds/notification-channel.ts'
import { parseDuration } from '../../lib/duration.ts'
import { isQuiet } from './quiet-hours.ts'
import type { ToldIncident } from './sender.ts'

/** What is older is no news: it is not told any more, and what was told need not be remembered. */
export const newsMs = 86_400_000

/** The namespace that belongs to whoever runs Keelway: its channels may tell of others. */
const HOME = 'default'

export interface Pending {
  incident: Incident
  entries: ToldIncident['entries']
}

/**
 * What a channel has to tell of incidents: entries of their timelines after those that were told, the oldest incident first.
 * @param toldOf number of the newest entry that was told of the incident with this uid, or 0
 */
export function pendingOf(
  channel: NotificationChannel,
  incidents: readonly Incident[],
  toldOf: (uid: string) => number,
  now: number,
): Pending[] {
  const from = Math.max(Date.parse(channel.metadata.creationTimestamp ?? '') || 0, now - newsMs)
  return incidents
    .filter(incident => isFor(channel, incident))
    .map(incident => {
      const after = toldOf(incident.metadata.uid ?? '')
      const timeline = incident.status?.timeline ?? []
      const entries = timeline.filter(
        entry => entry.number > after && isTold(entry) && Date.parse(entry.at) >= from,
      )
      return { incident, entries }
    })
    .filter(({ entries }) => entries.length > 0)
    .sort((a, b) => firstAt(a) - firstAt(b))
}

const firstAt = ({ entries }: Pending): number => Date.parse(entries[0]?.at ?? '')

/**
 * Those that need not wait now. Pages never wait for the morning, and their openings not for others.
 * @param spaced whether the channel's minimum interval counts
 */
export function dueOf(
  { spec, status }: NotificationChannel,
  pending: readonly Pending[],
  now: number,
  spaced: boolean,
): Pending[] {
  const { quietHours, minimumInterval } = spec
  const quiet = quietHours !== undefined && isQuiet(quietHours, now)
  const last = Date.parse(status?.lastSentAt ?? '')
  const soon = spaced && now < last + parseDuration(minimumInterval)
  return pending.filter(({ incident, entries }) => {
    const page = incident.spec.severity === 'page'
    if (quiet && !page) return false
    return !soon || (page && entries.some(({ what }) => calling.includes(what)))
  })
}

const calling: readonly string[] = ['Opened', 'Reopened', 'Escalated']

/** Namespaces that the channel names and may not tell of. */
export const forbiddenNamespaces = ({ metadata, spec }: NotificationChannel): string[] =>
  metadata.namespace === HOME ? [] : (spec.namespaces ?? []).filter(name => name !== metadata.namespace)

function isFor({ metadata, spec }: NotificationChannel, incident: Incident): boolean {
  const { severity, services } = incident.spec
  const namespaces = spec.namespaces ?? [metadata.namespace ?? '']
  return (
    spec.severities.includes(severity) &&
    (namespaces.includes('*') || namespaces.includes(incident.metadata.namespace ?? '')) &&
    (spec.services === undefined || services.some(service => spec.services?.includes(service)))
  )
}
