import type { Kind, Resource, ResourceOf } from '../api/kind.ts'

/**
 * The typed door to an API server. Every stage reads and writes resources through it and nothing else.
 * Methods throw ApiError; an object's `metadata.resourceVersion` makes writes compare-and-set.
 */
export interface Client {
  get<K extends Kind>(kind: K, name: string, namespace?: string): Promise<ResourceOf<K>>
  /** As get, but undefined instead of NotFound. */
  find<K extends Kind>(kind: K, name: string, namespace?: string): Promise<ResourceOf<K> | undefined>
  /** All objects (paged underneath), of all namespaces when none is given. */
  list<K extends Kind>(
    kind: K,
    options?: ListOptions,
  ): Promise<{ items: ResourceOf<K>[]; resourceVersion: string }>
  create<K extends Kind>(kind: K, object: NewResource, options?: WriteOptions): Promise<ResourceOf<K>>
  /** Replaces the object; Conflict when it changed since `metadata.resourceVersion`. */
  update<K extends Kind>(kind: K, object: ResourceOf<K>, options?: WriteOptions): Promise<ResourceOf<K>>
  /** Replaces the status subresource only. */
  updateStatus<K extends Kind>(kind: K, object: ResourceOf<K>, options?: WriteOptions): Promise<ResourceOf<K>>
  /** JSON merge patch (RFC 7396). */
  patch<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    patch: object,
    options?: WriteOptions,
  ): Promise<ResourceOf<K>>
  delete(
    kind: Kind,
    name: string,
    namespace?: string,
    options?: { resourceVersion?: string; uid?: string },
  ): Promise<void>
  /** Events with a resourceVersion after the given one. Ends when the server closes; throws Expired when it is too old. */
  watch<K extends Kind>(
    kind: K,
    options: { resourceVersion: string; namespace?: string; signal?: AbortSignal },
  ): AsyncIterable<WatchEvent<ResourceOf<K>>>
  /** Kinds the server has, as `apiVersion/Kind` (`keelway.dev/v1alpha1/Prompt`, `v1/Secret`); objects of others are skipped by a Delivery. */
  serves(): Promise<ReadonlySet<string>>
  /** Objects whose kind is known at run time only (a Delivery applies whatever Git holds). */
  dynamic: DynamicClient
}

export interface ListOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
}

export interface WriteOptions {
  fieldManager?: string
  dryRun?: boolean
}

export type NewResource = {
  metadata: { name?: string; generateName?: string; namespace?: string } & Record<string, unknown>
} & Record<string, unknown>

export type WatchEvent<R> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: R }
  | { type: 'BOOKMARK'; resourceVersion: string }

/** Where an object of a kind lives on the server, from discovery. */
export interface ResourceLocation {
  apiVersion: string
  kind: string
  plural: string
  namespaced: boolean
}

export interface DynamicClient {
  /** The location of a kind, or undefined when the server lacks it. */
  locate(apiVersion: string, kind: string): Promise<ResourceLocation | undefined>
  find(location: ResourceLocation, name: string, namespace?: string): Promise<Resource | undefined>
  create(location: ResourceLocation, object: Resource, options?: WriteOptions): Promise<Resource>
  update(location: ResourceLocation, object: Resource, options?: WriteOptions): Promise<Resource>
  delete(location: ResourceLocation, name: string, namespace?: string): Promise<void>
}
