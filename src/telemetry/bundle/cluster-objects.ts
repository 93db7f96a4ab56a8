import { isNotFound } from '../../api/errors.ts'
import { apiVersionOf, defineKind, type Kind, type Resource as KubernetesObject } from '../../api/kind.ts'
import { Event } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Client } from '../../client/client.ts'
import { changingKinds } from '../intake/kubernetes-kinds.ts'

const remote = (group: string, version: string, kind: string, plural: string): Kind =>
  defineKind({ group, version, kind, plural, summary: `${kind} of Kubernetes.`, example: {} })

/** What shows how things run, beside what says how they should. */
const kinds: readonly Kind[] = [
  remote('', 'v1', 'Pod', 'pods'),
  Event,
  remote('apps', 'v1', 'ReplicaSet', 'replicasets'),
  remote('batch', 'v1', 'Job', 'jobs'),
  remote('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  remote('', 'v1', 'Endpoints', 'endpoints'),
  ...changingKinds,
  ...[Delivery, ModelRoute, RouteRelease, ModelProvider, Monitor, Incident],
]

/**
 * The objects and Events of a cluster that tell how it runs, as far as this account may list them.
 * @param leaveOut is told what it may not
 */
export async function* clusterObjects(
  client: Pick<Client, 'serves' | 'list'>,
  leaveOut: (what: string) => void,
): AsyncGenerator<KubernetesObject> {
  const served = await client.serves()
  for (const kind of kinds) {
    const apiVersion = apiVersionOf(kind)
    if (!served.has(`${apiVersion}/${kind.kind}`)) continue
    const { items } = await client.list(kind).catch((error: unknown) => {
      if (!isNotFound(error) && (error as { reason?: unknown }).reason !== 'Forbidden') throw error
      leaveOut(`objects of kind ${kind.kind}: ${(error as Error).message}`)
      return { items: [] }
    })
    // Items of a list need not say what they are.
    for (const item of items) yield { ...item, apiVersion, kind: kind.kind }
  }
}
