import { type Condition, isReady } from './conditions.ts'
import type { ObjectMeta } from './kind.ts'

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
} as const

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
