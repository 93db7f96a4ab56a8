import type { Kind, Resource } from '../../api/kind.ts'
import { Namespace } from '../../api/kinds/core.ts'
import type { Context } from '../runtime/reconciler.ts'
import { applyOrder } from './order.ts'
import { lastApplied } from './record.ts'
import { keyOf, type ObjectReference, ownerOf, referenceOf, shownAs } from './reference.ts'

export interface Pruned {
  removed: ObjectReference[]
  /** Still in the inventory, to be looked at again: their kind is not served just now, or `notes` say why not. */
  kept: ObjectReference[]
  /** Why something is left where it is. */
  notes: string[]
}

/** What is in the inventory and no longer wanted, in reverse order of applying. */
export function prunePlan(
  inventory: readonly ObjectReference[],
  wanted: readonly ObjectReference[],
): ObjectReference[] {
  const keep = new Set(wanted.map(keyOf))
  return inventory
    .filter(reference => !keep.has(keyOf(reference)))
    .sort((a, b) => applyOrder(asResource(b), asResource(a)))
}

const asResource = ({ kind, name, namespace }: ObjectReference) => ({
  kind,
  metadata: { name, ...(namespace && { namespace }) },
})

/** A copy of an applied object carries its annotations, but they are about another name. */
const isOwned = (object: Resource, delivery: string): boolean =>
  ownerOf(object) === delivery && lastApplied(object) !== undefined

/** Deletes what is planned, as far as it is still this Delivery's. */
export async function prune(
  plan: readonly ObjectReference[],
  delivery: string,
  self: ObjectReference,
  context: Context,
  kinds: readonly Kind[],
): Promise<Pruned> {
  const pruned: Pruned = { removed: [], kept: [], notes: [] }
  const { dynamic } = context.client
  for (const reference of plan) {
    context.signal.throwIfAborted()
    const { apiVersion, kind, name, namespace } = reference
    const location = await dynamic.locate(apiVersion, kind)
    if (!location) {
      pruned.kept.push(reference)
      continue
    }
    const live = await dynamic.find(location, name, namespace)
    if (!live || !isOwned(live, delivery) || live.metadata.deletionTimestamp) continue
    const reason = leaveReason(reference, delivery, self, pruned.removed, context, kinds)
    if (reason) {
      pruned.kept.push(reference)
      pruned.notes.push(`${shownAs(reference)} was left: ${reason}`)
    } else {
      await dynamic.delete(location, name, namespace)
      pruned.removed.push(reference)
    }
  }
  return pruned
}

function leaveReason(
  reference: ObjectReference,
  delivery: string,
  self: ObjectReference,
  removed: readonly ObjectReference[],
  context: Context,
  kinds: readonly Kind[],
): string | undefined {
  if (keyOf(reference) === keyOf(self)) return 'a Delivery does not delete itself'
  if (reference.kind !== Namespace.kind) return undefined
  if (reference.name === self.namespace || reference.name === 'default')
    return 'it is in use by this Delivery or the server'
  const gone = new Set(removed.map(keyOf))
  const others = kinds
    .flatMap(kind => context.informer(kind).list(reference.name) as unknown as Resource[])
    .filter(object => !gone.has(keyOf(referenceOf(object))) && !isOwned(object, delivery))
    .filter(({ kind, metadata }) => !(kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt'))
  const [example] = others
  return (
    example && `it holds ${others.length} objects from elsewhere, such as ${shownAs(referenceOf(example))}`
  )
}
