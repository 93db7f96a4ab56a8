import { hash } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { canonicalJson } from '../lib/digest.ts'
import type { AnswerContent, Frame } from './canonical/answer.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import type { AccessKeySnapshot, CacheSettings, RouteSnapshot } from './snapshot.ts'

/** An answer that was given to an equal request. */
export interface CachedAnswer {
  frame: Frame
  content: AnswerContent
  /** What it cost then; absent when unknown. */
  costUsd?: number
}

/** Exact answers, per route and tenant: the same request to the same release. */
export interface AnswerCache {
  get(key: string): CachedAnswer | undefined
  put(key: string, route: RouteSnapshot, answer: CachedAnswer): void
  /** Bytes kept now, of all routes. */
  readonly bytes: number
}

interface Entry {
  answer: CachedAnswer
  route: string
  until: number
  bytes: number
}

/** Largest part of a route's cache that one answer may take. */
const largestShare = 0.25

export function createAnswerCache(clock: Clock): AnswerCache {
  const entries = new Map<string, Entry>()
  const sizes = new Map<string, number>()
  const remove = (key: string, { route, bytes }: Entry): void => {
    entries.delete(key)
    sizes.set(route, (sizes.get(route) ?? 0) - bytes)
  }
  return {
    get: key => {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.until <= clock.now()) {
        remove(key, entry)
        return undefined
      }
      // Last used comes last, so that the first of a route is the one to go.
      entries.delete(key)
      entries.set(key, entry)
      return entry.answer
    },
    put: (key, { namespace, name, cache }, answer) => {
      if (!cache) return
      const bytes = sizeOf(answer)
      if (bytes > cache.maxBytes * largestShare) return
      const route = `${namespace}/${name}`
      const old = entries.get(key)
      if (old) remove(key, old)
      for (const [other, entry] of entries) {
        if ((sizes.get(route) ?? 0) + bytes <= cache.maxBytes) break
        if (entry.route === route) remove(other, entry)
      }
      entries.set(key, { answer, route, until: clock.now() + cache.ttlMs, bytes })
      sizes.set(route, (sizes.get(route) ?? 0) + bytes)
    },
    get bytes() {
      return [...sizes.values()].reduce((sum, size) => sum + size, 0)
    },
  }
}

/** Fields that change nothing in the answer, only in how it is handed over. */
const handedOver = new Set(['stream', 'stream_options', 'user', 'metadata', 'keelway', 'safety_identifier'])

/**
 * What makes two requests the same: everything the provider would get, the release, the tenant and, unless the route
 * shares its cache, the access key. Two keys never meet by a common answer that the route did not allow.
 */
export function cacheKey(
  { cache, namespace, name }: RouteSnapshot & { cache: CacheSettings },
  release: string,
  key: AccessKeySnapshot,
  { origin, messages, stream: _, usageInStream: __, user: ___, ...request }: CanonicalRequest,
): string {
  const fields = Object.fromEntries(
    Object.entries(origin.value).filter(([field]) => field !== 'messages' && !handedOver.has(field)),
  )
  const tenant = cache.scope === 'key' ? [namespace, key.namespace, key.name] : [namespace]
  return hash('sha256', canonicalJson([tenant, name, release, origin.protocol, fields, request, messages]))
}

/** Two bytes a character of the wire or of what its events say, and some for the objects. */
const sizeOf = ({ frame, content }: CachedAnswer): number =>
  1024 +
  2 * (frame.wire?.data.length ?? 0) +
  4 * content.choices.reduce((sum, { text, reasoning }) => sum + text.length + reasoning.length, 0) +
  8 * content.embeddings.reduce((sum, vector) => sum + vector.length, 0)
