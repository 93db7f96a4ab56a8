import { ApiError, isNotFound, type Status } from '../api/errors.ts'
import type { Kind, Resource, ResourceOf } from '../api/kind.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type {
  Client,
  ListOptions,
  NewResource,
  ResourceLocation,
  WatchEvent,
  WriteOptions,
} from './client.ts'
import { Discovery } from './discovery.ts'
import { collectionPath, locationOf, objectPath } from './location.ts'
import type { Transport } from './transport.ts'

const PAGE_SIZE = '500'

/** A client over any transport, for any server that speaks the Kubernetes API. */
export function createClient(
  transport: Transport,
  { clock, random }: { clock: Clock; random: Random },
): Client {
  const discovery = new Discovery(transport, clock)
  const objects = objectAccess(transport, random)
  // The server has validated what it returns against the kind's schema; the typed methods below rely on that.
  const typed = <K extends Kind>(object: Resource) => object as unknown as ResourceOf<K>
  const untyped = <K extends Kind>(object: ResourceOf<K>) => object as unknown as Resource

  return {
    get: async <K extends Kind>(kind: K, name: string, namespace?: string) =>
      typed<K>(await objects.get(locationOf(kind), name, namespace)),
    find: async <K extends Kind>(kind: K, name: string, namespace?: string) => {
      const found = await objects.find(locationOf(kind), name, namespace)
      return found && typed<K>(found)
    },
    list: async <K extends Kind>(kind: K, options?: ListOptions) => {
      const { items, resourceVersion } = await objects.list(locationOf(kind), options)
      return { items: items.map(item => typed<K>(item)), resourceVersion }
    },
    create: async <K extends Kind>(kind: K, object: NewResource, options?: WriteOptions) =>
      typed<K>(await objects.create(locationOf(kind), object, options)),
    update: async <K extends Kind>(kind: K, object: ResourceOf<K>, options?: WriteOptions) =>
      typed<K>(await objects.put(locationOf(kind), untyped(object), options)),
    updateStatus: async <K extends Kind>(kind: K, object: ResourceOf<K>, options?: WriteOptions) =>
      typed<K>(await objects.put(locationOf(kind), untyped(object), options, 'status')),
    patch: async <K extends Kind>(
      kind: K,
      name: string,
      namespace: string | undefined,
      patch: object,
      options?: WriteOptions,
    ) => typed<K>(await objects.patch(locationOf(kind), name, namespace, patch, options)),
    delete: (kind, name, namespace, options) => objects.delete(locationOf(kind), name, namespace, options),
    watch: <K extends Kind>(
      kind: K,
      options: { resourceVersion: string; namespace?: string; signal?: AbortSignal },
    ) => objects.watch(locationOf(kind), options) as unknown as AsyncIterable<WatchEvent<ResourceOf<K>>>,
    serves: () => discovery.serves(),
    dynamic: {
      locate: (apiVersion, kind) => discovery.locate(apiVersion, kind),
      find: objects.find,
      create: objects.create,
      update: (location, object, options) => objects.put(location, object, options),
      delete: objects.delete,
    },
  }
}

