import { ApiError } from '../api/errors.ts'
import type { Kind, Resource, ResourceOf } from '../api/kind.ts'
import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Client } from './client.ts'
import type { Informer } from './informer.ts'
import { type Listener, ObjectCache } from './object-cache.ts'
import { isLater } from './resource-version.ts'

export interface InformerOptions {
  clock: Clock
  random: Random
  /** Watches this namespace only. */
  namespace?: string
  /** Told of each list or watch that failed, before it is tried again. */
  onError?: (error: unknown, kind: Kind) => void
}

/** Waits between two tries after a failure. */
const BACKOFF = { baseMs: 100, maxMs: 30_000 }
/** A watch that ends sooner than this counts as failed (client-go's VeryShortWatchError). */
const SHORT_WATCH_MS = 1_000
/** Lists older than what was seen are refused this often; then the server was restored and is believed. */
const STALE_LISTS = 3

/**
 * An informer by list, then watch from the list's version; the watch is resumed from the last version seen, and
 * everything is listed again when that version is too old (410). (client-go's Reflector.)
 */
export function createInformer<K extends Kind>(
  client: Client,
  kind: K,
  options: InformerOptions,
): Informer<ResourceOf<K>> {
  // The cache holds what the client returned for this kind.
  return new ListWatchInformer(client, kind, options) as unknown as Informer<ResourceOf<K>>
}

class ListWatchInformer implements Informer<Resource> {
  readonly #client: Client
  readonly #kind: Kind
  readonly #options: InformerOptions
  readonly #cache = new ObjectCache()
  readonly #stopping = new AbortController()
  readonly #filled = Promise.withResolvers<void>()
  readonly #waiters = new Set<() => void>()
  #running: Promise<void> | undefined
  #version = ''
  #synced = false
  #connected = false
  /** Nothing is under way: not started, stopped, or waiting for the clock before the next try. */
  #asleep = true
  #failures = 0
  /** 410 answers since the last event. */
  #expiries = 0
  #staleLists = 0

  constructor(client: Client, kind: Kind, options: InformerOptions) {
    this.#client = client
    this.#kind = kind
    this.#options = options
    this.#filled.promise.catch(() => {})
  }

  start(): Promise<void> {
    this.#running ??= this.#run()
    return this.#filled.promise
  }

  synced(): boolean {
    return this.#synced
  }

  get(name: string, namespace?: string): Resource | undefined {
    return this.#cache.get(name, namespace)
  }

  list(namespace?: string): Resource[] {
    return this.#cache.list(namespace)
  }

  onChange(listener: Listener): () => void {
    return this.#cache.onChange(listener)
  }

  resourceVersion(): string {
    return this.#version
  }

  async caughtUp(): Promise<void> {
    if (this.#asleep) return
    const held = this.list()
    const listed = await this.#listAll().catch(() => undefined)
    if (!listed) return
    // A deletion has no version to wait for: it is seen by an object that was held before the list and is not in it.
    const present = new Set(listed.items.map(({ metadata }) => metadata.uid))
    const gone = held.filter(({ metadata }) => !present.has(metadata.uid))
    const behind = () =>
      !this.#connected ||
      listed.items.some(({ metadata }) => isLater(metadata.resourceVersion ?? '', this.#version)) ||
      gone.some(({ metadata }) => this.get(metadata.name, metadata.namespace)?.metadata.uid === metadata.uid)
    while (!this.#asleep && behind()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiters.add(resolve)
      await promise
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error(`the informer of ${this.#kind.plural} was stopped`))
    this.#filled.reject(this.#stopping.signal.reason)
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#asleep = false
      try {
        if (this.#version === '') await this.#fill()
        await this.#follow(signal)
      } catch (error) {
        if (!signal.aborted) this.#failed(error)
      }
      this.#connected = false
      this.#wakeWaiters()
      if (this.#failures > 0 && !signal.aborted) await this.#rest(signal)
    }
    this.#asleep = true
    this.#wakeWaiters()
  }

  #failed(error: unknown): void {
    if (error instanceof ApiError && error.reason === 'Expired') {
      this.#version = ''
      // The first 410 is no fault of the server's: the list that it asks for need not wait.
      this.#failures = this.#expiries++ === 0 ? 0 : this.#failures + 1
    } else {
      this.#failures++
      this.#options.onError?.(error, this.#kind)
    }
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    this.#asleep = true
    this.#wakeWaiters()
    const { promise, resolve } = Promise.withResolvers<void>()
    // Awake in the very moment the time has come, so that who moved the clock can wait for what follows.
    const cancel = clock.after(backoffMs(this.#failures, random, BACKOFF), () => {
      this.#asleep = false
      resolve()
    })
    const abort = () => resolve()
    signal.addEventListener('abort', abort)
    await promise
    signal.removeEventListener('abort', abort)
    cancel()
  }

  /** Lists everything and makes the cache equal to it. */
  async #fill(): Promise<void> {
    const { items, resourceVersion } = await this.#listAll()
    const newest = this.#newestHeld()
    if (isLater(newest, resourceVersion) && newest !== '' && this.#staleLists++ < STALE_LISTS)
      throw new ApiError(
        'ServiceUnavailable',
        `the list of ${this.#kind.plural} is at version ${resourceVersion}, older than ${newest} seen before`,
      )
    this.#staleLists = 0
    // Before the listeners hear of it, so that they find the version that belongs to what they see.
    this.#version = resourceVersion
    this.#cache.replace(items)
    this.#synced = true
    this.#filled.resolve()
  }

  /** Watches from the version reached until the server ends the watch. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, namespace } = this.#options
    const began = clock.now()
    this.#connected = true
    this.#wakeWaiters()
    const from = { resourceVersion: this.#version, signal, ...(namespace !== undefined && { namespace }) }
    for await (const event of this.#client.watch(this.#kind, from)) {
      if (signal.aborted) return
      this.#failures = 0
      this.#expiries = 0
      const version =
        event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? '')
      if (version !== '' && isLater(version, this.#version)) this.#version = version
      if (event.type === 'DELETED') this.#cache.remove(event.object as unknown as Resource)
      else if (event.type !== 'BOOKMARK') this.#cache.put(event.object as unknown as Resource)
      this.#wakeWaiters()
    }
    this.#failures = clock.now() - began < SHORT_WATCH_MS ? this.#failures + 1 : 0
  }

  #newestHeld(): string {
    return this.list().reduce((newest, { metadata: { resourceVersion = '' } }) => {
      return newest === '' || isLater(resourceVersion, newest) ? resourceVersion : newest
    }, '')
  }

  async #listAll(): Promise<{ items: Resource[]; resourceVersion: string }> {
    const { namespace } = this.#options
    const { items, resourceVersion } = await this.#client.list(
      this.#kind,
      namespace === undefined ? {} : { namespace },
    )
    return { items: items as unknown as Resource[], resourceVersion }
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters) wake()
    this.#waiters.clear()
  }
}
