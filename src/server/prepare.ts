import { admit } from '../api/admission.ts'
import type { Resource } from '../api/kind.ts'
import { timestamp } from '../lib/clock.ts'
import type { Backend } from './backend.ts'
import { describePolicy } from './policies.ts'
import { invalid } from './refusals.ts'
import { sameJson } from './same-json.ts'
import type { ServedKind } from './served-kind.ts'
import type { WriteOptions } from './write-options.ts'

/** The part of an object a request may change. */
export type Endpoint = 'main' | 'status' | 'finalize'

export interface Writing extends WriteOptions {
  endpoint: Endpoint
  /** Told what policies warn of; policies are not asked about writes without it, which are the server's own. */
  warn?(texts: readonly string[]): void
  /** Told of the fields that were dropped, before anything else is refused; may throw. */
  inspect(unknownFields: readonly string[]): void
}

export interface Prepared {
  object: Resource
  /** Whether it says the same as the previous one, so that nothing needs to be written. */
  unchanged: boolean
}

/**
 * Makes an object ready to be stored: stamped, pruned, defaulted, checked, its generation counted.
 * Owns `next`, which it may change.
 * @throws ApiError Invalid
 */
export function prepare(
  backend: Backend,
  served: ServedKind,
  next: Resource,
  previous: Resource | undefined,
  { user, manager, endpoint, inspect }: Writing,
): Prepared {
  const { kind, behaviour, counted, apiVersion } = served
  const now = timestamp(backend.clock)
  delete next.metadata.resourceVersion
  if (endpoint === 'main') kind.stamp?.(next, previous, { user, now })
  behaviour.prepare?.(next, previous)
  const { object, unknownFields, causes } = admit(kind, next, previous)
  inspect(unknownFields)
  if (causes.length > 0) throw invalid(kind, object.metadata.name ?? '', causes)
  if (endpoint === 'main') describePolicy(backend, served, object)
  const unchanged = previous !== undefined && sameJson(comparable(object), comparable(previous))
  if (unchanged) return { object: previous, unchanged }
  if (counted) object.metadata.generation = nextGeneration(object, previous)
  // Status writers are controllers; a drift is blamed on who last wrote the rest.
  if (endpoint === 'main')
    object.metadata.managedFields = [{ manager, operation: 'Update', apiVersion, time: now }]
  return { object, unchanged }
}

function comparable({ metadata, ...rest }: Resource): object {
  const { managedFields: _, resourceVersion: __, ...said } = metadata
  return { ...rest, metadata: said }
}

function nextGeneration(object: Resource, previous: Resource | undefined): number {
  if (!previous) return 1
  const { metadata: _, ...wanted } = object
  const { metadata, ...before } = previous
  const known = metadata.generation ?? 1
  const status = { status: undefined }
  return sameJson({ ...wanted, ...status }, { ...before, ...status }) ? known : known + 1
}
