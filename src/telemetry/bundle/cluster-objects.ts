import { isNotFound } from '../../api/errors.ts'
import { apiVersionOf, defineKind, type Kind, type Resource as KubernetesObject } from '../../api/kind.ts'
import { Event } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Client } from '../../client/client.ts'
import { changingKinds } from '../intake/kubernetes-kinds.ts'

const remote = (group: string, version: string, kind: string, plural: string): Kind =>
  defineKind({ group, version, kind, plural, summary: `${kind} of Kubernetes.`, example: {} })

/** What others name. */
const others: readonly Kind[] = [
  remote('', 'v1', 'ServiceAccount', 'serviceaccounts'),
  remote('', 'v1', 'PersistentVolume', 'persistentvolumes'),
  remote('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  remote('storage.k8s.io', 'v1', 'StorageClass', 'storageclasses'),
  remote('networking.k8s.io', 'v1', 'IngressClass', 'ingressclasses'),
  remote('scheduling.k8s.io', 'v1', 'PriorityClass', 'priorityclasses'),
  remote(
    'admissionregistration.k8s.io',
    'v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
  ),
  remote(
    'admissionregistration.k8s.io',
    'v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
  ),
]

/** What shows how things run, beside what says how they should. */
const kinds: readonly Kind[] = [
  remote('', 'v1', 'Pod', 'pods'),
  Event,
  remote('apps', 'v1', 'ReplicaSet', 'replicasets'),
  remote('batch', 'v1', 'Job', 'jobs'),
  remote('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  remote('', 'v1', 'Endpoints', 'endpoints'),
  ...changingKinds,
  ...others,
  ...[Delivery, ModelRoute, RouteRelease, ModelProvider, Monitor],
]

/**
 * The objects and Events of a cluster that tell how it runs, as far as this account may list them.
 * @param leaveOut is told what it may not
 * @param whole is told each kind of which it has given all
 */
export async function* clusterObjects(
  client: Pick<Client, 'serves' | 'list'>,
  leaveOut: (what: string) => void,
  whole: (kind: string) => void = () => undefined,
): AsyncGenerator<KubernetesObject> {
  const served = await client.serves()
  for (const kind of kinds) {
    const apiVersion = apiVersionOf(kind)
    if (!served.has(`${apiVersion}/${kind.kind}`)) continue
    const found = await client.list(kind).catch((error: unknown) => {
      if (!isNotFound(error) && (error as { reason?: unknown }).reason !== 'Forbidden') throw error
      leaveOut(`objects of kind ${kind.kind}: ${(error as Error).message}`)
      return undefined
    })
    if (!found) continue
    // Items of a list need not say what they are.
    for (const item of found.items) yield { ...item, apiVersion, kind: kind.kind }
    if (kind !== Event) whole(kind.kind)
  }
}
