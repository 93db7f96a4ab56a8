import type { Resource } from '../../api/kind.ts'
import type { Behaviour } from './behaviour.ts'

/** Namespaces that every cluster has. */
export const standingNamespaces = ['default', 'kube-system'] as const

const nameLabel = 'kubernetes.io/metadata.name'

export const namespace: Behaviour = {
  prepare(next, previous) {
    const { metadata } = next
    metadata.labels = { ...metadata.labels, [nameLabel]: metadata.name }
    if (!previous) next.spec = { ...(next.spec as object | undefined), finalizers: ['kubernetes'] }
    const phase = metadata.deletionTimestamp ? 'Terminating' : 'Active'
    next.status = { ...(next.status as object | undefined), phase }
  },
  finalizers: namespaceFinalizers,
  protects: name =>
    (standingNamespaces as readonly string[]).includes(name)
      ? 'this namespace may not be deleted'
      : undefined,
}

function namespaceFinalizers(object: Resource): readonly string[] {
  return (object.spec as { finalizers?: string[] } | undefined)?.finalizers ?? []
}
