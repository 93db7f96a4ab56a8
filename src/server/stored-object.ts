import type { Resource } from '../api/kind.ts'
import type { Entry, Key } from '../store/store.ts'
import type { Codec } from './codec.ts'
import type { ServedKind } from './served-kind.ts'

/**
 * Objects as the store holds them: JSON text that begins with apiVersion, kind and metadata and lacks only the
 * resourceVersion. It is spliced into the text, so that lists and watches never parse what they pass on.
 */
export interface StoredObjects {
  keyOf(served: ServedKind, object: Resource): Key
  value(served: ServedKind, key: Key, object: Resource): string
  /** The object's JSON with its resourceVersion. */
  text(served: ServedKind, entry: Entry): string
  parse(served: ServedKind, entry: Entry): Resource
}

const anchor = '"metadata":{'

export const storedObjects = (codec: Codec): StoredObjects => ({
  keyOf: ({ resource, namespaced }, { metadata }) => ({
    resource,
    namespace: namespaced ? (metadata.namespace ?? '') : '',
    name: metadata.name,
  }),
  value(served, key, object) {
    const text = JSON.stringify(inOrder(object))
    return served.encrypted ? codec.encode(key, text) : text
  },
  text(served, entry) {
    const text = served.encrypted ? codec.decode(entry, entry.value) : entry.value
    const at = text.indexOf(anchor) + anchor.length
    return `${text.slice(0, at)}"resourceVersion":"${entry.revision}",${text.slice(at)}`
  },
  parse(served, entry) {
    const text = served.encrypted ? codec.decode(entry, entry.value) : entry.value
    const object = JSON.parse(text) as Resource
    object.metadata.resourceVersion = String(entry.revision)
    return object
  },
})

function inOrder({ apiVersion, kind, metadata, ...rest }: Resource): Resource {
  const { name, namespace, resourceVersion: _, ...others } = metadata
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), ...others },
    ...rest,
  }
}
