import type { NotificationChannel } from '../../api/kinds/notification-channel.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import type { Pending } from './pending.ts'
import type { Message, ToldIncident } from './sender.ts'

/** What a channel says of incidents, with an id that is the same for the same entries. */
export function messageOf({ metadata, spec }: NotificationChannel, pending: readonly Pending[]): Message {
  const told = pending.map(({ incident, entries }) => [incident.metadata.uid, entries.at(-1)?.number])
  return {
    id: `msg_${shortDigest(digestOfValue([metadata.uid, told]), 24)}`,
    incidents: pending.map(one => toldIncident(one, spec.link)),
  }
}

function toldIncident({ incident, entries }: Pending, base: string | undefined): ToldIncident {
  const { metadata, spec, status } = incident
  const { name, namespace = '', uid = '' } = metadata
  const going = spec.symptoms.toSorted(
    (a, b) => Number(a.until !== undefined) - Number(b.until !== undefined),
  )
  return {
    name,
    namespace,
    uid,
    title: spec.title,
    severity: spec.severity,
    phase: status?.phase ?? 'Open',
    services: spec.services.slice(0, 20),
    symptoms: going.slice(0, 10).map(({ reason, message }) => `${reason}: ${message}`.slice(0, 500)),
    entries,
    startedAt: spec.startedAt,
    openedAt: status?.openedAt ?? spec.startedAt,
    ...(status?.closedAt === undefined ? {} : { closedAt: status.closedAt }),
    ...(status?.acknowledgedBy === undefined ? {} : { acknowledgedBy: status.acknowledgedBy }),
    reopened: status?.reopened ?? 0,
    ...(base === undefined
      ? {}
      : {
          link: `${base.replace(/\/$/, '')}/incidents/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`,
        }),
  }
}
