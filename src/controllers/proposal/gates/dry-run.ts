import { ApiError, isConflict, isNotFound } from '../../../api/errors.ts'
import type { Resource } from '../../../api/kind.ts'
import { sameValue } from '../../../lib/json-edit.ts'
import type { ChangedObject } from '../../../policy/risk.ts'
import { keyOf } from '../declared.ts'
import { closed, listed, open, type ProposalGate } from './gate.ts'

/** The server takes every write, its admission included: each is tried without storing it. */
export const dryRun: ProposalGate = {
  name: 'dry-run',
  async check({ rendered: { objects }, context }) {
    const { client, signal } = context
    const faults: string[] = []
    const unknown = new Set<string>()
    let tried = 0
    for (const object of objects) {
      signal.throwIfAborted()
      const { after, apiVersion, kind, name, namespace } = object
      if (!after) continue
      const location = await client.dynamic.locate(apiVersion, kind)
      if (!location) {
        unknown.add(`${apiVersion} ${kind}`)
        continue
      }
      const resource = location.namespaced ? after : withoutNamespace(after)
      const live = await client.dynamic.find(location, name, location.namespaced ? namespace : undefined)
      try {
        if (live) await client.dynamic.update(location, overlaid(live, object, resource), { dryRun: true })
        else await client.dynamic.create(location, resource, { dryRun: true })
        tried++
      } catch (error) {
        // A namespace that comes with the same change is not there yet; what changed meanwhile is tried again.
        if (isNotFound(error) || isConflict(error)) continue
        if (!(error instanceof ApiError) || !refusals.includes(error.reason)) throw error
        faults.push(`${keyOf(object)}: ${error.message}`)
      }
    }
    if (faults.length > 0) return closed(`the server refuses ${listed(faults)}`)
    const left = unknown.size > 0 ? `; it has no kind ${listed([...unknown].sort())}` : ''
    return open(`the server takes ${tried} objects${left}`)
  },
}

const refusals: readonly string[] = [
  'BadRequest',
  'Invalid',
  'Forbidden',
  'MethodNotAllowed',
  'RequestEntityTooLarge',
]

const withoutNamespace = (resource: Resource): Resource => {
  const { namespace: _, ...metadata } = resource.metadata
  return { ...resource, metadata }
}

/** The live object with what Git changes; fields of other writers stay. */
const overlaid = (live: Resource, { before }: ChangedObject, after: Resource): Resource =>
  ({
    ...(merged(live, before ?? {}, after) as Resource),
    metadata: {
      ...live.metadata,
      ...(merged(live.metadata, before?.metadata ?? {}, after.metadata) as object),
      ...(live.metadata.namespace === undefined ? {} : { namespace: live.metadata.namespace }),
    },
  }) as Resource

function merged(live: unknown, before: unknown, after: unknown): unknown {
  if (!isMap(live) || !isMap(after)) return after
  const old = isMap(before) ? before : {}
  const kept = Object.entries(live).filter(([key]) => Object.hasOwn(after, key) || !Object.hasOwn(old, key))
  const result: Record<string, unknown> = Object.fromEntries(kept)
  for (const [key, value] of Object.entries(after))
    result[key] =
      Object.hasOwn(live, key) && !sameValue(value, old[key])
        ? merged(live[key], old[key], value)
        : (live[key] ?? value)
  return result
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
