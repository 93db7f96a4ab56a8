import { apiVersionOf, type Kind } from '../../api/kind.ts'
import type { Reconciler } from './reconciler.ts'

/** `keelway.dev/v1alpha1/Prompt`: equal for two definitions of one kind. */
export const idOf = (kind: Pick<Kind, 'group' | 'version' | 'kind'>): string =>
  `${apiVersionOf(kind)}/${kind.kind}`

/**
 * The reconciler that writes each kind's status, by the kind's id.
 * @throws Error when two reconcilers have one name, or when two would write the status of one kind: they would undo
 *   each other's conditions for ever.
 */
export function statusOwners(reconcilers: readonly Reconciler[]): ReadonlyMap<string, Reconciler> {
  const owners = new Map<string, Reconciler>()
  const names = new Set<string>()
  for (const reconciler of reconcilers) {
    if (names.has(reconciler.name)) throw new Error(`two reconcilers are named "${reconciler.name}"`)
    names.add(reconciler.name)
    const id = idOf(reconciler.kind)
    const owner = owners.get(id)
    if (owner && owner.conditions !== false && reconciler.conditions !== false)
      throw new Error(
        `"${owner.name}" and "${reconciler.name}" would both write the status of ${reconciler.kind.kind}; ` +
          'give the one that writes other kinds only `conditions: false`',
      )
    if (!owner || (owner.conditions === false && reconciler.conditions !== false)) owners.set(id, reconciler)
  }
  return owners
}