/** The verbs on objects whose place is known. */
function objectAccess(transport: Transport, random: Random) {
  const get = async (location: ResourceLocation, name: string, namespace?: string) =>
    asResource(
      location,
      await transport.request({ method: 'GET', path: objectPath(location, name, namespace) }),
    )

  const page = async (location: ResourceLocation, options: ListOptions, limit?: string, token?: string) =>
    (await transport.request({
      method: 'GET',
      path: collectionPath(location, options.namespace, {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit,
        continue: token,
      }),
    })) as { items?: unknown; metadata?: { resourceVersion?: string; continue?: string } }

  const pages = async (location: ResourceLocation, options: ListOptions, limit?: string) => {
    const items: Resource[] = []
    let token: string | undefined
    for (;;) {
      const { items: part, metadata } = await page(location, options, limit, token)
      if (part !== null && !Array.isArray(part))
        throw new ApiError('InternalError', `the list of ${location.plural} has no items`)
      for (const item of part ?? []) items.push(asResource(location, item))
      token = metadata?.continue
      if (!token) return { items, resourceVersion: metadata?.resourceVersion ?? '' }
    }
  }

  return {
    get,

    async find(location: ResourceLocation, name: string, namespace?: string): Promise<Resource | undefined> {
      try {
        return await get(location, name, namespace)
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },

    async list(location: ResourceLocation, options: ListOptions = {}) {
      try {
        return await pages(location, options, PAGE_SIZE)
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'Expired') throw error
        // The snapshot was compacted between two pages: one page of everything can't expire (client-go's ListPager).
        return pages(location, options)
      }
    },

    async create(location: ResourceLocation, object: Resource | NewResource, options?: WriteOptions) {
      const body = { ...object, apiVersion: location.apiVersion, kind: location.kind }
      const namespace = object.metadata.namespace
      if (location.namespaced && !namespace)
        throw new ApiError('BadRequest', `a ${location.kind} is created in a namespace, and none was given`)
      const path = collectionPath(location, namespace, writeQuery(options))
      return asResource(location, await transport.request({ method: 'POST', path, body }))
    },

    async put(location: ResourceLocation, object: Resource, options?: WriteOptions, subresource?: string) {
      const { name, namespace } = object.metadata
      const path = objectPath(location, name, namespace, writeQuery(options), subresource)
      return asResource(location, await transport.request({ method: 'PUT', path, body: object }))
    },

    async patch(
      location: ResourceLocation,
      name: string,
      namespace: string | undefined,
      body: object,
      options?: WriteOptions,
    ) {
      const path = objectPath(location, name, namespace, writeQuery(options))
      const contentType = 'application/merge-patch+json'
      return asResource(location, await transport.request({ method: 'PATCH', path, body, contentType }))
    },

    async delete(
      location: ResourceLocation,
      name: string,
      namespace?: string,
      preconditions?: { resourceVersion?: string; uid?: string },
    ): Promise<void> {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(preconditions && { preconditions }),
      }
      await transport.request({ method: 'DELETE', path: objectPath(location, name, namespace), body })
    },

    async *watch(
      location: ResourceLocation,
      options: { resourceVersion: string; namespace?: string; signal?: AbortSignal },
    ): AsyncGenerator<WatchEvent<Resource>> {
      const path = collectionPath(location, options.namespace, {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: options.resourceVersion,
        // Ends each watch after 5 to 10 minutes, so that a dead connection is found and many watches don't end at once.
        timeoutSeconds: String(300 + Math.floor(random() * 300)),
      })
      const request = { method: 'GET', path, ...(options.signal && { signal: options.signal }) } as const
      for await (const line of transport.stream(request)) yield watchEvent(location, line)
    },
  }
}

const writeQuery = (options: WriteOptions = {}) => ({
  fieldManager: options.fieldManager,
  dryRun: options.dryRun ? 'All' : undefined,
})

/** Items of a core kind's list carry neither apiVersion nor kind, so both are filled in. */
function asResource(location: ResourceLocation, value: unknown): Resource {
  const object = value as Partial<Resource> | null
  if (typeof object !== 'object' || typeof object?.metadata?.name !== 'string')
    throw new ApiError('InternalError', `the server answered something else than a ${location.kind}`)
  return { ...object, apiVersion: location.apiVersion, kind: location.kind, metadata: object.metadata }
}

function watchEvent(location: ResourceLocation, line: unknown): WatchEvent<Resource> {
  const { type, object } = line as { type?: unknown; object?: unknown }
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: asResource(location, object) }
    case 'BOOKMARK':
      return {
        type,
        resourceVersion:
          (object as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion ?? '',
      }
    case 'ERROR':
      throw ApiError.fromStatus(object as Partial<Status>)
    default:
      throw new ApiError(
        'InternalError',
        `a watch of ${location.plural} sent an event of type ${String(type)}`,
      )
  }
}
