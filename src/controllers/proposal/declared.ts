import { type Resource, subjectOf } from '../../api/kind.ts'
import { sameValue } from '../../lib/json-edit.ts'
import { valuesOf } from '../../lib/yaml-edit.ts'
import type { ChangedObject } from '../../policy/risk.ts'

/** Content of a file before and after; undefined where there is none. */
export interface ChangedFile {
  before: string | undefined
  after: string | undefined
}

export interface Declared {
  /** What becomes of objects, by key. */
  objects: ChangedObject[]
  /** Changed files that hold no objects. */
  otherFiles: string[]
  /** Changed files that the Delivery does not apply. */
  outside: string[]
}

/** Two files would declare the same object. */
export class Twice extends Error {}

/**
 * What changed files mean for the objects of a Delivery.
 * @throws Twice, or EditError for a file that is no YAML
 */
export function declaredBy(
  files: ReadonlyMap<string, ChangedFile>,
  folder: string,
  namespace: string,
): Declared {
  const declared: Declared = { objects: [], otherFiles: [], outside: [] }
  const before = new Map<string, ChangedObject>()
  const after = new Map<string, ChangedObject>()
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isUnder(file, folder) || /(^|\/)\./.test(file)) declared.outside.push(file)
    else if (!isYaml(file)) declared.otherFiles.push(file)
    else {
      for (const object of objectsIn(text.before, file, namespace)) before.set(keyOf(object), object)
      for (const object of objectsIn(text.after, file, namespace)) {
        if (after.has(keyOf(object))) throw new Twice(`${keyOf(object)} would be there twice`)
        after.set(keyOf(object), object)
      }
    }
  }
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  declared.objects = keys.flatMap(key => difference(before.get(key), after.get(key)) ?? [])
  return declared
}

function difference(a: ChangedObject | undefined, b: ChangedObject | undefined): ChangedObject | undefined {
  const known = b ?? a
  if (!known || (a && b && sameValue(a.after, b.after))) return undefined
  const { after: _, ...reference } = known
  return { ...reference, ...(a?.after && { before: a.after }), ...(b?.after && { after: b.after }) }
}

export const isYaml = (file: string): boolean => /\.ya?ml$/.test(file)

/** Objects that a file declares, with the namespace they get. */
function objectsIn(text: string | undefined, file: string, namespace: string): ChangedObject[] {
  return valuesOf(text ?? '').flatMap(value => {
    if (!isResource(value)) return []
    const { apiVersion, kind, metadata } = value
    const place = { ...metadata, namespace: metadata.namespace ?? namespace }
    const after: Resource = { ...value, metadata: place }
    return [{ apiVersion, kind, name: metadata.name, namespace: place.namespace, file, after }]
  })
}

function isResource(value: unknown): value is Resource {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Resource>
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
}

/** Equal for the same object in another version of its group. */
export const keyOf = ({ apiVersion, kind, namespace, name }: Omit<ChangedObject, 'file'>): string => {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
  return `${group ? `${group}/` : ''}${subjectOf({ kind, metadata: { name, ...(namespace && { namespace }) } })}`
}

function isUnder(file: string, folder: string): boolean {
  const root = folder.replace(/^(\.?\/)*|\/+$/g, '').replace(/^\.$/, '')
  return root === '' || file.startsWith(`${root}/`)
}
