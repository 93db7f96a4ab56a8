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

/**
 * An object that makes, or may make, this one: cert-manager and mesh kinds that name it, and kinds of operators that
 * mention its name anywhere (ExternalSecret, SealedSecret, a database's own kind).
 */
export function providerOf(
  cluster: Cluster,
  kind: string,
  namespace: string,
  name: string,
): AnyObject | undefined {
  if (kind === 'Secret') {
    const certificate = cluster.all('Certificate', namespace).find(({ spec }) => spec?.secretName === name)
    if (certificate) return certificate
  }
  if (kind === 'PersistentVolumeClaim') {
    const set = cluster
      .all('StatefulSet', namespace)
      .find(({ spec, name: of }) =>
        spec?.volumeClaimTemplates.some(
          ({ metadata }) => metadata?.name !== undefined && name.startsWith(`${metadata.name}-${of}-`),
        ),
      )
    if (set) return set
  }
  return cluster.objects.find(
    object => object.namespace === namespace && !isKnown(object.kind) && mentions(object, name),
  )
}

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
