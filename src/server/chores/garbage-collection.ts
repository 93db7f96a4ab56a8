import type { OwnerReference, Resource } from '../../api/kind.ts'
import type { Entry, Key } from '../../store/store.ts'
import type { Backend } from '../backend.ts'
import { policyFinalizers, removeObject } from '../delete.ts'
import type { DeleteOptions } from '../delete-options.ts'
import type { ServedKind } from '../served-kind.ts'
import { changeAs, idOf, keyOf } from './chore-write.ts'
import type { Observer } from './feed.ts'
import { type Dependent, OwnerIndex } from './owner-index.ts'
import type { WorkQueue } from './work-queue.ts'

const manager = 'garbage-collector'

/**
 * Deletes objects whose owners are all gone, and carries out Foreground and Orphan deletions, as Kubernetes' garbage
 * collector does (pkg/controller/garbagecollector).
 */
export function garbageCollection(backend: Backend, queue: WorkQueue): Observer {
  const index = new OwnerIndex()
  const collector = new Collector(backend, index, dependent => collect(dependent))

  const collect = (dependent: Dependent) =>
    queue.add(`collect ${idOf(dependent.key)}`, () => collector.collect(dependent))
  const release = (served: ServedKind, key: Key, uid: string) =>
    queue.add(`release ${idOf(key)}`, () => collector.release({ served, key, uid, blocks: new Set() }))

  return {
    present(served, entry) {
      const object = mayConcern(served, entry) ? backend.objects.parse(served, entry) : undefined
      const owners = object?.metadata.ownerReferences ?? []
      const freed = index.set(served, entry, owners)
      const dependent = index.dependent(entry.uid)
      if (dependent) collect(dependent)
      if (object?.metadata.deletionTimestamp && policyOf(object)) release(served, keyOf(entry), entry.uid)
      for (const owner of freed) wake(owner)
    },
    gone(_, entry) {
      for (const dependent of index.dependentsOf(entry.uid)) collect(dependent)
      for (const owner of index.remove(entry.uid)) wake(owner)
    },
  }

  /** An owner that waits for its dependents may have one less. */
  function wake({ apiVersion, kind, name, uid, namespace }: OwnerReference & { namespace: string }) {
    const served = backend.registry.byReference(apiVersion, kind)
    if (!served) return
    release(served, { resource: served.resource, namespace: served.namespaced ? namespace : '', name }, uid)
  }
}

/** Spares parsing what has neither owners nor a deletion under way. */
const mayConcern = ({ encrypted }: ServedKind, { value }: Entry): boolean =>
  encrypted || value.includes('"ownerReferences":') || value.includes('"deletionTimestamp":')

function policyOf({ metadata }: Resource): DeleteOptions['propagationPolicy'] {
  if (metadata.finalizers?.includes(policyFinalizers.Orphan)) return 'Orphan'
  if (metadata.finalizers?.includes(policyFinalizers.Foreground)) return 'Foreground'
  return undefined
}

type Standing = 'solid' | 'dangling' | 'waiting'

class Collector {
  readonly #backend: Backend
  readonly #index: OwnerIndex
  readonly #again: (dependent: Dependent) => void

  constructor(backend: Backend, index: OwnerIndex, again: (dependent: Dependent) => void) {
    this.#backend = backend
    this.#index = index
    this.#again = again
  }

  /** Decides about an object that has owners. */
  async collect({ served, key, uid }: Dependent): Promise<void> {
    const object = await this.#read(served, key, uid)
    if (!object) return
    const owners = object.metadata.ownerReferences ?? []
    const ownPolicy = policyOf(object)
    if (owners.length === 0 || (object.metadata.deletionTimestamp && ownPolicy !== 'Foreground')) return
    const standings = await Promise.all(owners.map(owner => this.#standing(served, key, owner)))
    const having = (standing: Standing) => owners.filter((_, i) => standings[i] === standing)
    if (having('solid').length > 0) {
      const gone = [...having('dangling'), ...having('waiting')].map(owner => owner.uid)
      if (gone.length > 0) await this.#disown(served, key, gone)
      return
    }
    const preconditions = { uid, resourceVersion: object.metadata.resourceVersion ?? '' }
    const dependents = this.#index.dependentsOf(uid)
    if (having('waiting').length > 0 && dependents.length > 0) {
      await this.#breakCycle(served, key, dependents)
      await removeObject(this.#backend, served, key, {
        propagationPolicy: 'Foreground',
        preconditions: { uid },
      })
      return
    }
    await removeObject(this.#backend, served, key, {
      propagationPolicy: ownPolicy ?? 'Background',
      preconditions,
    })
  }

  /** Moves on an object that is being deleted with policy Foreground or Orphan. */
  async release({ served, key, uid }: Dependent): Promise<void> {
    const object = await this.#read(served, key, uid)
    if (!object?.metadata.deletionTimestamp) return
    const policy = policyOf(object)
    if (!policy || policy === 'Background') return
    const dependents = this.#index.dependentsOf(uid)
    if (policy === 'Orphan')
      for (const dependent of dependents) await this.#disown(dependent.served, dependent.key, [uid])
    else {
      for (const dependent of dependents) this.#again(dependent)
      if (dependents.some(({ blocks }) => blocks.has(uid))) return
    }
    const finalizer = policyFinalizers[policy]
    await changeAs(manager, this.#backend, served, key, current => ({
      ...current,
      metadata: {
        ...current.metadata,
        finalizers: (current.metadata.finalizers ?? []).filter(other => other !== finalizer),
      },
    }))
  }

  async #read(served: ServedKind, key: Key, uid: string): Promise<Resource | undefined> {
    const entry = await this.#backend.store.get(key)
    return entry?.uid === uid ? this.#backend.objects.parse(served, entry) : undefined
  }

  async #standing(dependent: ServedKind, key: Key, owner: OwnerReference): Promise<Standing> {
    const { registry } = this.#backend
    const served = registry.byReference(owner.apiVersion, owner.kind)
    // Nothing is deleted for an owner that can't be looked at.
    if (!served || (served.namespaced && !dependent.namespaced)) return 'solid'
    const namespace = served.namespaced ? key.namespace : ''
    const found = await this.#read(
      served,
      { resource: served.resource, namespace, name: owner.name },
      owner.uid,
    )
    if (!found) return 'dangling'
    return found.metadata.deletionTimestamp && policyOf(found) === 'Foreground' ? 'waiting' : 'solid'
  }

  async #disown(served: ServedKind, key: Key, uids: readonly string[]): Promise<void> {
    await this.#changeOwners(served, key, owners => owners.filter(owner => !uids.includes(owner.uid)))
  }

  /** Objects that own each other would wait for each other for ever. */
  async #breakCycle(served: ServedKind, key: Key, dependents: readonly Dependent[]): Promise<void> {
    for (const dependent of dependents) {
      const object = await this.#read(dependent.served, dependent.key, dependent.uid)
      if (!object?.metadata.deletionTimestamp) continue
      await this.#changeOwners(served, key, owners =>
        owners.map(owner => ({ ...owner, ...(owner.blockOwnerDeletion && { blockOwnerDeletion: false }) })),
      )
      return
    }
  }

  async #changeOwners(
    served: ServedKind,
    key: Key,
    owners: (known: OwnerReference[]) => OwnerReference[],
  ): Promise<void> {
    await changeAs(manager, this.#backend, served, key, current => ({
      ...current,
      metadata: { ...current.metadata, ownerReferences: owners(current.metadata.ownerReferences ?? []) },
    }))
  }
}
