import { parseAllDocuments } from 'yaml'
import type { Resource as KubernetesObject } from '../../../api/kind.ts'
import { isSecretName, MASK } from '../redaction.ts'

const LIMITS = { documents: 10_000, depth: 64 } as const

/**
 * The Kubernetes objects in YAML or JSON: one, several documents, or Lists of them, whose items need not say their kind.
 * What is no object of Kubernetes is left out.
 */
export function objectsIn(text: string): { objects: KubernetesObject[]; problem?: string } {
  const values = text.trimStart().startsWith('{') ? jsonValues(text) : yamlValues(text)
  if (typeof values === 'string') return { objects: [], problem: values }
  return { objects: values.slice(0, LIMITS.documents).flatMap(value => objectsOf(value, undefined, 0)) }
}

/** JSON values one after another, as `kubectl cluster-info dump` prints them. */
function jsonValues(text: string): unknown[] | string {
  try {
    return [JSON.parse(text)]
  } catch (error) {
    // A value ends at a closing brace in the first column, where kubectl indents.
    const parts = text.split(/^\}\s*$/m).map(part => `${part.trim()}}`)
    if (parts.length <= 2) return `not JSON: ${(error as Error).message.slice(0, 200)}`
    const values = parts.flatMap(part => {
      try {
        return [JSON.parse(part) as unknown]
      } catch {
        // Logs stand between the values.
        return []
      }
    })
    return values.length > 0 ? values : 'not JSON'
  }
}

function yamlValues(text: string): unknown[] | string {
  try {
    const documents = parseAllDocuments(text, { maxAliasCount: 100, prettyErrors: true } as object)
    if (!Array.isArray(documents)) return []
    const [problem] = documents.flatMap(document => document.errors)
    if (problem) return `not YAML: ${problem.code} in line ${problem.linePos?.[0].line ?? 1}`
    return documents.map(document => document.toJS({ maxAliasCount: 100 }) as unknown)
  } catch (error) {
    return `not YAML: ${(error as Error).message.slice(0, 200)}`
  }
}

type Loose = Partial<KubernetesObject> & { items?: unknown }

function objectsOf(
  value: unknown,
  within: { apiVersion: string; kind: string } | undefined,
  depth: number,
): KubernetesObject[] {
  if (value === null || typeof value !== 'object' || depth > 4) return []
  const { apiVersion = within?.apiVersion, kind = within?.kind, metadata, items } = value as Loose
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return []
  if (Array.isArray(items)) {
    const each =
      kind.endsWith('List') && kind !== 'List' ? { apiVersion, kind: kind.slice(0, -4) } : undefined
    return items.flatMap(item => objectsOf(item, each, depth + 1))
  }
  if (typeof metadata?.name !== 'string' && typeof metadata?.generateName !== 'string') return []
  const name = metadata.name ?? metadata.generateName ?? ''
  return [{ ...(value as object), apiVersion, kind, metadata: { ...metadata, name } }]
}

/** The object without values of secrets. */
export function withoutSecrets(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return masked(object, 0) as KubernetesObject
  const { annotations, ...metadata } = object.metadata
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...rest } = annotations ?? {}
  const values = (field: unknown) =>
    Object.fromEntries(Object.keys((field as object | null | undefined) ?? {}).map(key => [key, MASK]))
  return {
    ...object,
    metadata: { ...metadata, ...(annotations && { annotations: rest }) },
    ...(object.data !== undefined && { data: values(object.data) }),
    ...(object.stringData !== undefined && { stringData: values(object.stringData) }),
  }
}

/** Variables are `name` and `value`; those that are named like secrets lose the value. */
function masked(value: unknown, depth: number): unknown {
  if (value === null || typeof value !== 'object' || depth > LIMITS.depth) return value
  if (Array.isArray(value)) return value.map(element => masked(element, depth + 1))
  const { name, value: given } = value as { name?: unknown; value?: unknown }
  const secret = typeof name === 'string' && typeof given === 'string' && isSecretName(name)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      secret && key === 'value'
        ? MASK
        : // It holds all variables once more.
          key === 'kubectl.kubernetes.io/last-applied-configuration'
          ? MASK
          : masked(member, depth + 1),
    ]),
  )
}
