/**
 * STORE: a log of revisions over keys, with the current state beside it. It knows keys, revisions and bytes, no kinds.
 *
 * - One counter orders everything: each committed write gets the next revision (a positive integer, never reused).
 * - Writes are compare-and-set on the revision of the key's last write.
 * - `commit` resolves only after the write is durable (it survives `kill -9` and power loss).
 * - Watchers see every write of their resource exactly once, in revision order, after it is durable.
 * - History older than a resource's floor is compacted; a watch from below it fails with `Expired`.
 *
 * The semantics are etcd's (mod_revision, watch from a revision, compaction), the floor is per resource as in
 * Kubernetes' watch cache. Implementations pass `store.contract.ts`.
 */
export interface Key {
  /** Plural and group, such as `prompts.keelway.dev`, or `secrets`. */
  resource: string
  /** Empty for cluster-scoped resources. */
  namespace: string
  name: string
}

export interface Entry extends Key {
  revision: number
  uid: string
  /** The serialised object, without its resourceVersion. */
  value: string
}

export type Write =
  /** Fails with AlreadyExists when the key exists. */
  | { op: 'create'; key: Key; uid: string; value: string }
  /** Fails with NotFound when the key is absent, with Conflict when its revision is not `expected`. */
  | { op: 'update'; key: Key; expected: number; value: string }
  /** As update; `value` is the object's last state, for the event. */
  | { op: 'delete'; key: Key; expected: number; value: string }

export interface Change {
  op: Write['op']
  entry: Entry
  /** The value before this write; absent for a create. */
  previous?: string
}

export interface ListOptions {
  namespace?: string
  /** Return keys after this one in (namespace, name) order of their UTF-8 bytes. */
  after?: { namespace: string; name: string }
  /** Positive; unlimited when absent. */
  limit?: number
  /** List as of this revision; Expired below the floor, Timeout above `revision()`. Current state when absent. */
  at?: number
}

export interface List {
  entries: Entry[]
  /** The revision this list is a snapshot of. */
  revision: number
  /** How many more entries follow when `limit` cut the list. */
  remaining: number
}

export interface WatchOptions {
  resource: string
  namespace?: string
  /** Deliver changes with a revision greater than this. */
  from: number
  /**
   * Called in revision order, after durability; one that throws ends its own watch. The store buffers nothing for a
   * watcher, so one that passes changes on to a slow reader must bound what it holds, and stop.
   */
  onChange: (change: Change) => void
  /** Called once when the watch cannot go on (compacted while behind, `onChange` threw, store closed). */
  onEnd?: (error: Error) => void
}

export interface Store extends AsyncDisposable {
  /** The revision of the last durable write; 1 for a store that was never written. */
  revision(): number
  get(key: Key): Promise<Entry | undefined>
  list(resource: string, options?: ListOptions): Promise<List>
  /** Applies one write; resolves with the entry at its new revision when durable. Throws ApiError. */
  commit(write: Write): Promise<Entry>
  /**
   * Starts a watch; the returned function stops it. Throws ApiError Expired when `from` is below the resource's floor.
   * Past changes are delivered before live ones, none missing, none twice.
   */
  watch(options: WatchOptions): Promise<() => void>
  /** Drops history of `resource` at and below `revision`; current state stays. */
  compact(resource: string, revision: number): Promise<void>
  /** Revision below which a watch of `resource` can't start. */
  floor(resource: string): number
}
