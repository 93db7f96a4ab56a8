import type { Resource } from '../../api/kind.ts'

/** Kinds in the order they are applied (Argo CD's and Helm's for Kubernetes' own); all others come between. */
const first = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'Ingress',
]
const last = [
  'Dataset',
  'Prompt',
  'ModelProvider',
  'Model',
  'Evaluation',
  'ModelRoute',
  'AccessKey',
  'Delivery',
]

const rankOf = (kind: string): number => {
  const early = first.indexOf(kind)
  if (early >= 0) return early
  const late = last.indexOf(kind)
  return late >= 0 ? first.length + 1 + late : first.length
}

/** Sorts by kind rank, then namespace and name: what is referred to comes before what refers to it. */
export function applyOrder(a: Pick<Resource, 'kind' | 'metadata'>, b: typeof a): number {
  const rank = rankOf(a.kind) - rankOf(b.kind)
  if (rank !== 0) return rank
  const [x, y] = [a, b].map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`)
  return (x ?? '') < (y ?? '') ? -1 : x === y ? 0 : 1
}
