import { ApiError } from '../api/errors.ts'
import { apiVersionOf, type Kind, type Resource } from '../api/kind.ts'
import type { ApiRequest, Transport } from './transport.ts'

type Stored = Resource & { metadata: { resourceVersion: string } }
interface LogEntry {
  version: number
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  resource: string
  object: Stored
}
interface Target {
  kind: Kind
  resource: string
  namespace: string
  name: string | undefined
  subresource: string | undefined
  query: URLSearchParams
}

/**
 * A small API server in memory for tests of clients and of the controller runtime: one version counter, optimistic
 * locking, status subresource, generation, finalizers, watches with resume and 410. No admission, no selectors, no
 * paging, no garbage collection: tests that need those use the real server. `writes` counts what changed something.
 */
export class FakeApi implements Transport {
  writes = 0
  readonly #kinds: readonly Kind[]
  readonly #objects = new Map<string, Stored>()
  readonly #log: LogEntry[] = []
  readonly #watchers = new Set<() => void>()
  #version = 1
  #floor = 0

  constructor(kinds: readonly Kind[]) {
    this.#kinds = kinds
  }

  /** Forgets history: watches from any version before now answer 410. */
  compact(): void {
    this.#floor = this.#version
    this.#log.length = 0
  }

  async request({ method, path, body }: ApiRequest): Promise<unknown> {
    const discovered = method === 'GET' ? this.#discover(path) : undefined
    if (discovered) return discovered
    const target = this.#target(path)
    const { name } = target
    if (name === undefined)
      return structuredClone(method === 'POST' ? this.#create(target, body) : this.#list(target))
    const old = this.#objects.get(keyOf(target, name))
    if (!old) throw new ApiError('NotFound', `${target.resource} "${name}" not found`)
    if (method === 'GET') return structuredClone(old)
    if (method === 'DELETE') return structuredClone(this.#delete(target, old, body))
    const next = structuredClone(method === 'PATCH' ? mergePatch(old, body) : body) as Resource
    return structuredClone(this.#update(target, old, next))
  }

  async *stream({ path, signal }: ApiRequest): AsyncGenerator<unknown> {
    const { resource, namespace, query } = this.#target(path)
    let seen = Number(query.get('resourceVersion'))
    for (;;) {
      if (signal?.aborted) return
      if (seen < this.#floor) {
        const status = new ApiError(
          'Expired',
          `too old resource version: ${seen} (${this.#floor})`,
        ).toStatus()
        yield { type: 'ERROR', object: status }
        return
      }
      const entry = this.#log.find(
        ({ version, resource: other, object }) =>
          version > seen && other === resource && (!namespace || object.metadata.namespace === namespace),
      )
      if (entry) {
        seen = entry.version
        yield structuredClone({ type: entry.type, object: entry.object })
      } else {
        await this.#nextWrite(signal)
      }
    }
  }

  #nextWrite(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#watchers.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#watchers.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #target(path: string): Target {
    const url = new URL(path, 'http://api')
    const [root, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent)
    const apiVersion = rest.splice(0, root === 'api' ? 1 : 2).join('/')
    const namespace = rest[0] === 'namespaces' && rest.length > 2 ? (rest.splice(0, 2)[1] ?? '') : ''
    const [plural, name, subresource] = rest
    const kind = this.#kinds.find(other => apiVersionOf(other) === apiVersion && other.plural === plural)
    if (!kind) throw new ApiError('NotFound', 'the server could not find the requested resource')
    const resource = `${apiVersion}/${plural}`
    return { kind, resource, namespace, name, subresource, query: url.searchParams }
  }

  #discover(path: string): unknown {
    const versions = [...new Set(this.#kinds.map(apiVersionOf))]
    if (path === '/api') return { versions: versions.filter(version => !version.includes('/')) }
    if (path === '/apis')
      return {
        groups: versions
          .filter(version => version.includes('/'))
          .map(groupVersion => ({ versions: [{ groupVersion }] })),
      }
    const version = versions.find(each => path === (each.includes('/') ? `/apis/${each}` : `/api/${each}`))
    if (version === undefined) return undefined
    return {
      resources: this.#kinds
        .filter(kind => apiVersionOf(kind) === version)
        .map(({ plural, kind, scope }) => ({ name: plural, kind, namespaced: scope === 'Namespaced' })),
    }
  }

  #list({ resource, namespace }: Target): unknown {
    const items = [...this.#objects]
      .filter(([key]) => key.startsWith(namespace ? `${resource}|${namespace}|` : `${resource}|`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
    return { metadata: { resourceVersion: String(this.#version) }, items }
  }

  #create(target: Target, body: unknown): Stored {
    const { metadata, ...content } = structuredClone(body) as Resource
    const name = metadata.name ?? `${metadata.generateName ?? ''}${this.#version + 1}`
    if (this.#objects.has(keyOf(target, name)))
      throw new ApiError('AlreadyExists', `${target.resource} "${name}" already exists`)
    if (target.kind.status) delete content.status
    const uid = `uid-${this.#version + 1}`
    const stamped = { ...metadata, name, uid, generation: 1 }
    return this.#commit('ADDED', target, { ...content, metadata: stamped } as Resource)
  }

  #update(target: Target, old: Stored, next: Resource): Stored {
    const { resourceVersion, uid, generation = 1, deletionTimestamp } = old.metadata
    const expected = next.metadata.resourceVersion
    if (expected !== undefined && expected !== resourceVersion)
      throw new ApiError('Conflict', `${target.resource} "${old.metadata.name}" has been modified`)
    const onlyStatus = target.subresource === 'status'
    const content = onlyStatus
      ? { ...old, status: next.status }
      : { ...next, ...(target.kind.status && { status: old.status }) }
    const metadata = { ...(onlyStatus ? old.metadata : next.metadata), resourceVersion, generation }
    if (uid !== undefined) metadata.uid = uid
    if (deletionTimestamp !== undefined) metadata.deletionTimestamp = deletionTimestamp
    const changed = withoutUndefined({ ...content, metadata } as Stored)
    if (JSON.stringify(sorted(changed)) === JSON.stringify(sorted(old))) return old
    if (JSON.stringify(sorted(changed.spec)) !== JSON.stringify(sorted(old.spec)))
      changed.metadata.generation = generation + 1
    const gone = deletionTimestamp !== undefined && (changed.metadata.finalizers ?? []).length === 0
    return this.#commit(gone ? 'DELETED' : 'MODIFIED', target, changed)
  }

  #delete(target: Target, old: Stored, body: unknown): Stored {
    const { preconditions } = (body ?? {}) as { preconditions?: { uid?: string; resourceVersion?: string } }
    const { uid, resourceVersion } = { ...old.metadata, ...preconditions }
    if (uid !== old.metadata.uid || resourceVersion !== old.metadata.resourceVersion)
      throw new ApiError('Conflict', `${target.resource} "${old.metadata.name}" is not the one to be deleted`)
    if ((old.metadata.finalizers ?? []).length === 0) return this.#commit('DELETED', target, old)
    if (old.metadata.deletionTimestamp !== undefined) return old
    const metadata = {
      ...old.metadata,
      deletionTimestamp: '2026-01-01T00:00:00Z',
      generation: (old.metadata.generation ?? 1) + 1,
    }
    return this.#commit('MODIFIED', target, { ...old, metadata })
  }

  #commit(type: LogEntry['type'], target: Target, object: Resource): Stored {
    const version = ++this.#version
    const metadata = { ...object.metadata, resourceVersion: String(version) }
    const stored = structuredClone({ ...object, metadata })
    const key = keyOf({ ...target, namespace: object.metadata.namespace ?? '' }, object.metadata.name)
    if (type === 'DELETED') this.#objects.delete(key)
    else this.#objects.set(key, stored)
    this.#log.push({ version, type, resource: target.resource, object: stored })
    this.writes++
    for (const wake of [...this.#watchers]) wake()
    return stored
  }
}

const keyOf = ({ resource, namespace }: Target, name: string): string => `${resource}|${namespace}|${name}`

const withoutUndefined = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** The value with object keys in order, so that equal content has equal JSON. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  )
}

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch
  const result: Record<string, unknown> =
    target !== null && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  return result
}
