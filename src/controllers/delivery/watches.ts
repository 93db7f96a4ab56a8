import type { Kind, Resource } from '../../api/kind.ts'
import { Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { Cache, Watch } from '../runtime/reconciler.ts'
import { threeWay } from './merge.ts'
import { lastApplied, normalised } from './record.ts'
import { ownerOf } from './reference.ts'

/**
 * Wakes a Delivery when an object it applied is gone or no longer as applied, so that drift is set back at once.
 * Status writes and the Delivery's own writes leave the object as applied and wake nothing.
 */
export const watchesOf = (kinds: readonly Kind[]): Watch[] =>
  kinds.map(kind => ({
    kind,
    wakes: (changed, cache) => [...ownersOf(changed, kind, cache), ...credentialUsers(changed, cache)],
  }))

function ownersOf(changed: Resource, kind: Kind, cache: Cache) {
  const owner = ownerOf(changed)
  if (!owner || !lastApplied(changed)) return []
  const { name, namespace } = changed.metadata
  const live = cache.informer(kind).get(name, namespace) as Resource | undefined
  if (live && ownerOf(live) === owner && !isDrifted(live)) return []
  const [ownerNamespace, ownerName = ''] = owner.split('/')
  return [{ name: ownerName, namespace: ownerNamespace }]
}

/** Whether an object differs from what its own annotation says was applied. */
function isDrifted(live: Resource): boolean {
  const record = lastApplied(live)
  // What was applied to a Secret is not recorded, so each change of one is looked at.
  if (!record || live.kind === Secret.kind || live.metadata.deletionTimestamp) return true
  const wanted = normalised(record)
  const { differences } = threeWay(wanted, live, wanted, { unknownCause: 'change', keepDrift: false })
  return differences.some(({ cause }) => cause === 'drift')
}

function credentialUsers(changed: Resource, cache: Cache) {
  if (changed.kind !== Secret.kind) return []
  const { name, namespace } = changed.metadata
  return cache
    .informer(Delivery)
    .list(namespace)
    .filter(({ spec }) => spec.credentials?.name === name)
    .map(({ metadata }) => metadata)
}
