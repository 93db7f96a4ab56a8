import type { ObservedObject } from './observed.ts'

/** Tables do not say what controls a pod, but the labels that controllers put on their pods do. */
export const withOwners = (objects: readonly ObservedObject[]): ObservedObject[] =>
  objects.map(each => {
    const { kind, metadata } = each.object
    if (kind !== 'Pod' || metadata.ownerReferences?.length) return each
    const owner = ownerOf(metadata.name, metadata.labels ?? {})
    if (!owner) return each
    const ownerReferences = [{ ...owner, uid: '', controller: true }]
    return { ...each, object: { ...each.object, metadata: { ...metadata, ownerReferences } } }
  })

function ownerOf(
  pod: string,
  labels: Readonly<Record<string, string>>,
): { apiVersion: string; kind: string; name: string } | undefined {
  const job = labels['batch.kubernetes.io/job-name'] ?? labels['job-name']
  if (job !== undefined && pod.startsWith(`${job}-`))
    return { apiVersion: 'batch/v1', kind: 'Job', name: job }
  const set = pod.slice(0, Math.max(0, pod.lastIndexOf('-')))
  if (set === '') return undefined
  const hash = labels['pod-template-hash']
  if (hash !== undefined && set.endsWith(`-${hash}`))
    return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set }
  return labels['statefulset.kubernetes.io/pod-name'] === pod
    ? { apiVersion: 'apps/v1', kind: 'StatefulSet', name: set }
    : undefined
}
