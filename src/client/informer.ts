import type { Resource } from '../api/kind.ts'

/**
 * A cache of one kind kept current by list and watch. Reads are local; writes go through the client.
 * Level-triggered users look at the cache when woken, never at the event that woke them.
 */
export interface Informer<R extends Resource | object = Resource> {
  /** Lists once; resolves when the cache is filled, and goes on watching until disposed. */
  start(): Promise<void>
  synced(): boolean
  get(name: string, namespace?: string): R | undefined
  list(namespace?: string): R[]
  /** Called after the cache changed, with the object before and after (absent: created, deleted). */
  onChange(listener: (now: R | undefined, before: R | undefined) => void): () => void
  [Symbol.asyncDispose](): Promise<void>
}
