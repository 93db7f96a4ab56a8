import { isNotFound } from '../../api/errors.ts'
import type { Resource as KubernetesObject } from '../../api/kind.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Attributes, Resource } from '../signals/signal.ts'
import { resourceOf } from './resource.ts'

/** A reference to an object, as events and owner references have them. */
export interface ObjectReference {
  apiVersion?: string | undefined
  kind: string
  name: string
  namespace?: string | undefined
}

/** What of an object tells which service it belongs to; small enough to be kept of many. */
export interface Placed {
  reference: ObjectReference
  attributes: Attributes
  /** What manages it, or what it is about. */
  owner?: ObjectReference
}

/** Finds out which service an object belongs to, by following what manages it up to the workload. */
export interface Owners {
  resourceOf(reference: ObjectReference): Promise<Resource>
}

const MAX_STEPS = 6

export function createOwners(find: (reference: ObjectReference) => Promise<Placed | undefined>): Owners {
  return {
    async resourceOf(reference) {
      const chain: Placed[] = []
      let next: ObjectReference | undefined = reference
      while (next && chain.length < MAX_STEPS) {
        const placed: Placed = (await find(next)) ?? { reference: next, attributes: {} }
        chain.push(placed)
        next = ends.has(placed.reference.kind) ? undefined : placed.owner
      }
      return resourceOfChain(chain)
    },
  }
}

/** The resource of an object and of what manages it, from the object upwards. */
export function resourceOfChain(chain: readonly Placed[]): Resource {
  const top = chain.at(-1)
  if (!top) return { service: '' }
  const names = chain.map(({ reference }) => nameAttribute(reference))
  const found = resourceOf(
    Object.assign(
      { 'k8s.namespace.name': top.reference.namespace ?? '' },
      ...chain.map(one => one.attributes).reverse(),
      ...names,
    ),
  )
  if (!ownName(top.reference)) return found
  const { kind, name } = top.reference
  // What Kubernetes does not know itself, such as a Rollout or a ModelRoute, is the workload when it is on top.
  return {
    ...found,
    service: found.service === '' || found.workload ? named(chain, name) : found.service,
    workload: `${kind}/${name}`,
  }
}

const named = (chain: readonly Placed[], name: string): string => {
  const told = chain.map(({ attributes }) => attributes['service.name']).find(given => given !== undefined)
  return told === undefined ? name : String(told)
}

/** Kinds that people manage: what made them is nobody's service. */
const ends = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'ModelRoute', 'Rollout'])

const attributeNames: Readonly<Record<string, string>> = {
  Pod: 'k8s.pod.name',
  ReplicaSet: 'k8s.replicaset.name',
  Deployment: 'k8s.deployment.name',
  StatefulSet: 'k8s.statefulset.name',
  DaemonSet: 'k8s.daemonset.name',
  CronJob: 'k8s.cronjob.name',
  Job: 'k8s.job.name',
}

const nameAttribute = ({ kind, name }: ObjectReference): Attributes => {
  const attribute = attributeNames[kind]
  return attribute === undefined ? {} : { [attribute]: name }
}

