import type { Backend } from './backend.ts'
import { type Request, type Response, respond } from './exchange.ts'
import type { Place } from './place.ts'
import { notFound } from './refusals.ts'
import { representationFor } from './representation.ts'

/** Answers a GET of one object; every read is the latest. */
export async function get(
  { store, objects, clock }: Backend,
  { served, namespace = '', name = '' }: Place,
  { query, headers }: Request,
): Promise<Response> {
  const shown = representationFor(served, { accept: headers.accept, query, now: () => clock.now() })
  const entry = await store.get({ resource: served.resource, namespace, name })
  if (!entry) throw notFound(served.kind, name)
  return respond(200, shown.one(objects.text(served, entry)), {}, shown.contentType)
}
