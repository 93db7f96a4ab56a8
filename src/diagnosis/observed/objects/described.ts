import type { Resource as KubernetesObject } from '../../../api/kind.ts'
import type { CommandOutput } from '../../../telemetry/intake/kubernetes-snapshot/command-output.ts'
import type { Description } from '../../../telemetry/intake/kubernetes-snapshot/description.ts'
import type { FromFile } from '../../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import { type Fields, fieldIn, pairsIn, timeOf, told, valueIn } from '../described-field.ts'
import { isClusterWide, type KindName, kindNamed } from '../kind-names.ts'
import type { ObservedObject } from '../observed.ts'
import { binding, namespace, role, secret, serviceAccount } from './access.ts'
import { commandBlocks } from './blocks.ts'
import { wordsOf } from './container.ts'
import { endpoints, endpointsOf, ingress, networkPolicy, service } from './network.ts'
import { node } from './node.ts'
import { podSpecOf, podStatusOf } from './pod.ts'
import { autoscaler, disruptionBudget, limitsOf, quotaOf } from './policies.ts'
import { claim, storageClass, volume } from './storage.ts'
import { cronJob, daemonSet, deployment, job, replicaSet, statefulSet } from './workloads.ts'

const readers: Readonly<Record<string, (fields: Fields, text: string) => Record<string, unknown>>> = {
  Pod: fields => ({ spec: podSpecOf(fields), status: podStatusOf(fields) }),
  Deployment: deployment,
  ReplicaSet: replicaSet,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  Job: job,
  CronJob: cronJob,
  Service: service,
  Endpoints: endpoints,
  Ingress: ingress,
  NetworkPolicy: networkPolicy,
  PersistentVolumeClaim: claim,
  PersistentVolume: volume,
  StorageClass: storageClass,
  HorizontalPodAutoscaler: autoscaler,
  PodDisruptionBudget: disruptionBudget,
  // Their tables stand at the left margin, where no field holds them.
  ResourceQuota: (_, text) => quotaOf(text.split('\n')),
  LimitRange: (_, text) => limitsOf(text.split('\n')),
  Node: node,
  ServiceAccount: serviceAccount,
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  Secret: secret,
  Namespace: namespace,
}

/**
 * The object of each description whose kind is known, and the endpoints that a Service's tells of.
 * @param outputs what the descriptions were read from: scripts are read there once more, line by line
 */
export function describedObjects(
  descriptions: readonly FromFile<Description>[],
  outputs: readonly FromFile<CommandOutput>[],
): ObservedObject[] {
  const texts = Map.groupBy(outputs, ({ file }) => file)
  return descriptions.flatMap((description): ObservedObject[] => {
    const { file, fields, name, namespace } = description
    const kind = kindOf(description)
    const read = kind && readers[kind.kind]
    if (!kind || !read || name === '') return []
    const text = textOf(texts.get(file) ?? [], name)
    const object = { ...kind, metadata: metadataOf(description, kind), ...read(fields, text) }
    const whole = { object: withScripts(object, commandBlocks(text)) }
    const endpointsTold = kind.kind === 'Service' ? endpointsOf(fields) : undefined
    const endpointsObject = endpointsTold && {
      ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name, ...told({ namespace }) } },
      ...endpointsTold,
    }
    return [whole, ...(endpointsObject ? [{ object: endpointsObject }] : [])].map(each => ({
      ...each,
      from: 'described' as const,
      files: [file],
    }))
  })
}

function textOf(outputs: readonly CommandOutput[], name: string): string {
  for (const { text } of outputs)
    for (const part of text.split(/^(?=Name:\s)/m))
      if (/^Name:\s{1,99}(\S{1,253})/.exec(part)?.[1] === name) return part
  return ''
}

/** The object with the commands of its containers as they were printed. */
function withScripts<T>(value: T, blocks: ReadonlyMap<string, readonly string[]>, depth = 0): T {
  if (blocks.size === 0 || depth > 8 || value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(item => withScripts(item, blocks, depth + 1)) as T
  const { name } = value as { name?: unknown }
  const [command, args] = ['Command', 'Args'].map(field => blocks.get(`${name}/${field}`))
  const entries = Object.entries(value).map(([key, member]) => [key, withScripts(member, blocks, depth + 1)])
  return {
    ...Object.fromEntries(entries),
    ...('command' in value && command && { command: wordsOf(command) }),
    ...('args' in value && args && { args: wordsOf(args) }),
  } as T
}

/** Fields that one kind alone has: a description can be of another kind than the command says. */
const marks: readonly (readonly [kind: string, fields: readonly string[]])[] = [
  ['CronJob', ['Schedule', 'Concurrency Policy']],
  ['Job', ['Pods Statuses', 'Parallelism']],
  ['Deployment', ['StrategyType', 'Pod Template']],
  ['StatefulSet', ['Update Strategy', 'Pod Template']],
  ['DaemonSet', ['Desired Number of Nodes Scheduled']],
  ['ReplicaSet', ['Pods Status', 'Pod Template', 'Replicas']],
  ['HorizontalPodAutoscaler', ['Reference', 'Max replicas']],
  ['PersistentVolumeClaim', ['StorageClass', 'Used By']],
  ['Node', ['Allocatable', 'System Info']],
  ['Pod', ['Containers', 'QoS Class']],
  ['Service', ['Session Affinity']],
]

function kindOf({ kind, fields }: Description): KindName | undefined {
  const [seen] = marks.find(([, names]) => names.every(name => fieldIn(fields, name) !== undefined)) ?? []
  return kindNamed(seen ?? kind ?? '')
}

function metadataOf(
  { name, namespace, fields }: Description,
  { kind }: KindName,
): KubernetesObject['metadata'] {
  const owner = /^(\w{1,63})\/(\S{1,253})$/.exec(valueIn(fields, 'Controlled By') ?? '')
  const ownerKind = owner?.[1] === undefined ? undefined : kindNamed(owner[1])
  // A claim or volume that is being deleted says since when in its status.
  const created = timeOf(valueIn(fields, 'CreationTimestamp') ?? valueIn(fields, 'Start Time'))
  const labels = pairsIn(fields, 'Labels')
  return {
    name,
    ...(!isClusterWide(kind) && namespace !== undefined && { namespace }),
    ...(labels && { labels }),
    ...(created !== undefined && { creationTimestamp: created }),
    ...(owner && {
      ownerReferences: [
        {
          apiVersion: ownerKind?.apiVersion ?? '',
          kind: owner[1] ?? '',
          name: owner[2] ?? '',
          uid: '',
          controller: true,
        },
      ],
    }),
  }
}
