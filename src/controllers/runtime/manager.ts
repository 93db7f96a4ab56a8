import type { Kind, Resource, ResourceOf } from '../../api/kind.ts'
import type { Client } from '../../client/client.ts'
import type { Informer } from '../../client/informer.ts'
import { createInformer } from '../../client/list-watch-informer.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import { callReconciler } from './call.ts'
import { Controller } from './controller.ts'
import { EventRecorder } from './event-recorder.ts'
import { Expectations } from './expectations.ts'
import { keyOf } from './key.ts'
import type { Log } from './log.ts'
import type { ControllerMetrics } from './metrics.ts'
import { OwnWrites } from './own-writes.ts'
import type { Cache, Reconciler, Watch } from './reconciler.ts'
import { idOf, statusOwners } from './registration.ts'
import { messageOf } from './sanitise.ts'

export interface ManagerOptions {
  client: Client
  reconcilers: readonly Reconciler[]
  /** Kinds to cache beside those that reconcilers are for or watch. */
  kinds: readonly Kind[]
  clock: Clock
  random: Random
  log: Log
  /** Milliseconds after which every object is looked at again, in case something outside the API changed. */
  resyncMs?: number
  /** Throws when this process may not write, since another one leads; called before each write. */
  fence?: () => void
}

/** Runs reconcilers over one set of shared informers. */
export interface Manager extends Cache, AsyncDisposable {
  informer<K extends Kind>(kind: K): Informer<ResourceOf<K>>
  /** Fills the caches, then starts the reconcilers; resolves when they run. Waits as long as the server is away. */
  start(): Promise<void>
  /** Stops taking work, aborts running calls and ends the watches. */
  stop(): Promise<void>
  /**
   * Resolves when the caches have caught up with the server, no call runs, no work is due and events are written.
   * Work that waits for the clock is left waiting.
   */
  settle(): Promise<void>
  metrics(): ControllerMetrics[]
}

const RESYNC_MS = 600_000

/** @throws Error when two reconcilers would write the status of one kind. */
export function createManager(options: ManagerOptions): Manager {
  return new SharedManager(options)
}

class SharedManager implements Manager {
  readonly #options: ManagerOptions
  readonly #stopping = new AbortController()
  readonly #informers = new Map<string, Informer>()
  readonly #controllers: Controller[]
  readonly #recorder: EventRecorder
  readonly #resting = new Set<() => void>()
  /** Grows with each change of a cache and each end of a call. */
  #activity = 0
  #cancelResync = () => {}

  constructor(options: ManagerOptions) {
    this.#options = options
    const { client, clock, reconcilers, kinds } = options
    this.#recorder = new EventRecorder(client, clock, error =>
      options.log('warn', 'an event could not be written', { error: messageOf(error) }),
    )
    const owners = statusOwners(reconcilers)
    const used = reconcilers.flatMap(({ kind, watches = [] }) => [kind, ...watches.map(watch => watch.kind)])
    for (const kind of [...kinds, ...used]) this.#share(kind)
    this.#controllers = reconcilers.map(reconciler =>
      this.#control(reconciler, owners.get(idOf(reconciler.kind)) === reconciler),
    )
  }

  // An arrow, so that it may be taken out of the cache that it is handed out in.
  informer = <K extends Kind>(kind: K): Informer<ResourceOf<K>> => {
    const informer = this.#informers.get(idOf(kind))
    if (!informer)
      throw new Error(
        `${kind.kind} is not cached: name it among the reconciler's watches or the manager's kinds`,
      )
    // The informer was made for this very kind.
    return informer as unknown as Informer<ResourceOf<K>>
  }

  async start(): Promise<void> {
    await Promise.all([...this.#informers.values()].map(informer => informer.start()))
    if (this.#stopping.signal.aborted) return
    for (const controller of this.#controllers) controller.start()
    this.#scheduleResync()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the controllers are stopping'))
    this.#cancelResync()
    for (const controller of this.#controllers) controller.stop()
    await Promise.all([...this.#informers.values()].map(informer => informer[Symbol.asyncDispose]()))
    await this.#atRest()
    await this.#recorder.idle()
  }

  async settle(): Promise<void> {
    for (;;) {
      await this.#atRest()
      const before = this.#activity
      await this.#recorder.idle()
      await Promise.all([...this.#informers.values()].map(informer => informer.caughtUp()))
      // A change that arrived just now wakes its objects before this looks again.
      await null
      if (this.#activity === before && this.#controllers.every(controller => controller.atRest())) return
    }
  }

  metrics(): ControllerMetrics[] {
    return this.#controllers.map(controller => controller.metrics())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #share(kind: Kind): void {
    if (this.#informers.has(idOf(kind))) return
    const { client, clock, random, log } = this.#options
    const informer = createInformer(client, kind, {
      clock,
      random,
      onError: error =>
        log('warn', 'a list or watch failed and is tried again', {
          kind: kind.kind,
          error: messageOf(error),
        }),
    })
    // Every kind's object is a Resource; the cache hands out the kind's type again.
    this.#informers.set(idOf(kind), informer as unknown as Informer)
  }

  #control(reconciler: Reconciler, ownsStatus: boolean): Controller {
    const { client, clock, random, log, fence = () => {} } = this.#options
    const objects = this.#informers.get(idOf(reconciler.kind)) as Informer
    const expectations = new Expectations()
    const ownWrites = new OwnWrites()
    const shared = { reconciler, expectations, ownWrites, clock }
    const call = {
      ...shared,
      client,
      cache: this,
      informerOf: (apiVersion: string, kind: string) => this.#informers.get(`${apiVersion}/${kind}`),
      recorder: this.#recorder,
      stopping: this.#stopping.signal,
      fence,
      ownsStatus,
      wake: (key: string) => controller.wake(key),
    }
    const controller = new Controller({
      ...shared,
      objects,
      random,
      log,
      call: (object, key) => callReconciler(call, object, key),
      onRest: () => this.#moved(),
    })
    objects.onChange((now, before) => controller.changed(now, before))
    for (const watch of reconciler.watches ?? [])
      this.#informers.get(idOf(watch.kind))?.onChange((now, before) => {
        for (const changed of [before, now]) if (changed) this.#wake(controller, watch, changed)
      })
    for (const informer of this.#informers.values())
      informer.onChange(() => {
        controller.cacheMoved()
        this.#activity++
      })
    return controller
  }

  #wake(controller: Controller, watch: Watch, changed: Resource): void {
    try {
      for (const object of watch.wakes(changed, this)) controller.wake(keyOf(object))
    } catch (error) {
      const { name } = controller.reconciler
      const fields = { reconciler: name, kind: changed.kind, error: messageOf(error) }
      this.#options.log('error', 'a watch could not say what to wake', fields)
    }
  }

  #scheduleResync(): void {
    const { clock, random, resyncMs = RESYNC_MS } = this.#options
    this.#cancelResync = clock.after(resyncMs * (0.9 + 0.2 * random()), () => {
      for (const controller of this.#controllers)
        for (const { metadata } of this.informer(controller.reconciler.kind).list())
          controller.wake(keyOf(metadata), 'resync')
      this.#scheduleResync()
    })
  }

  #moved(): void {
    this.#activity++
    for (const resolve of this.#resting) resolve()
    this.#resting.clear()
  }

  async #atRest(): Promise<void> {
    while (!this.#controllers.every(controller => controller.atRest())) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#resting.add(resolve)
      await promise
    }
  }
}
