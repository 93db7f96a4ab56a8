import type { Resource as KubernetesObject } from '../../api/kind.ts'
import type { Case } from '../channel.ts'
import { alertEvents } from './alerts.ts'
import { refusals } from './answers.ts'
import { joined } from './join.ts'
import { lineageObjects } from './lineage.ts'
import { listingsOf } from './listings.ts'
import { describedObjects } from './objects/described.ts'
import { withOwners } from './owners.ts'
import { tabledObjects } from './tables/tabled.ts'
import { warnedPods } from './warned.ts'

/**
 * What texts of kubectl tell of a cluster, as partial objects of real shapes. A field that the text does not tell is
 * absent, together with its parent where nothing of that is known: absence means "not told", never "not there", but in
 * `spec` of objects that were described, where kubectl prints what there is.
 */
export interface Observed {
  /** Those that were read as YAML or JSON first, then of texts; one an object; sorted by kind, namespace and name. */
  objects: readonly ObservedObject[]
  /** Kubernetes Events that stand in texts of other tools, such as an alert's. */
  events: readonly ObservedEvent[]
  /** Of which kinds every object of a namespace, or of all, is among `objects`. */
  listings: readonly Listing[]
  /** Asked for by name, and the server said that it is not there. */
  absent: readonly { kind: string; name: string; namespace?: string; file: string; text: string }[]
  /** Words for kinds, as they were asked for, that the server does not have, such as `scaledobject`. */
  notServed: readonly { kind: string; file: string; text: string }[]
  /** What kubectl itself was not allowed to do. */
  forbidden: readonly { file: string; text: string }[]
}

export interface ObservedObject {
  object: KubernetesObject
  /** `read`: as the server gave it, whole. `described` and `tabled`: from text. */
  from: 'read' | 'described' | 'tabled'
  /** Paths within the bundle, the one that tells most first. */
  files: readonly string[]
  /** Its age when it was printed, as kubectl writes it, such as `14s`. */
  age?: string
}

export interface ObservedEvent {
  about: { kind: string; name: string; namespace?: string }
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** Milliseconds since the epoch, when it is told. */
  at?: number
  file: string
}

export interface Listing {
  kind: string
  /** Absent: of all namespaces. */
  namespace?: string
  file: string
}

const known = new WeakMap<Case['cluster'], Observed>()

/** Pure in the case; the answer for one case is kept, for several channels ask. */
export function observedObjects({ cluster }: Pick<Case, 'cluster'>): Observed {
  const before = known.get(cluster)
  if (before) return before
  const events = alertEvents(cluster.outputs)
  const objects = withOwners(
    joined([
      ...cluster.objects.map(({ object, file }) => ({ object, from: 'read' as const, files: [file] })),
      ...describedObjects(cluster.descriptions, cluster.outputs),
      ...tabledObjects(cluster.tables),
      ...lineageObjects(cluster.outputs),
      ...warnedPods(events, cluster),
    ]),
  )
  const observed: Observed = {
    objects,
    events,
    listings: listingsOf(cluster),
    ...refusals(cluster.outputs),
  }
  known.set(cluster, observed)
  return observed
}
