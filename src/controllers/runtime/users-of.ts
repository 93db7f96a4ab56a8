import type { Kind, ResourceOf } from '../../api/kind.ts'
import type { Watch } from './reconciler.ts'

/** Wakes the objects of `kind` that name the changed object: for references inside one namespace. */
export const usersOf =
  <K extends Kind>(kind: K, names: (user: ResourceOf<K>) => (string | undefined)[]): Watch['wakes'] =>
  (changed, cache) =>
    cache
      .informer(kind)
      .list(changed.metadata.namespace)
      .filter(user => names(user).includes(changed.metadata.name))
      .map(user => ({ name: metadataOf(user).name, namespace: metadataOf(user).namespace }))

const metadataOf = (object: unknown) =>
  (object as { metadata: { name: string; namespace?: string } }).metadata
