import type { OwnerReference } from '../../api/kind.ts'
import type { Entry, Key } from '../../store/store.ts'
import type { ServedKind } from '../served-kind.ts'
import { keyOf } from './chore-write.ts'

export interface Dependent {
  served: ServedKind
  key: Key
  uid: string
  /** UIDs of the owners whose Foreground deletion waits for this object. */
  blocks: ReadonlySet<string>
}

export type Owner = OwnerReference & { namespace: string }

interface Known extends Dependent {
  owners: readonly Owner[]
}

/** Which objects belong to which, from the changes of all kinds. */
export class OwnerIndex {
  readonly #known = new Map<string, Known>()
  readonly #dependents = new Map<string, Set<string>>()

  /** Notes an object's owners; returns those that no longer wait for it. */
  set(served: ServedKind, entry: Entry, references: readonly OwnerReference[]): Owner[] {
    const before = this.#known.get(entry.uid)
    if (!before && references.length === 0) return []
    this.#forget(entry.uid)
    const owners = references.map(owner => ({ ...owner, namespace: entry.namespace }))
    const blocks = new Set(owners.filter(owner => owner.blockOwnerDeletion).map(({ uid }) => uid))
    if (owners.length > 0)
      this.#known.set(entry.uid, { served, key: keyOf(entry), uid: entry.uid, blocks, owners })
    for (const { uid } of owners) {
      const dependents = this.#dependents.get(uid) ?? new Set()
      this.#dependents.set(uid, dependents.add(entry.uid))
    }
    return before?.owners.filter(({ uid }) => before.blocks.has(uid) && !blocks.has(uid)) ?? []
  }

  /** Forgets an object; returns its owners. */
  remove(uid: string): readonly Owner[] {
    const owners = this.#known.get(uid)?.owners ?? []
    this.#forget(uid)
    return owners
  }

  dependent(uid: string): Dependent | undefined {
    return this.#known.get(uid)
  }

  dependentsOf(owner: string): Dependent[] {
    return [...(this.#dependents.get(owner) ?? [])].flatMap(uid => this.#known.get(uid) ?? [])
  }

  #forget(uid: string): void {
    for (const owner of this.#known.get(uid)?.owners ?? []) {
      const dependents = this.#dependents.get(owner.uid)
      dependents?.delete(uid)
      if (dependents?.size === 0) this.#dependents.delete(owner.uid)
    }
    this.#known.delete(uid)
  }
}
