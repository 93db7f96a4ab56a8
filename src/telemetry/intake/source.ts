import type { Clock } from '../../lib/clock.ts'
import type { Signal } from '../signals/signal.ts'

/**
 * OBSERVE: where signals come from. A source is one file exporting one object, one line in `index.ts`, and passes
 * `source.contract.ts`. It normalises to signals, asks nobody for more than it can hand on, and says how far behind
 * it is and what it lost.
 */
export interface Source<Settings = unknown> {
  /** Such as `otlp` or `kubernetes-events`. */
  type: string
  summary: string
  /** @throws SourceError naming the setting that is wrong */
  open(settings: Settings, context: SourceContext): Promise<OpenSource>
}

export interface SourceContext {
  /**
   * Resolves when the batch was stored: wait for it before taking more. What it throws was not stored and is tried
   * again later by a source that asks; a source that is written to lets it pass, the sender tries again.
   * @throws StoreBehind when the store takes no more for now
   */
  emit(signals: readonly Signal[]): Promise<void>
  clock: Clock
  /** The only way to the network. */
  fetch: typeof globalThis.fetch
  /** Aborted when the source is closed. */
  signal: AbortSignal
  /** Remembers where it was, across restarts; small JSON. */
  load(): Promise<unknown>
  save(position: unknown): Promise<void>
  say(text: string): void
}

export interface OpenSource {
  status(): SourceStatus
  /** Takes no more, hands on what it has, and returns. */
  close(): Promise<void>
}

export interface SourceStatus {
  state: 'running' | 'waiting' | 'failed'
  /** Signals handed on, refused as malformed, and lost because of a limit. */
  accepted: number
  refused: number
  lost: number
  /** How old the newest signal was when it was stored, in milliseconds. */
  lagMs?: number
  /** What is wrong and what to do, when something is. */
  message?: string
}

/** An HTTP request that a source answers at a path of the intake port, such as `/v1/traces`. */
export interface IntakeRequest {
  method: string
  /** Without the query. */
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Decompressed and bounded. */
  body: Buffer
}

export interface IntakeAnswer {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** Signals of this request that were refused as malformed, and lost because of a limit; for the status. */
  refused?: number
  lost?: number
}

/** A source that is written to over HTTP instead of asking itself; served by `intake/http.ts`. */
export interface PushSource {
  type: string
  summary: string
  /** Paths it answers, such as `/v1/traces`. */
  paths: readonly string[]
  /** Whether it checks itself who sends, as with signed webhooks; then the intake's token is not asked for. */
  provesSender?(): boolean
  /**
   * Answers after the signals were stored. Bytes of strangers: what is malformed is answered with 400 and nothing of it
   * is handed on; only what `emit` throws passes, and is answered with 503 and Retry-After by the server.
   */
  take(request: IntakeRequest, emit: SourceContext['emit'], clock: Clock): Promise<IntakeAnswer>
}

/** Settings that can not be used: which, and what to do. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}

/** The store has more to write than it can hold; the sender keeps the batch and tries again. */
export class StoreBehind extends Error {
  override readonly name = 'StoreBehind'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super(`the store is behind; send the same again in ${retryAfterSeconds} s`, options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}
