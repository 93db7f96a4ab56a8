import { ApiError } from '../../api/errors.ts'
import { apiVersionOf, type Kind, type Resource } from '../../api/kind.ts'
import type { ResourceLocation } from '../../client/client.ts'
import type { Context } from '../runtime/reconciler.ts'

/** An object to apply, and where the server has it. */
export interface Target {
  resource: Resource
  file: string
  location: ResourceLocation
}

/** Reads of any object: from the cache where the kind is cached, else from the server. */
export interface Reader {
  cached(target: Pick<Target, 'location' | 'resource'>): Promise<Resource | undefined>
  live(target: Pick<Target, 'location' | 'resource'>): Promise<Resource | undefined>
}

export function readerOf(context: Context, kinds: readonly Kind[]): Reader {
  const live: Reader['live'] = ({ location, resource: { metadata } }) =>
    context.client.dynamic.find(location, metadata.name, metadata.namespace)
  return {
    live,
    async cached(target) {
      const { location, resource } = target
      const kind = kinds.find(
        other => other.kind === location.kind && apiVersionOf(other) === location.apiVersion,
      )
      if (!kind) return live(target)
      // Every kind's object is a Resource.
      return context.informer(kind).get(resource.metadata.name, resource.metadata.namespace) as
        | Resource
        | undefined
    },
  }
}

/** The server said no to the object's content, so that trying again does not help. */
export const isRefusal = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  ['BadRequest', 'Invalid', 'Forbidden', 'MethodNotAllowed', 'RequestEntityTooLarge'].includes(error.reason)
