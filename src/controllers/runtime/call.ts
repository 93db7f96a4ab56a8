import { isConflict, isNotFound } from '../../api/errors.ts'
import type { Resource } from '../../api/kind.ts'
import type { Client } from '../../client/client.ts'
import type { Informer } from '../../client/informer.ts'
import { type Clock, timestamp } from '../../lib/clock.ts'
import { canonicalJson } from '../../lib/digest.ts'
import { clientOfCall } from './call-client.ts'
import type { CallResult } from './controller.ts'
import { type Deadline, deadline } from './deadline.ts'
import type { EventRecorder } from './event-recorder.ts'
import type { Expectations } from './expectations.ts'
import { keyOf } from './key.ts'
import type { OwnWrites } from './own-writes.ts'
import { type Cache, type Context, type Draft, done, type Reconciler } from './reconciler.ts'
import { type CommonStatus, type Ending, summarise } from './summarise.ts'

const DEFAULT_TIMEOUT_MS = 30_000

export interface CallOptions {
  reconciler: Reconciler
  client: Client
  cache: Cache
  /** The informer of a kind, when the process has one. */
  informerOf: (apiVersion: string, kind: string) => Informer | undefined
  recorder: EventRecorder
  expectations: Expectations
  ownWrites: OwnWrites
  clock: Clock
  /** Aborts when the process stops. */
  stopping: AbortSignal
  /** Throws when this process may not write, since another one leads. */
  fence: () => void
  /** Whether this reconciler is the one that writes its kind's status. */
  ownsStatus: boolean
  wake: (key: string) => void
}

type Status = CommonStatus & Record<string, unknown>

/**
 * One call of a reconciler: finalizer, reconcile or finalize within the deadline, then at most one status write.
 * Rejects only when the runtime's own writes fail.
 */
export async function callReconciler(
  options: CallOptions,
  cached: Resource,
  key: string,
): Promise<CallResult> {
  const { reconciler, clock, stopping } = options
  const limit = deadline(clock, reconciler.timeoutMs ?? DEFAULT_TIMEOUT_MS, stopping)
  try {
    const { finalizer } = reconciler
    const held = finalizer !== undefined && (cached.metadata.finalizers ?? []).includes(finalizer)
    if (cached.metadata.deletionTimestamp === undefined) {
      const object = finalizer === undefined || held ? cached : await addFinalizer(options, cached, key)
      return await reconcile(options, object, key, limit)
    }
    return held ? await finalize(options, cached, key, limit) : nothingToDo
  } finally {
    limit.clear()
  }
}

const nothingToDo: CallResult = { ending: { outcome: done }, wroteStatus: false }

async function reconcile(
  options: CallOptions,
  object: Resource,
  key: string,
  limit: Deadline,
): Promise<CallResult> {
  const { reconciler } = options
  const { context, version } = contextOf(options, object, key, limit)
  const draft = { status: {}, ...structuredClone(object) }
  const ending = await endingOf(limit, () => reconciler.reconcile(draft as Draft<Resource> as never, context))
  const left = limit.left()
  // A call that outlived its deadline may still be changing its draft.
  const status = (left ? (object.status ?? {}) : draft.status) as Status
  const wroteStatus = await writeStatus(options, object, key, status, ending, version())
  return { ending, wroteStatus, left }
}

