import type { Resource } from '../../api/kind.ts'

/** Which workloads use which ConfigMaps and Secrets, from their pod templates. */
export class KubernetesUsers {
  /** Key of the workload to the keys of what it uses. */
  readonly #uses = new Map<string, ReadonlySet<string>>()

  see(object: Resource): void {
    const used = new Set<string>()
    collect(object.spec, object.metadata.namespace ?? '', used, 0)
    if (used.size > 0) this.#uses.set(keyOf(object), used)
    else this.#uses.delete(keyOf(object))
  }

  drop(object: Resource): void {
    this.#uses.delete(keyOf(object))
  }

  /** Kind and name of the workloads that use it, such as `Deployment/checkout`. */
  of(object: Resource): string[] {
    if (object.kind !== 'ConfigMap' && object.kind !== 'Secret') return []
    const key = keyOf(object)
    return [...this.#uses].flatMap(([user, used]) => {
      const [kind, , name] = user.split('/')
      return used.has(key) ? [`${kind}/${name}`] : []
    })
  }
}

const keyOf = ({ kind, metadata }: Resource): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`

const MAX_DEPTH = 16
/** Fields that name a ConfigMap or Secret, and the member of them that holds the name. */
const references: Readonly<Record<string, readonly [kind: string, member: string]>> = {
  configMapRef: ['ConfigMap', 'name'],
  configMapKeyRef: ['ConfigMap', 'name'],
  configMap: ['ConfigMap', 'name'],
  secretRef: ['Secret', 'name'],
  secretKeyRef: ['Secret', 'name'],
  secret: ['Secret', 'secretName'],
}

function collect(value: unknown, namespace: string, into: Set<string>, depth: number): void {
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) return
  for (const [field, member] of Object.entries(value)) {
    const [kind, nameField] = references[field] ?? []
    const name: unknown = nameField && (member as Record<string, unknown> | null)?.[nameField]
    if (kind && typeof name === 'string') into.add(`${kind}/${namespace}/${name}`)
    else collect(member, namespace, into, depth + 1)
  }
}
