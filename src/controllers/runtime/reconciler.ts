import type { Kind, Resource, ResourceOf } from '../../api/kind.ts'
import type { Client } from '../../client/client.ts'
import type { Informer } from '../../client/informer.ts'
import type { Clock } from '../../lib/clock.ts'

/**
 * RECONCILE: one reconciler brings one kind's status (and what it owns) in line with its spec.
 *
 * `reconcile` is level-triggered: it is called with the object as it is now, after any change of it or of what it
 * watches, any number of times, in any order, possibly twice, possibly after events were missed. It must lead to the
 * same end state each time, and a second call without change must write nothing. One call per object at a time.
 *
 * Outcomes: return `done` or `requeueIn(ms)`; throw `Waiting` (not yet, try again then), `Stalled` (a person must
 * act; not retried until something changes); anything else is retried with back-off. The runtime turns the outcome
 * into conditions Ready / Reconciling / Stalled and one status write: mutate `object.status` freely, it is written
 * once at the end and only when it differs. Every call has a deadline; pass `context.signal` on.
 *
 * An object is not given to `reconcile` before the cache shows everything that the last call for it wrote through
 * `context.client`. A status written by `done` wakes the object once more; one written by `requeueIn`, Waiting, Stalled
 * or an error does not, since those say themselves when to come back. Cached objects are frozen; the draft is not.
 * (controller-runtime's Reconciler, Flux's steps and summarise.)
 */
export interface Reconciler<K extends Kind = Kind> {
  /** Also the field manager and the event source, such as `model`. */
  name: string
  kind: K
  /** Other kinds whose changes wake objects of `kind`. */
  watches?: readonly Watch[]
  /** Set on objects before the first reconcile, removed after `finalize` succeeded. */
  finalizer?: string
  /** Milliseconds one call may take; default 30 s. */
  timeoutMs?: number
  /** Objects reconciled at once; default 1. */
  concurrency?: number
  /**
   * False when Ready and observedGeneration are not to be written, for kinds without conditions. Of several
   * reconcilers of one kind, one writes its status; the others set this and write other kinds only.
   */
  conditions?: boolean
  reconcile(object: Draft<ResourceOf<K>>, context: Context): Promise<Outcome>
  /** Clean up outside the API before the object goes away. */
  finalize?(object: ResourceOf<K>, context: Context): Promise<void>
}

/** The object with a status that is there to be written to. */
export type Draft<R> = R & { status: NonNullable<R extends { status?: infer S } ? S : never> }

export interface Watch {
  kind: Kind
  /** Names of the objects to wake when `changed` was created, changed or deleted. */
  wakes(changed: Resource, cache: Cache): { name: string; namespace?: string | undefined }[]
}

/** Local reads; every kind that a reconciler of the process uses or watches is in it. */
export interface Cache {
  informer<K extends Kind>(kind: K): Pick<Informer<ResourceOf<K>>, 'get' | 'list'>
}

export interface Context extends Cache {
  client: Client
  clock: Clock
  signal: AbortSignal
  /** Records a Kubernetes Event on the object, deduplicated. */
  event(type: 'Normal' | 'Warning', reason: string, message: string): void
  /** Wakes this object again when the promise-less work it started in the background has ended. */
  wake(): void
}

export type Outcome = { requeueMs?: number; ready?: ReadyCondition }

/** Ready of a finished reconcile; without it Ready is True with reason Reconciled. */
export interface ReadyCondition {
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
}

export const done: Outcome = {}
export const ready = (reason: string, message: string): Outcome => ({
  ready: { status: 'True', reason, message },
})
export const requeueIn = (ms: number, outcome: Outcome = done): Outcome => ({ ...outcome, requeueMs: ms })

/** Not yet: something else has to happen first. Retried after `retryMs`, and when anything watched changes. */
export class Waiting extends Error {
  override readonly name = 'Waiting'
  readonly reason: string
  readonly retryMs: number
  constructor(reason: string, message: string, retryMs = 10_000) {
    super(message)
    this.reason = reason
    this.retryMs = retryMs
  }
}

/** A person must act; retried only when the object or something watched changes. */
export class Stalled extends Error {
  override readonly name = 'Stalled'
  readonly reason: string
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
