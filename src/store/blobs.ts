/**
 * Content-addressed bytes: model artefacts, dataset contents, evaluation items.
 * A blob exists whole under its digest or not at all, so nothing half-written can ever be read.
 */
export interface Blobs {
  /** Stores bytes durably and returns their `sha256:…` digest; storing equal bytes again is a no-op. */
  put(content: Uint8Array): Promise<string>
  /** The bytes of a digest, verified on read; undefined when absent. Throws when the bytes do not match. */
  get(digest: string): Promise<Uint8Array | undefined>
  has(digest: string): Promise<boolean>
}
