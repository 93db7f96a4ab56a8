import type { PodSpec } from '../cluster/pod.ts'
import type { AnyObject, Cluster, ClusterObject } from '../cluster.ts'
import type { Place } from './analyzer.ts'
import type { Labels } from './labels.ts'
import type { Workload } from './view.ts'

const controllers = [
  ...(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job'] as const),
  ...(['ReplicaSet', 'ReplicationController'] as const),
] as const
type ControllerKind = (typeof controllers)[number]

/** Pods are brought together under what controls them, also where only pods are known. */
export function workloadsIn(cluster: Cluster): {
  workloads: readonly Workload[]
  ownerOf(place: Place): Workload | undefined
} {
  const podsBy = Map.groupBy(cluster.all('Pod'), pod => keyOf(topOf(cluster, pod)))
  const found = new Map<string, Workload>()
  for (const kind of controllers)
    for (const object of cluster.all(kind)) {
      const top = topOf(cluster, object)
      if (keyOf(top) !== keyOf(object)) continue
      const workload = controllerOf(object, podsBy.get(keyOf(object)) ?? [])
      if (workload) found.set(keyOf(object), workload)
    }
  for (const [key, pods] of podsBy) {
    const [first] = pods
    if (found.has(key) || !first) continue
    const top = topOf(cluster, first)
    const own = top.kind === 'Pod'
    const object = cluster.find(top.kind, top.namespace, top.name) ?? first
    found.set(key, {
      ...{ kind: top.kind, namespace: top.namespace, name: top.name },
      ...{ object, replicas: own ? 1 : undefined, labels: first.metadata.labels, spec: first.spec ?? noSpec },
      ...{ path: object.kind === 'Pod' ? '/spec' : '/spec/template/spec', declared: own, pods },
      finite: top.kind === 'Job' || top.kind === 'CronJob' || (own && first.spec?.restartPolicy === 'Never'),
    })
  }
  const workloads = [...found.values()].sort((a, b) => order(keyOf(a), keyOf(b)))
  return {
    workloads,
    ownerOf: place => {
      const known = cluster.find(place.kind, place.namespace, place.name)
      return found.get(keyOf(known ? topOf(cluster, known) : topByName(cluster, place)))
    },
  }
}

const noSpec: PodSpec = {
  ...{ containers: [], initContainers: [], volumes: [], nodeSelector: new Map(), tolerations: [] },
  ...{ topologySpreadConstraints: [], schedulingGates: [], imagePullSecrets: [], resourceClaims: [] },
}

function controllerOf(
  object: ClusterObject<ControllerKind>,
  pods: readonly ClusterObject<'Pod'>[],
): Workload | undefined {
  const cron = object.kind === 'CronJob'
  const template = cron
    ? (object as ClusterObject<'CronJob'>).spec?.jobTemplate?.spec?.template
    : (object as ClusterObject<'Deployment'>).spec?.template
  const spec = template?.spec ?? pods[0]?.spec
  if (!spec && pods.length === 0) return undefined
  return {
    ...{ kind: object.kind, namespace: object.namespace, name: object.name, object },
    replicas: replicasOf(object),
    labels: template?.metadata?.labels ?? pods[0]?.metadata.labels ?? noLabels,
    spec: spec ?? noSpec,
    path: cron ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec',
    declared: template?.spec !== undefined,
    pods,
    finite: cron || object.kind === 'Job',
  }
}
const noLabels: Labels = new Map()

function replicasOf(object: ClusterObject<ControllerKind>): number | undefined {
  if (object.kind === 'DaemonSet' || object.kind === 'CronJob') return undefined
  if (object.kind === 'Job') return (object as ClusterObject<'Job'>).spec?.parallelism ?? 1
  const { spec, live } = object as ClusterObject<'Deployment'>
  // Of what a table printed the number may just not be told; in a manifest one is what it means.
  return spec?.replicas ?? (live && !spec?.template ? undefined : 1)
}

/** Follows controllers up; where they are not known, what their names tell. */
function topOf(cluster: Cluster, object: AnyObject, depth = 0): Place {
  const { ownerReferences = [] } = object.metadata
  const owner = ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0]
  const { kind = '', name = '' } = owner ?? {}
  // A Node controls mirror pods, and operators' own kinds hold no containers that are known.
  if (depth > 4 || !(controllers as readonly string[]).includes(kind)) return object
  const known = cluster.find(kind, object.namespace, name)
  if (known?.metadata.ownerReferences?.length) return topOf(cluster, known, depth + 1)
  return topByName(cluster, { kind, namespace: object.namespace, name }, object.metadata.labels)
}

/** A ReplicaSet that a Deployment made is named after it, with a hash that its pods carry as a label. */
function topByName(cluster: Cluster, place: Place, labels?: Labels): Place {
  const { kind, namespace, name } = place
  if (kind === 'ReplicaSet') {
    const [, base = '', hash] = /^(.{1,253})-([bcdfghjklmnpqrstvwxz2456789]{5,10})$/.exec(name) ?? []
    const deployed =
      labels?.get('pod-template-hash') === hash ||
      (hash?.length ?? 0) >= 8 ||
      cluster.find('Deployment', namespace, base)
    if (base !== '' && deployed) return { kind: 'Deployment', namespace, name: base }
  }
  if (kind === 'Job') {
    const [, base = ''] = /^(.{1,253})-\d{7,10}$/.exec(name) ?? []
    if (base !== '' && cluster.find('CronJob', namespace, base))
      return { kind: 'CronJob', namespace, name: base }
  }
  return place
}

const keyOf = ({ kind, namespace, name }: Place): string => `${kind}\n${namespace}\n${name}`
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
