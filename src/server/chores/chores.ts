import type { Backend } from '../backend.ts'
import { eventExpiry } from './event-expiry.ts'
import { startFeed } from './feed.ts'
import { garbageCollection } from './garbage-collection.ts'
import { namespaceDeletion } from './namespace-deletion.ts'
import { createStandingNamespaces } from './standing-namespaces.ts'
import { workQueue } from './work-queue.ts'

/** Starts what the server does by itself. */
export async function startChores(
  backend: Backend,
  onError: (error: unknown) => void,
): Promise<AsyncDisposable> {
  await createStandingNamespaces(backend)
  const queue = workQueue(backend.clock, onError)
  const expiry = eventExpiry(backend, queue)
  const observers = [expiry, namespaceDeletion(backend, queue), garbageCollection(backend, queue)]
  const feed = await startFeed(backend, observers, onError)
  return {
    async [Symbol.asyncDispose]() {
      feed[Symbol.dispose]()
      expiry[Symbol.dispose]()
      await queue[Symbol.asyncDispose]()
    },
  }
}
