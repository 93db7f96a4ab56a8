import type { Resource } from '../api/kind.ts'

/**
 * A cache of one kind kept current by list and watch. Reads are local; writes go through the client.
 * Level-triggered users look at the cache when woken, never at the event that woke them.
 * Cached objects are shared and frozen: clone before changing one.
 */
export interface Informer<R extends Resource | object = Resource> {
  /** Lists once; resolves when the cache is filled, and goes on watching until disposed. Retries until then. */
  start(): Promise<void>
  synced(): boolean
  get(name: string, namespace?: string): R | undefined
  list(namespace?: string): R[]
  /** Called after the cache changed, with the object before and after (absent: created, deleted). Must not throw. */
  onChange(listener: (now: R | undefined, before: R | undefined) => void): () => void
  /** The version of the kind's objects that the cache has reached; empty before the first list. */
  resourceVersion(): string
  /**
   * Resolves when the cache holds all that the server held when this was called, so that a test can wait for its own
   * writes to arrive; at once while the informer is not connected, since then only time can help.
   */
  caughtUp(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
