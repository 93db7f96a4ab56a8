import { digestOf } from '../lib/digest.ts'
import type { Blobs } from './blobs.ts'

/** Blobs in a map, for tests. */
export function memoryBlobs(): Blobs {
  const contents = new Map<string, Uint8Array>()
  return {
    async put(content) {
      const digest = digestOf(content)
      contents.set(digest, Uint8Array.from(content))
      return digest
    },
    async get(digest) {
      const content = contents.get(digest)
      return content && Uint8Array.from(content)
    },
    async has(digest) {
      return contents.has(digest)
    },
  }
}
