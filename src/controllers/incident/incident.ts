import { subjectOf } from '../../api/kind.ts'
import { Incident, isTold } from '../../api/kinds/incident.ts'
import { NotificationChannel } from '../../api/kinds/notification-channel.ts'
import { done, type Reconciler, ready, requeueIn } from '../runtime/reconciler.ts'
import { createDiagnoses, type Diagnose } from './diagnoses.ts'
import { progress, teller } from './progress.ts'

/** Closed incidents are deleted after this long. */
const keptMs = 90 * 86_400_000
const longestWaitMs = 86_400_000

/**
 * Writes the status of Incidents: what their symptoms did, what people decided, who was told, and what diagnosis found.
 * @param diagnose absent where nothing can be asked for evidence
 */
export const incidentReconciler = ({
  diagnose,
}: {
  diagnose?: Diagnose
} = {}): Reconciler<typeof Incident> => {
  const diagnoses = diagnose && createDiagnoses(diagnose)
  return {
    name: 'incident',
    kind: Incident,
    concurrency: 4,
    watches: [
      {
        kind: NotificationChannel,
        wakes: changed =>
          ((changed as unknown as NotificationChannel).status?.told ?? []).map(({ incident }) => {
            const [namespace = '', name = ''] = incident.split('/')
            return { namespace, name }
          }),
      },
    ],
    async reconcile(incident, context) {
      const { metadata, spec, status } = incident
      const now = context.clock.now()
      if (status.closedAt !== undefined && now > Date.parse(status.closedAt) + keptMs) {
        await context.client.delete(Incident, metadata.name, metadata.namespace)
        return done
      }
      const before = status.timeline?.at(-1)?.number ?? 0
      const next = progress(spec, status, now)
      const due = diagnoses?.progress(incident, status, context, (what, message) =>
        teller(status, now)(what, message),
      )
      for (const entry of status.timeline ?? [])
        if (entry.number > before && isTold(entry))
          context.event(
            entry.what === 'Closed' || entry.what === 'Recovering' ? 'Normal' : 'Warning',
            entry.what,
            entry.message,
          )
      notified(metadata.uid ?? '', status, context.informer(NotificationChannel).list())
      const going = spec.symptoms.filter(({ until }) => until === undefined).length
      const outcome = ready(status.phase ?? 'Open', `${going} of ${spec.symptoms.length} symptoms go on`)
      return requeueIn(
        Math.min(longestWaitMs, Math.max(1000, Math.min(next ?? Infinity, due ?? Infinity) - now)),
        outcome,
      )
    },
  }
}

/** What channels say that they told. What one forgot was told all the same. */
function notified(
  uid: string,
  status: NonNullable<Incident['status']>,
  channels: readonly NotificationChannel[],
): void {
  const known = new Map((status.notified ?? []).map(told => [told.channel, told]))
  for (const channel of channels) {
    const told = channel.status?.told?.find(entry => entry.uid === uid)
    const name = subjectOf(channel).replace('NotificationChannel/', '')
    if (told) known.set(name, { channel: name, number: told.number, at: told.at })
  }
  if (known.size > 0)
    status.notified = [...known.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1)).slice(0, 100)
}
