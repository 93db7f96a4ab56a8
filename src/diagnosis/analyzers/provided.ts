import { isKnown } from '../cluster/kinds.ts'
import type { AnyObject, Cluster } from '../cluster.ts'

/** What is in every namespace or cluster without anybody declaring it. */
const builtIn: Readonly<Record<string, RegExp>> = {
  ConfigMap: /^(kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert)$/,
  ServiceAccount: /^default$/,
  Secret: /^default-token-[a-z0-9]{5}$/,
  PriorityClass: /^system-(node|cluster)-critical$/,
}

export const isBuiltIn = (kind: string, name: string): boolean => builtIn[kind]?.test(name) ?? false

const most = { depth: 8, values: 2_000 } as const

/** Whether another object makes this one: cert-manager a Secret, a StatefulSet its claims. */
export function isMade(cluster: Cluster, kind: string, namespace: string, name: string): boolean {
  if (kind === 'Secret')
    return cluster.all('Certificate', namespace).some(({ spec }) => spec?.secretName === name)
  if (kind !== 'PersistentVolumeClaim') return false
  return cluster
    .all('StatefulSet', namespace)
    .some(set =>
      set.spec?.volumeClaimTemplates.some(
        ({ metadata }) => metadata?.name !== undefined && name.startsWith(`${metadata.name}-${set.name}-`),
      ),
    )
}

/** An object of an operator's kind that mentions the name and so may make it: ExternalSecret, SealedSecret, a database. */
export const providerOf = (cluster: Cluster, namespace: string, name: string): AnyObject | undefined =>
  cluster.objects.find(
    object => object.namespace === namespace && !isKnown(object.kind) && mentions(object, name),
  )

function mentions({ name, raw }: AnyObject, wanted: string): boolean {
  if (name === wanted) return true
  let left: number = most.values
  const walk = (value: unknown, depth: number): boolean => {
    if (value === wanted) return true
    if (value === null || typeof value !== 'object' || depth > most.depth || --left < 0) return false
    return Object.values(value).some(member => walk(member, depth + 1))
  }
  return walk(raw.spec, 0)
}
