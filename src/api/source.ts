import { type Condition, isReady } from './conditions.ts'
import type { Kind, ObjectMeta } from './kind.ts'

/** Annotations a Delivery writes on every object it applies, so that each object says where it comes from. */
export const source = {
  /** `namespace/name` of the Delivery. */
  delivery: 'keelway.dev/delivery',
  /** Full SHA of the commit the object was last applied from. */
  revision: 'keelway.dev/revision',
  /** Path of the file in the repository. */
  file: 'keelway.dev/source',
  /** What the Delivery applied last, as JSON: tells drift from another writer's fields. */
  applied: 'keelway.dev/applied',
  /** Who changed the object directly; absent when it says what a Delivery applied. Written by the server. */
  writer: 'keelway.dev/written-by',
} as const

/** The name under which the embedded controllers write. */
export const CONTROLLERS = 'system:keelway'

/** Names the person who changed an object's content past Git, so that the ledger can. */
export const stampWriter: NonNullable<Kind['stamp']> = (next, previous, { user }) => {
  const annotations = { ...next.metadata.annotations }
  const same = previous !== undefined && JSON.stringify(next.spec) === JSON.stringify(previous.spec)
  const writer = same
    ? previous.metadata.annotations?.[source.writer]
    : user === CONTROLLERS
      ? undefined
      : user
  delete annotations[source.writer]
  if (writer !== undefined) annotations[source.writer] = writer
  if (next.metadata.annotations || writer !== undefined) next.metadata.annotations = annotations
}

/** The source revision of an object, or the empty string when it is not from Git. */
export const revisionOf = (object: { metadata: ObjectMeta }): string =>
  object.metadata.annotations?.[source.revision] ?? ''

const deliveryOf = (object: { metadata: ObjectMeta }): string =>
  object.metadata.annotations?.[source.delivery] ?? ''

interface Sourced {
  metadata: ObjectMeta
  status?:
    | {
        conditions?: Condition[] | undefined
        observedGeneration?: number | undefined
        revision?: string | undefined
      }
    | undefined
}

/**
 * Whether `input` is Ready for its own content and, when the same Delivery applies both, for the source revision that
 * `user` has. A release made only of settled inputs never mixes two commits.
 */
export function settledFor(user: { metadata: ObjectMeta }, input: Sourced): boolean {
  const revision = revisionOf(input)
  const together = deliveryOf(input) !== '' && deliveryOf(input) === deliveryOf(user)
  return (
    isReady(input) &&
    (input.status?.revision ?? '') === revision &&
    (!together || revision === revisionOf(user))
  )
}
