import { ApiError, isAlreadyExists, isConflict } from '../../api/errors.ts'
import { Lease } from '../../api/kinds/core.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import type { Log } from './log.ts'
import { messageOf } from './sanitise.ts'

export interface LeaderOptions {
  client: Client
  clock: Clock
  random: Random
  log: Log
  /** Name and namespace of the Lease all candidates share. */
  name: string
  namespace: string
  /** Unique among the candidates, such as host name and process id. */
  identity: string
  /** Milliseconds a lease is valid without renewal; default 15 s. */
  leaseMs?: number
  /** Milliseconds after the last renewal at which the holder gives up, before others may take over; default 10 s. */
  renewMs?: number
  /** Milliseconds between two tries; default 2 s. */
  retryMs?: number
}

/** One candidate's part in an election of one leader by a Lease. */
export interface Leader extends AsyncDisposable {
  /** Resolves when this candidate leads; rejects with the signal's reason when aborted before. */
  acquire(signal?: AbortSignal): Promise<void>
  /** Throws when this candidate does not lead (any more); to be called before each write. */
  fence(): void
  /** Resolves when a lease that was held is lost. */
  lost: Promise<void>
  /** Gives the lease back, so that another candidate need not wait for its end. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Leader election by a coordination.k8s.io Lease, changed by compare-and-set only.
 *
 * A candidate never compares its clock with another's: a lease counts as abandoned when its record has not changed for
 * `leaseMs` of the candidate's own time. The holder stops writing `renewMs` after it *began* its last successful
 * renewal, which is earlier than anyone else may take over; so two leaders can't write at the same time as long as
 * clocks run at about the same speed. (client-go's tools/leaderelection.)
 */
export function createLeader(options: LeaderOptions): Leader {
  return new LeaseCandidate(options)
}

class LeaseCandidate implements Leader {
  readonly #options: Required<LeaderOptions>
  readonly #lost = Promise.withResolvers<void>()
  readonly #stopping = new AbortController()
  /** The record as last seen, and when it was first seen like that. */
  #seen: { version: string; at: number } | undefined
  /** When the last renewal that succeeded was begun. */
  #heldSince = Number.NEGATIVE_INFINITY
  #leads = false
  #renewing: Promise<void> | undefined

  constructor(options: LeaderOptions) {
    this.#options = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000, ...options }
    if (this.#options.renewMs >= this.#options.leaseMs)
      throw new RangeError('a holder must give its lease up (renewMs) before others may take it (leaseMs)')
  }

  get lost(): Promise<void> {
    return this.#lost.promise
  }

  async acquire(signal?: AbortSignal): Promise<void> {
    const stop = signal ? AbortSignal.any([signal, this.#stopping.signal]) : this.#stopping.signal
    while (!(await this.#try())) await this.#pause(stop)
    this.#leads = true
    this.#options.log('info', 'this process leads', {
      lease: this.#options.name,
      identity: this.#options.identity,
    })
    this.#renewing = this.#renew()
  }

  fence(): void {
    const { clock, renewMs, name } = this.#options
    if (!this.#leads || clock.now() - this.#heldSince >= renewMs)
      throw new ApiError('ServiceUnavailable', `the lease ${name} is not held, so nothing may be written`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('the candidate was withdrawn'))
    await this.#renewing
    if (!this.#leads) return
    this.#leads = false
    const { client, name, namespace, log } = this.#options
    try {
      const lease = await client.find(Lease, name, namespace)
      if (lease?.spec?.holderIdentity !== this.#options.identity) return
      lease.spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 }
      await client.update(Lease, lease)
    } catch (error) {
      // It ends by itself after leaseMs.
      log('warn', 'the lease could not be given back', { lease: name, error: messageOf(error) })
    }
  }

  async #renew(): Promise<void> {
    const { clock, renewMs, log, name } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#pause(signal).catch(() => {})
      if (signal.aborted) return
      const renewed = await this.#try()
      if (renewed || clock.now() - this.#heldSince < renewMs) continue
      this.#leads = false
      log('error', 'the lease was lost', { lease: name, identity: this.#options.identity })
      this.#lost.resolve()
      return
    }
  }

  /** One try to take or renew the lease; true when it is held afterwards. */
  async #try(): Promise<boolean> {
    const { clock, log, name } = this.#options
    const began = clock.now()
    try {
      if (!(await this.#write(began))) return false
      this.#heldSince = began
      return true
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error))
        log('warn', 'the lease could not be renewed', { lease: name, error: messageOf(error) })
      return false
    }
  }

  async #write(now: number): Promise<boolean> {
    const { client, name, namespace, identity, leaseMs } = this.#options
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      renewTime: microTime(now),
    }
    const lease = await client.find(Lease, name, namespace)
    if (!lease) {
      const first = { ...spec, acquireTime: spec.renewTime, leaseTransitions: 0 }
      await client.create(Lease, { metadata: { name, namespace }, spec: first })
      return true
    }
    const { holderIdentity = '', acquireTime, leaseTransitions = 0 } = lease.spec ?? {}
    const own = holderIdentity === identity
    if (!own && holderIdentity !== '' && !this.#abandoned(lease.metadata.resourceVersion ?? '', now)) {
      // Another one holds it: a lease that was held is lost now, not when its time is over.
      this.#heldSince = Number.NEGATIVE_INFINITY
      return false
    }
    const taken = own
      ? { ...spec, acquireTime, leaseTransitions }
      : { ...spec, acquireTime: spec.renewTime, leaseTransitions: leaseTransitions + 1 }
    lease.spec = { ...lease.spec, ...taken }
    await client.update(Lease, lease)
    return true
  }

  #abandoned(version: string, now: number): boolean {
    if (this.#seen?.version !== version) this.#seen = { version, at: now }
    return now - this.#seen.at >= this.#options.leaseMs
  }

  #pause(signal: AbortSignal): Promise<void> {
    const { clock, random, retryMs } = this.#options
    return clock.sleep(retryMs * (1 + 0.2 * random()), signal)
  }
}

/** RFC 3339 with six digits of a second: the one form that Kubernetes reads as MicroTime. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace(/Z$/, '000Z')
