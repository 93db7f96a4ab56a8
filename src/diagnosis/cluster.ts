import type { EventRecord } from '../telemetry/signals/signal.ts'
import {
  type AnyObject,
  type ClusterObject,
  fieldsOf,
  isKnown,
  type KindName,
  kinds,
  metadata as metadataShape,
  scopeOf,
} from './cluster/kinds.ts'
import { type Knowledge, knowledgeOf, type Listing } from './cluster/knowledge.ts'
import { isPlain, merged } from './cluster/merge.ts'

export type { AnyObject, ClusterObject, KindName } from './cluster/kinds.ts'
export type { Knowledge, Listing } from './cluster/knowledge.ts'

/**
 * What is known of a Kubernetes cluster, from manifests, API objects and what kubectl printed: the objects by kind and
 * name with every field optional, the Events of each, and where absence of an object means that it does not exist.
 */
export interface Cluster {
  /** Objects of all kinds, by kind, namespace and name. */
  readonly objects: readonly AnyObject[]
  /** Objects of one kind, by namespace and name; of one namespace when given. */
  all<K extends KindName>(kind: K, namespace?: string): readonly ClusterObject<K>[]
  /** @param namespace ignored for kinds of the cluster */
  get<K extends KindName>(kind: K, namespace: string, name: string): ClusterObject<K> | undefined
  /** Of any kind, also such as are not known. */
  find(kind: string, namespace: string, name: string): AnyObject | undefined
  /**
   * Whether an object of this kind that is not here does not exist: `listed`, all of them were printed; `declared`, it is
   * not among the manifests of a namespace that is known from manifests alone; undefined, nothing tells.
   */
  knows(kind: string, namespace?: string): Knowledge
  /** How it is known that this object does not exist; undefined when it does, or may. */
  lacks(kind: string, namespace: string, name: string): Knowledge
  /** Events about an object, the latest first. */
  events(object: Pick<AnyObject, 'kind' | 'namespace' | 'name'>): readonly ClusterEvent[]
  /** All Events, the latest first. */
  readonly allEvents: readonly ClusterEvent[]
  /** Every namespace that is named by an object, sorted. */
  readonly namespaces: readonly string[]
  /** Whether something in it was seen running, or only how it should be. */
  readonly live: boolean
  /** When it was looked at, as far as anything tells; milliseconds since the epoch. */
  readonly at?: number
}

export interface ClusterEvent {
  /** `Kind/namespace/name`; kinds of the cluster without namespace. */
  about: string
  kind: string
  namespace: string
  name: string
  reason: string
  warning: boolean
  message: string
  count: number
  /** Milliseconds since the epoch; of texts counted back from when the bundle was made. */
  at: number
  container?: string
  file: string
}

/** Objects as they were parsed or pieced together, and what else is known. Nothing of it needs to be complete or valid. */
export interface ClusterParts {
  /**
   * `{apiVersion, kind, metadata: {name, namespace}, …}` as YAML has it; those of texts may lack all but kind and name.
   * The same object told several times is joined, the first one's fields before those of later ones.
   */
  objects: readonly { object: unknown; file: string; live?: boolean }[]
  events: readonly { event: EventRecord; file: string }[]
  /** Kinds of which all objects are among these. */
  complete?: readonly Listing[]
  /** The server said that these are not there. */
  absent?: readonly { kind: string; namespace?: string; name: string }[]
  /** When it was looked at. */
  at?: number
}

const most = { objects: 200_000, events: 200_000 } as const

