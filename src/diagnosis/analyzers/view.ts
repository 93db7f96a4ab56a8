import type { PodSpec, Terminated } from '../cluster/pod.ts'
import type { AnyObject, Cluster, ClusterEvent, ClusterObject } from '../cluster.ts'
import type { Place } from './analyzer.ts'
import type { Labels } from './labels.ts'
import { workloadsIn } from './workloads.ts'

/** What analyzers look at. */
export interface View {
  cluster: Cluster
  /** What runs containers: controllers that nothing else controls, and pods without a known controller. */
  workloads: readonly Workload[]
  /** Workloads of a namespace. */
  within(namespace: string): readonly Workload[]
  /** The workload that a pod, ReplicaSet or Job belongs to. */
  ownerOf(place: Place): Workload | undefined
  /** Calls between services that were seen or declared outside of the objects, by service name. */
  calls: readonly { from: string; to: string }[]
  /** Lines of containers' logs that hold this text, the first 500 of them, each at most 2000 characters. */
  linesWith(text: string): readonly LogLine[]
  /** Words for kinds that were asked for and that the server does not have. */
  notServed: readonly { kind: string; file: string; text: string }[]
}

export interface LogLine {
  text: string
  file: string
  /** As far as it is known. */
  pod?: { namespace?: string; name: string }
}

export interface Workload extends Place {
  /** The controller itself, where something tells of it; else the first of its pods. */
  object: AnyObject
  /** How many pods it should have; undefined when nothing tells, or it depends on nodes. */
  replicas: number | undefined
  /** Labels of its pods. */
  labels: Labels
  spec: PodSpec
  /** Where `spec` stands in the object, as a JSON Pointer. */
  path: string
  /** Whether `object` holds `spec`, so that it can be edited there. */
  declared: boolean
  /** Its pods, by name. */
  pods: readonly ClusterObject<'Pod'>[]
  /** Whether its pods end by themselves. */
  finite: boolean
}

export const viewOf = (
  cluster: Cluster,
  rest: Omit<View, 'cluster' | 'workloads' | 'within' | 'ownerOf'>,
): View => {
  const { workloads, ownerOf } = workloadsIn(cluster)
  const byNamespace = Map.groupBy(workloads, ({ namespace }) => namespace)
  return { cluster, workloads, ownerOf, within: namespace => byNamespace.get(namespace) ?? [], ...rest }
}

/** Containers of a pod, those that run before the others first, with where they stand. */
export const containersOf = ({ spec, path }: Pick<Workload, 'spec' | 'path'>) => [
  ...spec.initContainers.map((container, index) => ({
    container,
    init: true,
    path: `${path}/initContainers/${index}`,
  })),
  ...spec.containers.map((container, index) => ({
    container,
    init: false,
    path: `${path}/containers/${index}`,
  })),
]

/** Every container of every workload. */
export const eachContainer = (view: Pick<View, 'workloads'>) =>
  view.workloads.flatMap(workload => containersOf(workload).map(one => ({ workload, ...one })))

/** How a workload does: `healthy` when all of its pods are seen ready, `unknown` when nothing runs as far as it is known. */
export function healthOf({
  pods,
  finite,
  replicas,
}: Pick<Workload, 'pods' | 'finite' | 'replicas'>): 'healthy' | 'unhealthy' | 'unknown' {
  const seen = pods.filter(
    ({ status }) => status?.phase !== undefined || (status?.containerStatuses.length ?? 0) > 0,
  )
  if (seen.length === 0) return 'unknown'
  if (replicas !== undefined && !finite && seen.length < replicas) return 'unknown'
  return seen.every(isWell) ? 'healthy' : 'unhealthy'
}

export function isWell({ status, metadata }: ClusterObject<'Pod'>): boolean {
  if (metadata.deletionTimestamp !== undefined) return false
  if (status?.phase === 'Succeeded') return true
  if (status?.phase !== undefined && status.phase !== 'Running') return false
  const ready = status?.conditions.find(({ type }) => type === 'Ready')?.status
  if (ready !== undefined) return ready === 'True'
  return (status?.containerStatuses ?? []).every(({ ready: is }) => is !== false)
}

/** Why a container waits, with its pod. */
export function waitingIn(pod: ClusterObject<'Pod'>) {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [
    ...initContainerStatuses.map(status => ({ status, init: true })),
    ...containerStatuses.map(status => ({ status, init: false })),
  ].flatMap(({ status, init }) => {
    const waiting = status.state?.waiting
    return waiting ? [{ pod, init, container: status.name ?? '', ...waiting }] : []
  })
}

/** The last time each container of a pod ended. */
export function endsIn(pod: ClusterObject<'Pod'>) {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [
    ...initContainerStatuses.map(status => ({ status, init: true })),
    ...containerStatuses.map(status => ({ status, init: false })),
  ].flatMap(({ status, init }): PodEnd[] => {
    const end = status.state?.terminated ?? status.lastState?.terminated
    if (!end) return []
    return [
      {
        pod,
        init,
        container: status.name ?? '',
        restarts: status.restartCount ?? 0,
        now: status.state?.terminated !== undefined,
        end,
      },
    ]
  })
}

export interface PodEnd {
  pod: ClusterObject<'Pod'>
  init: boolean
  container: string
  restarts: number
  /** It has not been started again. */
  now: boolean
  end: Terminated
}

/** Warnings about a workload and what belongs to it, the latest first. */
export function warningsOf({ cluster }: Pick<View, 'cluster'>, workload: Workload): ClusterEvent[] {
  const about: Pick<AnyObject, 'kind' | 'namespace' | 'name'>[] = [workload, ...workload.pods]
  if (workload.kind === 'Deployment')
    for (const set of cluster.all('ReplicaSet', workload.namespace))
      if (
        set.metadata.ownerReferences?.some(
          ({ kind, name }) => kind === 'Deployment' && name === workload.name,
        )
      )
        about.push(set)
  if (workload.kind === 'CronJob')
    for (const job of cluster.all('Job', workload.namespace))
      if (job.metadata.ownerReferences?.some(({ name }) => name === workload.name)) about.push(job)
  return about.flatMap(object => cluster.events(object).filter(({ warning }) => warning))
}