async function finalize(
  options: CallOptions,
  object: Resource,
  key: string,
  limit: Deadline,
): Promise<CallResult> {
  const { reconciler, fence } = options
  const { context, version } = contextOf(options, object, key, limit)
  const ending = await endingOf(limit, async () => {
    await reconciler.finalize?.(object as never, context)
    return done
  })
  if ('error' in ending) {
    const wroteStatus = await writeStatus(
      options,
      object,
      key,
      (object.status ?? {}) as Status,
      ending,
      version(),
    )
    return { ending, wroteStatus, left: limit.left() }
  }
  fence()
  const finalizers = (object.metadata.finalizers ?? []).filter(other => other !== reconciler.finalizer)
  try {
    await patchFinalizers(options, object, finalizers, version())
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  return nothingToDo
}

async function endingOf(limit: Deadline, work: () => Promise<object>): Promise<Ending> {
  try {
    return { outcome: await limit.race(work()) }
  } catch (error) {
    return { error }
  }
}

async function addFinalizer(options: CallOptions, object: Resource, key: string): Promise<Resource> {
  const { reconciler, ownWrites, fence } = options
  fence()
  ownWrites.begin(key)
  let version: string | undefined
  try {
    const finalizers = [...(object.metadata.finalizers ?? []), reconciler.finalizer ?? '']
    const patched = await patchFinalizers(options, object, finalizers, object.metadata.resourceVersion)
    version = patched.metadata.resourceVersion
    note(options, key, patched)
    return patched
  } finally {
    if (ownWrites.end(key, version)) options.wake(key)
  }
}

async function patchFinalizers(
  { client, reconciler }: CallOptions,
  { metadata }: Resource,
  finalizers: string[],
  resourceVersion: string | undefined,
): Promise<Resource> {
  // With the version, since a merge patch replaces the whole list and another writer's finalizer must not get lost.
  const patch = { metadata: { resourceVersion, finalizers } }
  const { name, namespace } = metadata
  const patched = await client.patch(reconciler.kind, name, namespace, patch, {
    fieldManager: reconciler.name,
  })
  return patched as unknown as Resource
}

/** Writes the summarised status if it differs from the object's; true when it did. */
async function writeStatus(
  options: CallOptions,
  object: Resource,
  key: string,
  draft: Status,
  ending: Ending,
  resourceVersion: string | undefined,
): Promise<boolean> {
  const { reconciler, client, clock, ownWrites, ownsStatus, stopping, fence } = options
  // After a conflict the draft is about a state that is gone, and a stopped process has nothing to say.
  if (('error' in ending && isConflict(ending.error)) || stopping.aborted) return false
  const summed = ownsStatus && reconciler.conditions !== false && reconciler.kind.status !== undefined
  const status = summed ? summarise(draft, ending, object.metadata.generation, timestamp(clock)) : draft
  if (canonicalJson(status) === canonicalJson(object.status ?? {})) return false
  if (!ownsStatus)
    throw new Error(
      `${reconciler.name} changed the status of a ${object.kind}, which another reconciler writes`,
    )
  fence()
  ownWrites.begin(key)
  let version: string | undefined
  try {
    const next = { ...object, metadata: { ...object.metadata, resourceVersion }, status }
    const fieldManager = { fieldManager: reconciler.name }
    const written = await client.updateStatus(reconciler.kind, next as never, fieldManager)
    version = written.metadata.resourceVersion
    note(options, key, written as unknown as Resource)
    return version !== resourceVersion
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  } finally {
    if (ownWrites.end(key, version)) options.wake(key)
  }
}

/** What the reconciler is given, and the newest version of the object that its call has written. */
function contextOf(
  options: CallOptions,
  object: Resource,
  key: string,
  limit: Deadline,
): { context: Context; version: () => string | undefined } {
  const { reconciler, cache, clock, recorder, fence, informerOf, expectations, wake } = options
  let version = object.metadata.resourceVersion
  const client = clientOfCall(options.client, {
    fieldManager: reconciler.name,
    guard: () => {
      limit.signal.throwIfAborted()
      fence()
    },
    written: other => {
      if (other.metadata.uid === object.metadata.uid && other.kind === object.kind)
        version = other.metadata.resourceVersion
      note(options, key, other)
    },
    deleted: (apiVersion, kind, name, namespace) => {
      const informer = informerOf(apiVersion, kind)
      const cached = informer?.get(name, namespace)
      if (informer && cached) expectations.deleted(key, informer, cached, clock.now())
    },
  })
  const context: Context = {
    informer: kind => cache.informer(kind),
    client,
    clock,
    signal: limit.signal,
    event: (type, reason, message) =>
      recorder.record({ object, type, reason, message, component: reconciler.name }),
    wake: () => wake(keyOf(object.metadata)),
  }
  return { context, version: () => version }
}

/** Remembers a write until the cache shows it. */
function note({ informerOf, expectations, clock }: CallOptions, key: string, object: Resource): void {
  const informer = informerOf(object.apiVersion, object.kind)
  const { resourceVersion } = object.metadata
  if (informer && resourceVersion) expectations.written(key, informer, resourceVersion, clock.now())
}
