import type { Resource } from '../../api/kind.ts'
import { isObject, pointer } from '../drafts/pointer.ts'

/** A field that names another object. */
export interface Reference {
  path: string
  kind: string
  name: string
  /** It may be absent. */
  optional: boolean
}

/** Kinds by the last two fields of the path, as Kubernetes' and our own kinds name them. */
const byPlace: Readonly<Record<string, string>> = {
  'configMapRef/name': 'ConfigMap',
  'configMapKeyRef/name': 'ConfigMap',
  'configMap/name': 'ConfigMap',
  'secretRef/name': 'Secret',
  'secretKeyRef/name': 'Secret',
  'secret/secretName': 'Secret',
  'imagePullSecrets/name': 'Secret',
  'tls/secretName': 'Secret',
  'persistentVolumeClaim/claimName': 'PersistentVolumeClaim',
  'spec/serviceAccountName': 'ServiceAccount',
  'spec/ingressClassName': 'IngressClass',
  'spec/storageClassName': 'StorageClass',
  'spec/priorityClassName': 'PriorityClass',
  'prompt/ref': 'Prompt',
  'provider/ref': 'ModelProvider',
  'alternatives/ref': 'ModelProvider',
  'fallbacks/ref': 'ModelProvider',
  'model/ref': 'Model',
  'dataset/ref': 'Dataset',
  'cassette/ref': 'Dataset',
  'evaluation/ref': 'Evaluation',
  'guardrails/ref': 'Guardrail',
  'route/ref': 'ModelRoute',
}

/** The same of one kind only, where the fields mean something else elsewhere. */
const byKind: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ingress: { 'service/name': 'Service' },
  StatefulSet: { 'spec/serviceName': 'Service' },
  HTTPRoute: { 'backendRefs/name': 'Service', 'parentRefs/name': 'Gateway' },
}

const limits = { depth: 40, found: 500 } as const

/** Fields of a declared object that name others in its namespace or in the cluster. */
export function referencesOf(object: Resource): Reference[] {
  const found: Reference[] = []
  const walk = (value: unknown, parts: readonly (string | number)[], named: readonly string[]): void => {
    if (parts.length > limits.depth || found.length >= limits.found) return
    if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, [...parts, i], named)
    else if (isObject(value)) {
      const own = namedByKind(value, parts, named.at(-1))
      if (own) found.push(own)
      for (const [key, member] of Object.entries(value)) walk(member, [...parts, key], [...named, key])
    } else if (typeof value === 'string' && value !== '') {
      const place = named.slice(-2).join('/')
      const kind = byKind[object.kind]?.[place] ?? byPlace[place]
      if (kind)
        found.push({ path: pointer(...parts), kind, name: value, optional: isOptional(object, parts) })
    }
  }
  const { metadata: _, ...content } = object
  walk(content, [], [])
  return found
}

/** `scaleTargetRef` and `roleRef` say themselves which kind they mean. */
function namedByKind(
  value: Record<string, unknown>,
  parts: readonly (string | number)[],
  field: string | undefined,
): Reference | undefined {
  if (field !== 'scaleTargetRef' && field !== 'roleRef') return undefined
  const { kind, name } = value
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined
  return { path: pointer(...parts, 'name'), kind, name, optional: false }
}

function isOptional(object: Resource, parts: readonly (string | number)[]): boolean {
  let value: unknown = object
  for (const part of parts.slice(0, -1))
    value = Array.isArray(value) ? value[Number(part)] : isObject(value) ? value[part] : undefined
  return isObject(value) && value.optional === true
}
