import type { Resource as KubernetesObject } from '../../../api/kind.ts'
import type { Description } from '../../../telemetry/intake/kubernetes-snapshot/description.ts'
import type { FromFile } from '../../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import { type Fields, fieldIn, linesIn, pairsIn, timeOf, told, valueIn } from '../described-field.ts'
import { isClusterWide, type KindName, kindNamed } from '../kind-names.ts'
import type { ObservedObject } from '../observed.ts'
import { binding, namespace, role, secret, serviceAccount } from './access.ts'
import { endpoints, endpointsOf, ingress, networkPolicy, service } from './network.ts'
import { node } from './node.ts'
import { podSpecOf, podStatusOf } from './pod.ts'
import { autoscaler, disruptionBudget, limitsOf, quotaOf } from './policies.ts'
import { claim, storageClass, volume } from './storage.ts'
import { cronJob, daemonSet, deployment, job, replicaSet, statefulSet } from './workloads.ts'

const readers: Readonly<Record<string, (fields: Fields) => Record<string, unknown>>> = {
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
  ResourceQuota: fields => quotaOf(linesAfter(fields, 'Resource')),
  LimitRange: fields => limitsOf(linesAfter(fields, 'Type')),
  Node: node,
  ServiceAccount: serviceAccount,
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  Secret: secret,
  Namespace: namespace,
}

/** The object of each description whose kind is known, and the endpoints that a Service's tells of. */
export const describedObjects = (descriptions: readonly FromFile<Description>[]): ObservedObject[] =>
  descriptions.flatMap(description => {
    const { file, fields, name } = description
    const kind = kindOf(description)
    const read = kind && readers[kind.kind]
    if (!kind || !read || name === '') return []
    const object = { ...kind, metadata: metadataOf(description, kind), ...read(fields) }
    const also = kind.kind === 'Service' ? endpointsOf(fields) : undefined
    return [
      { object, from: 'described' as const, files: [file] },
      ...(also
        ? [
            {
              object: {
                apiVersion: 'v1',
                kind: 'Endpoints',
                metadata: { name, ...told({ namespace: description.namespace }) },
                ...also,
              },
              from: 'described' as const,
              files: [file],
            },
          ]
        : []),
    ]
  })

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

/** Lines of a table that stands at the left margin below the field whose name its header begins with. */
function linesAfter(fields: Fields, header: string): string[] {
  const last = fields.findLast(field => linesIn(field).some(line => line.trim().startsWith(header)))
  return linesIn(last)
}
