import { isConflict } from '../api/errors.ts'
import type { Resource } from '../api/kind.ts'
import type { Entry, Key } from '../store/store.ts'
import type { Backend } from './backend.ts'
import { admitByPolicies } from './policies.ts'
import { type Endpoint, prepare, type Writing } from './prepare.ts'
import { invalid, modified, notFound, preconditionFailed } from './refusals.ts'
import type { ServedKind } from './served-kind.ts'

/** How often a write that named no version is tried again after another one came first. */
const attempts = 5

export interface Proposal extends Writing {
  /** Gets a copy it may change; a resourceVersion it leaves in must be the current one. */
  propose(current: Resource): Resource
}

/**
 * Reads an object, has its next state proposed and stores that, again from the start when another write came between.
 * The last finalizer's removal from a terminating object deletes it.
 * @returns the object's JSON
 * @throws ApiError NotFound, Conflict, Invalid
 */
export async function change(
  backend: Backend,
  served: ServedKind,
  key: Key,
  proposal: Proposal,
): Promise<string> {
  const { store, objects } = backend
  for (let attempt = 1; ; attempt++) {
    const entry = await store.get(key)
    if (!entry) throw notFound(served.kind, key.name)
    const previous = objects.parse(served, entry)
    const proposed = proposal.propose(objects.parse(served, entry))
    checkPreconditions(served, previous, proposed)
    const next = restored(proposed, previous, served, proposal.endpoint)
    const prepared = prepare(backend, served, next, previous, proposal)
    checkFinalizers(served, prepared.object, previous)
    if (proposal.warn) proposal.warn(await asked(backend, served, prepared.object, previous, proposal))
    if (prepared.unchanged && !isDone(served, prepared.object)) return objects.text(served, entry)
    if (proposal.dryRun) return JSON.stringify(withVersion(prepared.object, entry))
    try {
      const value = objects.value(served, key, prepared.object)
      const op = isDone(served, prepared.object) ? 'delete' : 'update'
      const written = await store.commit({ op, key, expected: entry.revision, value })
      return objects.text(served, written)
    } catch (error) {
      if (isConflict(error) && attempt < attempts) continue
      throw isConflict(error) ? modified(served.kind, key.name) : error
    }
  }
}

const asked = (
  backend: Backend,
  served: ServedKind,
  object: Resource,
  oldObject: Resource,
  { endpoint, ...options }: Proposal,
): Promise<string[]> => {
  const { name, namespace } = oldObject.metadata
  const subresource = endpoint === 'main' ? {} : { subresource: endpoint }
  const write = { served, operation: 'UPDATE' as const, name, namespace, object, oldObject, ...subresource }
  return admitByPolicies(backend, write, options)
}

const withVersion = (object: Resource, { revision }: Entry): Resource => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
})

/** Whether nothing holds back a terminating object any more. */
export const isDone = ({ behaviour }: ServedKind, object: Resource): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).length === 0 &&
  (behaviour.finalizers?.(object) ?? []).length === 0

function checkPreconditions({ kind, builtIn }: ServedKind, previous: Resource, proposed: Resource): void {
  const { name, uid = '', resourceVersion = '' } = previous.metadata
  const wanted = proposed.metadata
  if (wanted.uid && wanted.uid !== uid) throw preconditionFailed(kind, name, 'UID', wanted.uid, uid)
  if (wanted.resourceVersion && wanted.resourceVersion !== resourceVersion) throw modified(kind, name)
  if (!wanted.resourceVersion && !builtIn)
    throw invalid(kind, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0x0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ])
}

/** The proposed object with what its endpoint may not change as it was. */
function restored(proposed: Resource, previous: Resource, served: ServedKind, endpoint: Endpoint): Resource {
  const { metadata: before } = previous
  if (endpoint === 'status')
    return withMember({ ...previous, metadata: { ...before } }, 'status', proposed.status)
  if (endpoint === 'finalize') {
    const finalizers = served.behaviour.finalizers?.(proposed) ?? []
    return {
      ...previous,
      metadata: { ...before },
      spec: { ...(previous.spec as object | undefined), finalizers },
    }
  }
  const metadata: Resource['metadata'] & { selfLink?: unknown } = { ...proposed.metadata }
  delete metadata.selfLink
  for (const field of systemFields) Object.assign(metadata, { [field]: before[field] })
  for (const field of systemFields) if (metadata[field] === undefined) delete metadata[field]
  const next = { ...proposed, metadata }
  const kept = served.subresources.includes('status') ? withMember(next, 'status', previous.status) : next
  return served.behaviour.finalizers ? withMember(kept, 'spec', previous.spec) : kept
}

const systemFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
] as const

function withMember(object: Resource, member: string, value: unknown): Resource {
  if (value === undefined) delete object[member]
  else object[member] = value
  return object
}

function checkFinalizers({ kind }: ServedKind, { metadata }: Resource, previous: Resource): void {
  if (!previous.metadata.deletionTimestamp) return
  const known = previous.metadata.finalizers ?? []
  const added = (metadata.finalizers ?? []).filter(finalizer => !known.includes(finalizer))
  if (added.length === 0) return
  const found = added.map(finalizer => JSON.stringify(finalizer)).join(', ')
  throw invalid(kind, metadata.name, [
    {
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${found}}`,
      field: 'metadata.finalizers',
    },
  ])
}
