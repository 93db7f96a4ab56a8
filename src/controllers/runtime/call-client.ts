import { apiVersionOf, type Kind, type Resource, type ResourceOf } from '../../api/kind.ts'
import type { Client, NewResource, ResourceLocation, WriteOptions } from '../../client/client.ts'

export interface Call {
  /** The reconciler's name, written as field manager. */
  fieldManager: string
  /** Throws when this call may not write any more: timed out, stopped, or the lease was lost. */
  guard(): void
  /** Told of each object written, at its new version. */
  written(object: Resource): void
  deleted(apiVersion: string, kind: string, name: string, namespace: string | undefined): void
}

/**
 * The client of one reconcile call: every write is guarded before it is sent and reported after it was done, so that a
 * call that outlived its deadline or its lease can't write, and the next one sees what this one wrote.
 */
export function clientOfCall(client: Client, call: Call): Client {
  const write = async <T>(send: () => Promise<T>, options?: WriteOptions): Promise<T> => {
    call.guard()
    const object = await send()
    // Every object is a Resource; its kind's type is not needed to see where it is.
    if (!options?.dryRun) call.written(object as unknown as Resource)
    return object
  }
  const by = (options: WriteOptions | undefined): WriteOptions => ({
    fieldManager: call.fieldManager,
    ...options,
  })
  const { dynamic } = client
  return {
    ...client,
    create: <K extends Kind>(kind: K, object: NewResource, options?: WriteOptions) =>
      write(() => client.create(kind, object, by(options)), options),
    update: <K extends Kind>(kind: K, object: ResourceOf<K>, options?: WriteOptions) =>
      write(() => client.update(kind, object, by(options)), options),
    updateStatus: <K extends Kind>(kind: K, object: ResourceOf<K>, options?: WriteOptions) =>
      write(() => client.updateStatus(kind, object, by(options)), options),
    patch: <K extends Kind>(
      kind: K,
      name: string,
      namespace: string | undefined,
      patch: object,
      options?: WriteOptions,
    ) => write(() => client.patch(kind, name, namespace, patch, by(options)), options),
    delete: async (kind, name, namespace, options) => {
      call.guard()
      await client.delete(kind, name, namespace, options)
      call.deleted(apiVersionOf(kind), kind.kind, name, namespace)
    },
    dynamic: {
      ...dynamic,
      create: (location: ResourceLocation, object: Resource, options?: WriteOptions) =>
        write(() => dynamic.create(location, object, by(options)), options),
      update: (location: ResourceLocation, object: Resource, options?: WriteOptions) =>
        write(() => dynamic.update(location, object, by(options)), options),
      delete: async (location, name, namespace) => {
        call.guard()
        await dynamic.delete(location, name, namespace)
        call.deleted(location.apiVersion, location.kind, name, namespace)
      },
    },
  }
}
