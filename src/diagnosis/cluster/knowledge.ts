import type { AnyObject } from './kinds.ts'
import { scopeOf } from './kinds.ts'

/** All objects of a kind are known, in one namespace or (without one) in the whole cluster. */
export interface Listing {
  kind: string
  namespace?: string
}

/** How it is known that an object which is not here does not exist; undefined when it is not. */
export type Knowledge = 'listed' | 'declared' | undefined

/** Kinds that a set of manifests brings along when its workloads need them. */
const declaredKinds = new Set([
  ...['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'ServiceAccount', 'Service'],
  ...['Role', 'RoleBinding', 'Deployment', 'StatefulSet', 'DaemonSet', 'NetworkPolicy'],
  ...['StorageClass', 'IngressClass', 'PriorityClass', 'RuntimeClass', 'GatewayClass'],
])

/** What every namespace has: where it is there, somebody printed all objects of the kind. */
const everywhere: Readonly<Record<string, string>> = {
  ConfigMap: 'kube-root-ca.crt',
  ServiceAccount: 'default',
}

export function knowledgeOf(
  objects: readonly AnyObject[],
  eventsSeen: boolean,
  complete: readonly Listing[],
): (kind: string, namespace: string) => Knowledge {
  const listed = new Set(complete.map(({ kind, namespace }) => keyOf(kind, namespace ?? '*')))
  const running = new Set<string>()
  const declared = new Set<string>()
  const counts = new Map<string, number>()
  const spread = new Map<string, Set<string>>()
  for (const { kind, namespace, name, live } of objects) {
    if (!live) {
      if (kind !== 'Namespace') declared.add(namespace)
      continue
    }
    running.add(namespace)
    const key = keyOf(kind, namespace)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (everywhere[kind] === name) listed.add(key)
    spread.set(kind, (spread.get(kind) ?? new Set()).add(namespace))
  }
  // One or two were asked for by name; many from all over are what a listing gives.
  for (const [kind, namespaces] of spread) {
    const count = [...namespaces].reduce(
      (sum, namespace) => sum + (counts.get(keyOf(kind, namespace)) ?? 0),
      0,
    )
    if (namespaces.size >= 3 && count >= 6) listed.add(keyOf(kind, '*'))
  }
  const manifestsOnly = (namespace: string) => declared.has(namespace) && !running.has(namespace)
  const nothingRuns = !eventsSeen && running.size === 0 && declared.size > 0
  return (kind, namespace) => {
    if (listed.has(keyOf(kind, namespace)) || listed.has(keyOf(kind, '*'))) return 'listed'
    if (scopeOf(kind) === 'Cluster' && (counts.get(keyOf(kind, '')) ?? 0) >= 3) return 'listed'
    if (!declaredKinds.has(kind)) return undefined
    if (scopeOf(kind) === 'Cluster') return nothingRuns ? 'declared' : undefined
    return manifestsOnly(namespace) ? 'declared' : undefined
  }
}

const keyOf = (kind: string, namespace: string): string => `${kind}\n${namespace}`
