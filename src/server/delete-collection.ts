import { isNotFound } from '../api/errors.ts'
import type { Resource } from '../api/kind.ts'
import type { Backend } from './backend.ts'
import { removeObject } from './delete.ts'
import { deleteOptions } from './delete-options.ts'
import { type Request, type Response, respond } from './exchange.ts'
import { list } from './list.ts'
import type { Place } from './place.ts'

/** Answers a DELETE of a collection with the list it found; each object goes the way of its own DELETE. */
export async function removeCollection(backend: Backend, place: Place, request: Request): Promise<Response> {
  const { served, namespace } = place
  const options = await deleteOptions(request)
  const accept = { ...request.headers, accept: 'application/json' }
  const found = await list(backend, served, namespace, { ...request, headers: accept })
  if (found.status !== 200 || typeof found.body !== 'string') return found
  const { items } = JSON.parse(found.body) as { items: Resource[] }
  for (const { metadata } of items) {
    const { name, uid = '' } = metadata
    const key = { resource: served.resource, namespace: metadata.namespace ?? '', name }
    try {
      await removeObject(backend, served, key, {
        ...options,
        preconditions: { ...options.preconditions, uid },
      })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  return respond(200, found.body)
}