/** Builds the view; later parts add to earlier ones. */
export function clusterOf(...parts: readonly ClusterParts[]): Cluster {
  const byKey = new Map<string, AnyObject>()
  for (const { objects } of parts)
    for (const told of objects) {
      if (byKey.size === most.objects) break
      const object = readObject(told.object, told.file, told.live)
      if (!object) continue
      const key = keyOf(object.kind, object.namespace, object.name)
      const known = byKey.get(key)
      byKey.set(key, known ? joined(known, object) : object)
    }
  const events = eventsOf(parts.flatMap(part => part.events))
  for (const { kind, namespace, name, file, warning } of events) {
    const key = keyOf(kind, namespace, name)
    // Of some objects only Events tell.
    if (!warning || !isKnown(kind) || name === '' || byKey.has(key) || byKey.size >= most.objects) continue
    const object = readObject({ kind, metadata: { name, namespace } }, file, true)
    if (object) byKey.set(key, object)
  }
  return new IndexedCluster(
    [...byKey.values()].sort(byPlace),
    events,
    parts.flatMap(({ complete }) => complete ?? []),
    parts.flatMap(({ absent }) => absent ?? []),
    parts.find(({ at }) => at !== undefined)?.at,
  )
}

/** `Kind/namespace/name`, and `Kind/name` for kinds of the cluster. */
export const nameOf = ({ kind, namespace, name }: Pick<AnyObject, 'kind' | 'namespace' | 'name'>): string =>
  [kind, namespace, name].filter(part => part !== '').join('/')

class IndexedCluster implements Cluster {
  readonly objects: readonly AnyObject[]
  readonly allEvents: readonly ClusterEvent[]
  readonly namespaces: readonly string[]
  readonly live: boolean
  readonly at?: number
  readonly #byKey: ReadonlyMap<string, AnyObject>
  readonly #byKind = new Map<string, AnyObject[]>()
  readonly #events = new Map<string, ClusterEvent[]>()
  readonly #absent: ReadonlySet<string>
  readonly #knows: (kind: string, namespace: string) => Knowledge

