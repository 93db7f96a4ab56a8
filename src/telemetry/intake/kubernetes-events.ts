import type { Resource } from '../../api/kind.ts'
import { Event } from '../../api/kinds/core.ts'
import type { Client } from '../../client/client.ts'
import { isLater } from '../../client/resource-version.ts'
import type { EventRecord } from '../signals/signal.ts'
import { Fields, Malformed } from './fields.ts'
import { eventRecord, involvedObject } from './kubernetes-event.ts'
import { follow } from './kubernetes-follow.ts'
import { createOwners, lookup } from './kubernetes-owners.ts'
import { createOutbox } from './outbox.ts'
import { type Source, SourceError } from './source.ts'

export interface KubernetesSettings {
  client: Client
  /** Absent: all namespaces that the client may read. */
  namespaces?: readonly string[]
}

/** The version reached, by namespace; of all namespaces under the empty name. */
type Position = Record<string, string>

const BATCH = 200

/** Events of a cluster by watch, each with the workload that it belongs to. */
export const kubernetesEvents: Source<KubernetesSettings> = {
  type: 'kubernetes-events',
  summary: 'Events of a Kubernetes cluster, by watch',
  async open(settings, context) {
    checkKubernetesSettings(settings)
    const { client, namespaces } = settings
    const { clock } = context
    const outbox = createOutbox(context)
    const owners = createOwners(lookup(client, clock))
    const closing = new AbortController()
    const position = positionOf(await context.load())

    const records = async (events: readonly Resource[]): Promise<EventRecord[]> => {
      const made: EventRecord[] = []
      for (const event of events) {
        try {
          const fields = new Fields(event)
          made.push(eventRecord(fields, await owners.resourceOf(involvedObject(fields))))
        } catch (error) {
          if (!(error instanceof Malformed)) throw error
          outbox.refuse(1, `event ${event.metadata.namespace}/${event.metadata.name}: ${error.message}`)
        }
      }
      return made
    }
    const reached = (namespace: string, version: string): Position => {
      position[namespace] = version
      return { ...position }
    }
    const troubles = new Map<string, string>()
    const followIn = (namespace: string) =>
      follow({
        client,
        kind: Event,
        namespace: namespace || undefined,
        clock,
        signal: closing.signal,
        from: position[namespace],
        async listed(events, version) {
          const known = position[namespace]
          const fresh = events.filter(
            ({ metadata }) => known === undefined || isLater(metadata.resourceVersion ?? '', known),
          )
          for (let from = 0; from < fresh.length; from += BATCH)
            await outbox.put(await records(fresh.slice(from, from + BATCH)))
          await outbox.put([], reached(namespace, version))
        },
        async changed(type, event) {
          // They are deleted when their hour is over.
          const made = type === 'DELETED' ? [] : await records([event])
          await outbox.put(made, reached(namespace, event.metadata.resourceVersion ?? ''))
        },
        trouble(what) {
          if (what === undefined) troubles.delete(namespace)
          else troubles.set(namespace, what)
          outbox.trouble([...troubles.values()][0])
        },
      })

    const running = Promise.all((namespaces ?? ['']).map(followIn))
    return {
      status: () => outbox.status(),
      async close() {
        closing.abort(new Error('the source was closed'))
        await outbox.close()
        await running
      },
    }
  },
}

/** @throws SourceError */
export function checkKubernetesSettings({ client, namespaces }: KubernetesSettings): void {
  if (typeof client?.watch !== 'function') throw new SourceError('client is missing: it reaches the cluster')
  if (namespaces !== undefined && (!Array.isArray(namespaces) || namespaces.length === 0))
    throw new SourceError('namespaces is not a list of names; leave it out for all of them')
}

function positionOf(saved: unknown): Position {
  if (saved === null || typeof saved !== 'object') return {}
  return Object.fromEntries(Object.entries(saved).filter(([, version]) => typeof version === 'string'))
}