/** Kinds of others than Kubernetes that are workloads, and Services, which are named as what they stand for. */
const ownName = ({ apiVersion = '', kind }: ObjectReference): boolean =>
  kind === 'Service' ||
  kind === 'Ingress' ||
  (!(kind in attributeNames) &&
    /^(keelway\.dev|argoproj\.io|serving\.knative\.dev|kserve\.io)\//.test(apiVersion))

/** What an object says of where it belongs. */
export function placed(object: KubernetesObject): Placed {
  const { metadata, apiVersion, kind } = object
  const template = at(object.spec, 'template') ?? at(at(at(object.spec, 'jobTemplate'), 'spec'), 'template')
  const pod = kind === 'Pod' ? object : template
  const podMetadata = (kind === 'Pod' ? metadata : at(template, 'metadata')) as
    | KubernetesObject['metadata']
    | undefined
  const containers = at(at(pod, 'spec'), 'containers')
  const image: unknown = Array.isArray(containers) ? at(containers[0], 'image') : undefined
  const labels = podMetadata?.labels ?? {}
  const annotations = { ...metadata.annotations, ...podMetadata?.annotations }
  const owner = ownerOf(object)
  return {
    reference: { apiVersion, kind, name: metadata.name, namespace: metadata.namespace },
    attributes: {
      ...(typeof image === 'string' && { 'container.image.name': image }),
      ...picked(labels, labelNames, 'k8s.pod.label.'),
      ...picked(annotations, annotationNames, ''),
    },
    ...(owner && { owner }),
  }
}

const labelNames = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/name',
  'app.kubernetes.io/version',
] as const
/** opentelemetry.io/docs/specs/semconv/non-normative/k8s-attributes: annotations name resource attributes. */
const annotationNames = [
  'resource.opentelemetry.io/service.name',
  'resource.opentelemetry.io/service.namespace',
  'resource.opentelemetry.io/service.version',
] as const

const picked = (
  from: Readonly<Record<string, string>>,
  names: readonly string[],
  prefix: string,
): Attributes =>
  Object.fromEntries(
    names.flatMap(name => {
      const value: unknown = from[name]
      return typeof value === 'string'
        ? [[prefix + name.replace('resource.opentelemetry.io/', ''), value]]
        : []
    }),
  )

function ownerOf({ kind, metadata, spec }: KubernetesObject): ObjectReference | undefined {
  const { namespace } = metadata
  const controller = (metadata.ownerReferences ?? []).find(reference => reference.controller)
  if (controller)
    return { apiVersion: controller.apiVersion, kind: controller.kind, name: controller.name, namespace }
  const target = at(spec, 'scaleTargetRef')
  const [targetKind, targetName] = [at(target, 'kind'), at(target, 'name')]
  if (kind === 'HorizontalPodAutoscaler' && typeof targetKind === 'string' && typeof targetName === 'string')
    return {
      apiVersion: String(at(target, 'apiVersion') ?? 'apps/v1'),
      kind: targetKind,
      name: targetName,
      namespace,
    }
  const route = at(spec, 'route')
  if (kind === 'RouteRelease' && typeof route === 'string')
    return { apiVersion: 'keelway.dev/v1alpha1', kind: 'ModelRoute', name: route, namespace }
  return undefined
}

const at = (value: unknown, field: string): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[field] : undefined

const KEEP_MS = 60_000
const MAX_KEPT = 5_000

/** Looks objects up at the API server and keeps what they say for a minute. What can not be read is not there. */
export function lookup(
  client: Client,
  clock: Clock,
): (reference: ObjectReference) => Promise<Placed | undefined> {
  const kept = new Map<string, { at: number; placed: Placed | undefined }>()
  const ask = async ({ apiVersion, kind, name, namespace }: ObjectReference): Promise<Placed | undefined> => {
    const location = await client.dynamic.locate(apiVersion ?? versions[kind] ?? 'v1', kind)
    const object = location && (await client.dynamic.find(location, name, namespace))
    return object && placed(object)
  }
  return async reference => {
    const key = [reference.apiVersion, reference.kind, reference.namespace, reference.name].join('/')
    const known = kept.get(key)
    if (known && clock.now() - known.at < KEEP_MS) return known.placed
    const found = await ask(reference).catch((error: unknown) => {
      // Names tell enough to go on when this account may not read the kind; a server that is away is asked again.
      if (isNotFound(error) || isForbidden(error)) return undefined
      throw error
    })
    kept.delete(key)
    kept.set(key, { at: clock.now(), placed: found })
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    return found
  }
}

const isForbidden = (error: unknown): boolean =>
  (error as { reason?: unknown } | null)?.reason === 'Forbidden'

/** Events may leave out where a kind lives. */
const versions: Readonly<Record<string, string>> = {
  ReplicaSet: 'apps/v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
}
