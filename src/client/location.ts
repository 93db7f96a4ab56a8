import { ApiError } from '../api/errors.ts'
import { apiVersionOf, type Kind } from '../api/kind.ts'
import type { ResourceLocation } from './client.ts'

export const locationOf = (kind: Kind): ResourceLocation => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  plural: kind.plural,
  namespaced: kind.scope === 'Namespaced',
})

/** `/api/v1` for the core group, else `/apis/<group>/<version>`. */
export const groupVersionPath = (apiVersion: string): string =>
  `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion.split('/').map(encodeURIComponent).join('/')}`

/** The path of a collection; of all namespaces when none is given. */
export function collectionPath(
  location: ResourceLocation,
  namespace?: string,
  query: Record<string, string | undefined> = {},
): string {
  const scope = location.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  const path = `${groupVersionPath(location.apiVersion)}${scope}/${encodeURIComponent(location.plural)}`
  return withQuery(path, query)
}

/** @throws ApiError BadRequest when the name, or the namespace of a namespaced kind, is missing. */
export function objectPath(
  location: ResourceLocation,
  name: string,
  namespace: string | undefined,
  query: Record<string, string | undefined> = {},
  subresource?: string,
): string {
  if (!name) throw new ApiError('BadRequest', `a ${location.kind} is addressed by its name, which is empty`)
  if (location.namespaced && !namespace)
    throw new ApiError('BadRequest', `${location.kind} "${name}" lives in a namespace, and none was given`)
  const path = `${collectionPath(location, namespace)}/${encodeURIComponent(name)}`
  return withQuery(subresource ? `${path}/${subresource}` : path, query)
}

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
