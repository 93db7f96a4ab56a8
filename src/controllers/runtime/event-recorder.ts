import { createHash } from 'node:crypto'
import { ApiError, isAlreadyExists, isNotFound } from '../../api/errors.ts'
import type { Resource } from '../../api/kind.ts'
import { Event } from '../../api/kinds/core.ts'
import type { Client } from '../../client/client.ts'
import { type Clock, timestamp } from '../../lib/clock.ts'
import { sanitise } from './sanitise.ts'

/** A repeated event is written again after this long, with its count; until then it is only counted. */
const REPEAT_MS = 60_000
const MAX_REMEMBERED = 4_096
const MAX_PENDING = 1_000

interface Series {
  name: string
  count: number
  first: string
  writtenAt: number
}

export interface NewEvent {
  object: Resource
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** The reconciler that reports it. */
  component: string
}

/**
 * Writes core/v1 Events. Equal events of one object are one Event whose count grows (client-go's EventCorrelator), so
 * a reconciler may report the same fact on each call. Events are advice: one that can't be written is dropped.
 */
export class EventRecorder {
  readonly #client: Client
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #series = new Map<string, Series>()
  #pending = 0
  #dropped = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(client: Client, clock: Clock, onError: (error: unknown) => void) {
    this.#client = client
    this.#clock = clock
    this.#onError = onError
  }

  get dropped(): number {
    return this.#dropped
  }

  record(event: NewEvent): void {
    const { metadata } = event.object
    const message = sanitise(event.message)
    const key = createHash('sha256')
      .update(JSON.stringify([metadata.uid, event.type, event.reason, message, event.component]))
      .digest('hex')
    const series = this.#series.get(key) ?? {
      name: `${metadata.name.slice(0, 200)}.${key.slice(0, 16)}`,
      count: 0,
      first: timestamp(this.#clock),
      writtenAt: Number.NEGATIVE_INFINITY,
    }
    series.count++
    // Moved to the end, so that the least recently seen is forgotten first.
    this.#series.delete(key)
    this.#series.set(key, series)
    const [oldest] = this.#series.keys()
    if (this.#series.size > MAX_REMEMBERED && oldest !== undefined) this.#series.delete(oldest)
    if (this.#clock.now() - series.writtenAt < REPEAT_MS) return
    if (this.#pending >= MAX_PENDING) {
      this.#dropped++
      return
    }
    series.writtenAt = this.#clock.now()
    this.#pending++
    this.#writing = this.#writing.then(() => this.#write({ ...event, message }, series))
  }

  /** Resolves when all that was recorded is written or dropped. */
  async idle(): Promise<void> {
    while (this.#pending > 0) await this.#writing
  }

  async #write(event: NewEvent, series: Series): Promise<void> {
    try {
      await this.#send(event, series)
    } catch (error) {
      this.#dropped++
      // A namespace that goes away takes its events with it.
      if (!isNotFound(error) && !(error instanceof ApiError && error.reason === 'Forbidden'))
        this.#onError(error)
    } finally {
      this.#pending--
    }
  }

  async #send({ object, type, reason, message, component }: NewEvent, series: Series): Promise<void> {
    const { apiVersion, kind, metadata } = object
    const namespace = metadata.namespace ?? 'default'
    const seen = { count: series.count, lastTimestamp: timestamp(this.#clock) }
    const involvedObject = {
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      ...(metadata.uid && { uid: metadata.uid }),
      ...(metadata.resourceVersion && { resourceVersion: metadata.resourceVersion }),
    }
    const repeat = () => this.#client.patch(Event, series.name, namespace, seen)
    if (series.count > 1) {
      try {
        return void (await repeat())
      } catch (error) {
        // Events live for an hour; one that is gone is written anew.
        if (!isNotFound(error)) throw error
      }
    }
    try {
      await this.#client.create(Event, {
        metadata: { name: series.name, namespace },
        involvedObject,
        type,
        reason,
        message,
        source: { component },
        reportingComponent: component,
        reportingInstance: component,
        action: reason,
        firstTimestamp: series.first,
        ...seen,
      })
    } catch (error) {
      // Written by an earlier life of this process.
      if (!isAlreadyExists(error)) throw error
      await repeat()
    }
  }
}
