import type { Resource } from '../api/kind.ts'
import { isLater } from './resource-version.ts'

export type Listener = (now: Resource | undefined, before: Resource | undefined) => void

/** Deletions remembered between two lists; more than this many and the oldest are forgotten. */
const MAX_TOMBSTONES = 10_000

/**
 * The objects of one kind by namespace and name. Takes events in any order, twice or not at all, and never replaces
 * a newer state of an object by an older one: each change is compared with what is held or was deleted.
 */
export class ObjectCache {
  readonly #namespaces = new Map<string, Map<string, Resource>>()
  /** Key to the version of its deletion, so that a late older event does not bring an object back. */
  readonly #tombstones = new Map<string, string>()
  readonly #listeners = new Set<Listener>()

  get(name: string, namespace = ''): Resource | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  list(namespace?: string): Resource[] {
    if (namespace !== undefined) return [...(this.#namespaces.get(namespace)?.values() ?? [])]
    return [...this.#namespaces.values()].flatMap(objects => [...objects.values()])
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** An object was created or changed. */
  put(object: Resource): void {
    const before = this.get(object.metadata.name, object.metadata.namespace)
    const version = versionOf(object)
    const deleted = this.#tombstones.get(keyOf(object))
    if (before && !isLater(version, versionOf(before))) return
    if (!before && deleted !== undefined && !isLater(version, deleted)) return
    this.#set(object, before)
  }

  /** An object was deleted; its version is that of the deletion. */
  remove(object: Resource): void {
    const before = this.get(object.metadata.name, object.metadata.namespace)
    if (before && isLater(versionOf(before), versionOf(object))) return
    this.#tombstones.set(keyOf(object), versionOf(object))
    const [oldest] = this.#tombstones.keys()
    if (this.#tombstones.size > MAX_TOMBSTONES && oldest !== undefined) this.#tombstones.delete(oldest)
    if (before) this.#unset(before)
  }

  /** Everything there is, as of one version: what is missing in it was deleted while nobody watched. */
  replace(objects: readonly Resource[]): void {
    this.#tombstones.clear()
    const present = new Set(objects.map(keyOf))
    for (const object of this.list()) if (!present.has(keyOf(object))) this.#unset(object)
    for (const object of objects) {
      const before = this.get(object.metadata.name, object.metadata.namespace)
      if (!before || versionOf(before) !== versionOf(object)) this.#set(object, before)
    }
  }

  #set(object: Resource, before: Resource | undefined): void {
    const namespace = object.metadata.namespace ?? ''
    const objects = this.#namespaces.get(namespace) ?? new Map<string, Resource>()
    this.#namespaces.set(namespace, objects.set(object.metadata.name, deepFreeze(object)))
    for (const listener of this.#listeners) listener(object, before)
  }

  #unset(before: Resource): void {
    const namespace = before.metadata.namespace ?? ''
    const objects = this.#namespaces.get(namespace)
    objects?.delete(before.metadata.name)
    if (objects?.size === 0) this.#namespaces.delete(namespace)
    for (const listener of this.#listeners) listener(undefined, before)
  }
}

const keyOf = ({ metadata }: Resource): string => `${metadata.namespace ?? ''}/${metadata.name}`
const versionOf = ({ metadata }: Resource): string => metadata.resourceVersion ?? ''

/** Cached objects are shared by everyone in the process: a change of one would be seen by all and written by none. */
function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
