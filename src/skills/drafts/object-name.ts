import { z } from 'zod'
import { apiVersionOf, type Resource } from '../../api/kind.ts'
import { kinds as stored } from '../../api/kinds/index.ts'

/** An object, whole enough to be looked up. */
export interface ObjectReference {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
}

/** How people and diagnoses name an object; see {@link referenceOf}. */
export const ObjectName = z
  .string()
  .min(1)
  .max(600)
  .describe('Object as Kind/namespace/name, or Kind/name for one of the namespace that is asked about.')

const builtIn: Readonly<Record<string, string>> = {
  ConfigMap: 'v1',
  CronJob: 'batch/v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  LimitRange: 'v1',
  Namespace: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Node: 'v1',
  PersistentVolume: 'v1',
  PersistentVolumeClaim: 'v1',
  Pod: 'v1',
  PodDisruptionBudget: 'policy/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  ReplicaSet: 'apps/v1',
  ResourceQuota: 'v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  Secret: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  StatefulSet: 'apps/v1',
  StorageClass: 'storage.k8s.io/v1',
}

const clusterScoped = new Set([
  ...['ClusterRole', 'ClusterRoleBinding', 'IngressClass', 'Namespace', 'Node', 'PersistentVolume'],
  ...['PriorityClass', 'StorageClass'],
  ...stored.filter(({ scope }) => scope === 'Cluster').map(({ kind }) => kind),
])

const versions = new Map<string, string>([
  ...Object.entries(builtIn),
  ...stored.map((kind): [string, string] => [kind.kind, apiVersionOf(kind)]),
])

/** The apiVersion that is meant when only a kind is named, or undefined of one that is not known. */
export const apiVersionOfKind = (kind: string): string | undefined => versions.get(kind)

export const isClusterScoped = (kind: string): boolean => clusterScoped.has(kind)

/**
 * `Kind/namespace/name` or `Kind/name`, with the apiVersion that goes with the kind.
 * @returns undefined when it has another form or the kind is not known
 */
export function referenceOf(text: string, namespace: string): ObjectReference | undefined {
  const parts = text.split('/')
  const [kind = '', ...rest] = parts
  const apiVersion = versions.get(kind)
  const name = rest.at(-1)
  if (apiVersion === undefined || !name || rest.length > 2) return undefined
  if (clusterScoped.has(kind)) return { apiVersion, kind, name }
  return { apiVersion, kind, name, namespace: rest.length === 2 ? (rest[0] ?? '') : namespace }
}

/** `Deployment/shop/checkout`, as diagnoses name causes. */
export const nameOf = ({ kind, namespace, name }: Omit<ObjectReference, 'apiVersion'>): string =>
  [kind, namespace, name].filter(Boolean).join('/')

/** The reference of an object as a file declares it, where objects without a namespace are in `namespace`. */
export function referenceOfDeclared(declared: Resource, namespace: string | undefined): ObjectReference {
  const { apiVersion, kind, metadata } = declared
  const own = clusterScoped.has(kind) ? undefined : (metadata.namespace ?? namespace)
  return { apiVersion, kind, name: metadata.name, ...(own !== undefined && { namespace: own }) }
}
