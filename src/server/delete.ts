import { isConflict } from '../api/errors.ts'
import type { Resource } from '../api/kind.ts'
import { timestamp } from '../lib/clock.ts'
import type { Entry, Key } from '../store/store.ts'
import type { Backend } from './backend.ts'
import { isDone } from './change.ts'
import { type DeleteOptions, deleteOptions } from './delete-options.ts'
import { type Request, type Response, respond, respondJson } from './exchange.ts'
import type { Place } from './place.ts'
import { admitByPolicies } from './policies.ts'
import { forbidden, modified, notFound, preconditionFailed } from './refusals.ts'
import type { ServedKind } from './served-kind.ts'
import { warningHeader } from './strictness.ts'

const attempts = 5

/** Finalizers by which the garbage collector is asked for more than deleting dependents afterwards. */
export const policyFinalizers = { Orphan: 'orphan', Foreground: 'foregroundDeletion' } as const

export type Removed = (
  | { gone: true; uid: string; text: string }
  /** Finalizers hold it back. */
  | { gone: false; text: string }
) & { warnings: readonly string[] }

/** Answers a DELETE of one object. */
export async function remove(backend: Backend, place: Place, request: Request): Promise<Response> {
  const { served, namespace = '', name = '' } = place
  const key = { resource: served.resource, namespace, name }
  const removed = await removeObject(backend, served, key, await deleteOptions(request))
  const warnings = warningHeader(removed.warnings)
  if (!removed.gone) return respond(200, removed.text, warnings)
  const { group, plural } = served.kind
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group && { group }), kind: plural, uid: removed.uid },
  }
  return respondJson(200, status, warnings)
}

/**
 * Deletes an object, or marks it as terminating while finalizers are left.
 * @throws ApiError NotFound, Conflict, Forbidden
 */
export async function removeObject(
  backend: Backend,
  served: ServedKind,
  key: Key,
  options: DeleteOptions,
): Promise<Removed> {
  const { store, objects } = backend
  const why = served.behaviour.protects?.(key.name)
  if (why) throw forbidden(served.kind, key.name, why)
  for (let attempt = 1; ; attempt++) {
    const entry = await store.get(key)
    if (!entry) throw notFound(served.kind, key.name)
    checkPreconditions(served, entry, options)
    const object = objects.parse(served, entry)
    const warnings = await asked(backend, served, object, options)
    const next = terminating(backend, served, object, options)
    const gone = isDone(served, next)
    const text = objects.text(served, entry)
    if (options.dryRun || (!gone && next === object))
      return { warnings, ...(gone ? { gone, uid: entry.uid, text } : { gone, text }) }
    try {
      const op = gone ? 'delete' : 'update'
      // The last event shows the object as it was, not as it would have been while terminating.
      const value = gone ? entry.value : objects.value(served, key, next)
      const written = await store.commit({ op, key, expected: entry.revision, value })
      const shown = objects.text(served, written)
      return { warnings, ...(gone ? { gone, uid: entry.uid, text: shown } : { gone, text: shown }) }
    } catch (error) {
      if (!isConflict(error)) throw error
      if (attempt === attempts) throw modified(served.kind, key.name)
    }
  }
}

async function asked(
  backend: Backend,
  served: ServedKind,
  oldObject: Resource,
  { asker, dryRun = false }: DeleteOptions,
): Promise<readonly string[]> {
  if (!asker) return []
  const { name, namespace } = oldObject.metadata
  const write = { served, operation: 'DELETE' as const, name, namespace, oldObject }
  return admitByPolicies(backend, write, { ...asker, dryRun })
}

function checkPreconditions(
  { kind }: ServedKind,
  { name, uid, revision }: Entry,
  { preconditions = {} }: DeleteOptions,
): void {
  if (preconditions.uid !== undefined && preconditions.uid !== uid)
    throw preconditionFailed(kind, name, 'UID', preconditions.uid, uid)
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== String(revision))
    throw preconditionFailed(kind, name, 'ResourceVersion', preconditions.resourceVersion, String(revision))
}

/** The object once its deletion is asked for; the same one when nothing changes. */
function terminating(
  { clock }: Backend,
  { behaviour, counted }: ServedKind,
  object: Resource,
  { propagationPolicy }: DeleteOptions,
): Resource {
  const { metadata } = object
  const finalizers = finalizersAfter(metadata.finalizers ?? [], propagationPolicy)
  const started = metadata.deletionTimestamp !== undefined
  if (started && finalizers.length === (metadata.finalizers ?? []).length) return object
  const changed: Resource['metadata'] = { ...metadata, finalizers: [...finalizers] }
  if (!started) {
    changed.deletionTimestamp = timestamp(clock)
    changed.deletionGracePeriodSeconds = 0
    if (counted) changed.generation = (metadata.generation ?? 1) + 1
  }
  if (finalizers.length === 0) delete changed.finalizers
  const next = { ...object, metadata: changed }
  behaviour.prepare?.(next, object)
  return next
}

/** Without a policy the finalizers that are there decide (registry/generic: store.go). */
function finalizersAfter(
  existing: readonly string[],
  policy: DeleteOptions['propagationPolicy'],
): readonly string[] {
  if (policy === undefined) return existing
  const others = existing.filter(
    finalizer => finalizer !== policyFinalizers.Orphan && finalizer !== policyFinalizers.Foreground,
  )
  return policy === 'Background' ? others : [...others, policyFinalizers[policy]]
}