  constructor(
    objects: readonly AnyObject[],
    events: readonly ClusterEvent[],
    complete: readonly Listing[],
    absent: NonNullable<ClusterParts['absent']>,
    at: number | undefined,
  ) {
    this.objects = objects
    this.allEvents = events
    this.#byKey = new Map(objects.map(object => [keyOf(object.kind, object.namespace, object.name), object]))
    for (const object of objects) {
      pushTo(this.#byKind, object.kind, object)
      pushTo(this.#byKind, `${object.kind} ${object.namespace}`, object)
    }
    for (const event of events) pushTo(this.#events, keyOf(event.kind, event.namespace, event.name), event)
    this.namespaces = [
      ...new Set([
        ...objects.flatMap(({ kind, name, namespace }) => (kind === 'Namespace' ? name : namespace) || []),
        ...events.flatMap(({ namespace }) => namespace || []),
      ]),
    ].sort()
    this.live = objects.some(object => object.live) || events.length > 0
    this.#absent = new Set(
      absent.map(({ kind, namespace, name }) =>
        keyOf(kind, scopeOf(kind) === 'Cluster' ? '' : (namespace ?? 'default'), name),
      ),
    )
    this.#knows = knowledgeOf(objects, events.length > 0, complete)
    const seen = at ?? events[0]?.at
    if (seen !== undefined) this.at = seen
  }

  all<K extends KindName>(kind: K, namespace?: string): readonly ClusterObject<K>[] {
    const key = namespace === undefined ? kind : `${kind} ${namespace}`
    return (this.#byKind.get(key) ?? []) as readonly unknown[] as readonly ClusterObject<K>[]
  }

  get<K extends KindName>(kind: K, namespace: string, name: string): ClusterObject<K> | undefined {
    return this.find(kind, namespace, name) as ClusterObject<K> | undefined
  }

  find(kind: string, namespace: string, name: string): AnyObject | undefined {
    return this.#byKey.get(keyOf(kind, scopeOf(kind) === 'Cluster' ? '' : namespace, name))
  }

  knows(kind: string, namespace = ''): Knowledge {
    return this.#knows(kind, scopeOf(kind) === 'Cluster' ? '' : namespace)
  }

  lacks(kind: string, namespace: string, name: string): Knowledge {
    const place = scopeOf(kind) === 'Cluster' ? '' : namespace
    if (this.find(kind, place, name)) return undefined
    return this.#absent.has(keyOf(kind, place, name)) ? 'listed' : this.#knows(kind, place)
  }

  events({ kind, namespace, name }: Pick<AnyObject, 'kind' | 'namespace' | 'name'>): readonly ClusterEvent[] {
    return this.#events.get(keyOf(kind, namespace, name)) ?? []
  }
}

function readObject(value: unknown, file: string, live: boolean | undefined): AnyObject | undefined {
  if (!isPlain(value) || typeof value.kind !== 'string' || value.kind === '') return undefined
  const metadata = metadataShape.parse(value.metadata)
  if (metadata?.name === undefined || metadata.name === '') return undefined
  const apiVersion = typeof value.apiVersion === 'string' ? value.apiVersion : ''
  const kind = kindOf(value.kind, apiVersion)
  return {
    ...(isKnown(kind) && fieldsOf(kind, value)),
    apiVersion,
    kind,
    name: metadata.name,
    namespace: scopeOf(kind) === 'Cluster' ? '' : (metadata.namespace ?? (isKnown(kind) ? 'default' : '')),
    metadata,
    file,
    live: live ?? isLive(value),
    raw: value,
  }
}

/** Kinds of other groups may have the name of one that is known, such as Knative's Service. */
function kindOf(kind: string, apiVersion: string): string {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  if (!isKnown(kind) || apiVersion === '') return kind
  return (kinds[kind].groups as readonly string[]).includes(group) ? kind : `${kind}.${group}`
}

/** A server adds these; manifests that were exported with them come from one that ran. */
const isLive = ({ metadata, status }: Readonly<Record<string, unknown>>): boolean =>
  (isPlain(status) && Object.keys(status).length > 0) ||
  (isPlain(metadata) && ['uid', 'resourceVersion', 'creationTimestamp'].some(key => metadata[key]))

function joined(first: AnyObject, second: AnyObject): AnyObject {
  // What runs says more than what was declared, whichever was told first.
  const [main, other] = second.live && !first.live ? [second, first] : [first, second]
  const whole = readObject(merged(main.raw, other.raw), main.file, main.live)
  return whole ?? first
}

function eventsOf(events: readonly { event: EventRecord; file: string }[]): ClusterEvent[] {
  const found = new Map<string, ClusterEvent>()
  for (const { event, file } of events.slice(0, most.events)) {
    if (event.source !== 'kubernetes') continue
    const parts = String(event.attributes['k8s.object'] ?? '').split('/')
    const [kind = '', namespace = '', name = ''] = parts.length < 3 ? [parts[0], '', parts[1]] : parts
    const container = event.attributes['k8s.container.name']
    const place = scopeOf(kind) === 'Cluster' ? '' : namespace || (isKnown(kind) ? 'default' : '')
    const told: ClusterEvent = {
      about: nameOf({ kind, namespace: place, name }),
      ...{ kind, namespace: place, name },
      reason: event.reason,
      warning: event.severity !== 'info',
      ...{ message: event.message, count: event.count, at: event.at, file },
      ...(typeof container === 'string' && { container }),
    }
    // Commands print the same Event more than once.
    const key = [told.about, told.reason, told.message, told.container].join('\n')
    const known = found.get(key)
    if (!known || known.at < told.at) found.set(key, told)
  }
  return [...found.values()].sort(
    (a, b) =>
      b.at - a.at || order(a.about, b.about) || order(a.reason, b.reason) || order(a.message, b.message),
  )
}

const keyOf = (kind: string, namespace: string, name: string): string => `${kind}\n${namespace}\n${name}`

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}

const byPlace = (a: AnyObject, b: AnyObject): number =>
  order(a.kind, b.kind) || order(a.namespace, b.namespace) || order(a.name, b.name)
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
