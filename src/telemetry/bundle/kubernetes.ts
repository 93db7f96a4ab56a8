import { parseAllDocuments } from 'yaml'
import type { Resource as KubernetesObject } from '../../api/kind.ts'
import { Fields, Malformed } from '../intake/fields.ts'
import { eventRecord, involvedObject } from '../intake/kubernetes-event.ts'
import { createOwners, type ObjectReference, type Owners, placed } from '../intake/kubernetes-owners.ts'
import type { EventRecord } from '../signals/signal.ts'
import { parsedJson } from './json-file.ts'
import { BundleError, limits } from './layout.ts'

const yamlCharacters = 16 << 20

/**
 * The objects of a file as kubectl prints them, those of Lists one by one; what is no object is passed over.
 * @throws BundleError naming file and line
 */
export function objectsOf(path: string, text: string): KubernetesObject[] {
  const documents = path.endsWith('.json') ? [parsedJson(path, text)] : yamlDocuments(path, text)
  return documents.flatMap(flattened)
}

function yamlDocuments(path: string, text: string): unknown[] {
  if (text.length > yamlCharacters)
    throw new BundleError(`${path} has ${text.length} characters, ${yamlCharacters} at most; give it as JSON`)
  return [...parseAllDocuments(text, { logLevel: 'silent' })].map(document => {
    const [error] = document.errors
    if (error) throw new BundleError(`${path}:${error.linePos?.[0].line ?? 1}: is not YAML`, { cause: error })
    try {
      return document.toJS({ maxAliasCount: 100 }) as unknown
    } catch (cause) {
      throw new BundleError(`${path}: is not YAML that can be read: ${(cause as Error).message}`, { cause })
    }
  })
}

function flattened(value: unknown): KubernetesObject[] {
  if (value === null || typeof value !== 'object') return []
  const { kind, items, metadata, apiVersion } = value as Record<string, unknown>
  if (Array.isArray(items) && (kind === undefined || String(kind).endsWith('List')))
    return items.slice(0, limits.objects).flatMap(item => {
      const itemKind =
        typeof kind === 'string' && kind !== 'List' ? { apiVersion, kind: kind.slice(0, -4) } : {}
      return item === null || typeof item !== 'object' ? [] : single({ ...itemKind, ...item })
    })
  return metadata === undefined ? [] : single(value)
}

function single(value: object): KubernetesObject[] {
  const { apiVersion, kind, metadata } = value as Record<string, unknown>
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return []
  if (metadata === null || typeof metadata !== 'object') return []
  const { name, generateName } = metadata as Record<string, unknown>
  const known = typeof name === 'string' ? name : typeof generateName === 'string' ? generateName : undefined
  return known === undefined
    ? []
    : [{ ...value, apiVersion, kind, metadata: { ...metadata, name: known } } as KubernetesObject]
}

/** What the Events among objects tell; each belongs to the service of what it is about. */
export async function eventsOf(objects: readonly KubernetesObject[]): Promise<EventRecord[]> {
  const owners = ownersAmong(objects)
  const found: EventRecord[] = []
  for (const object of objects) {
    if (object.kind !== 'Event') continue
    try {
      const event = new Fields(object)
      found.push(eventRecord(event, await owners.resourceOf(involvedObject(event))))
    } catch (error) {
      // An Event that says neither when nor about what is no evidence.
      if (!(error instanceof Malformed)) throw error
    }
  }
  return found
}

function ownersAmong(objects: readonly KubernetesObject[]): Owners {
  const key = ({ kind, namespace, name }: ObjectReference) => `${kind}/${namespace ?? ''}/${name}`
  const known = new Map(
    objects.map(object => [
      key({ kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace }),
      object,
    ]),
  )
  return createOwners(async reference => {
    const object = known.get(key(reference))
    return object && placed(object)
  })
}
