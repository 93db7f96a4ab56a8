import type { Dispatcher } from 'undici'
import type { Clock } from '../../lib/clock.ts'
import type { Runtime } from '../../models/model.ts'
import type { ChatRequest } from '../protocols/openai/request.ts'
import type { ReleaseSnapshot } from '../snapshot.ts'

/**
 * SERVE: what answers a chat completion. A provider is one folder exporting one object, one line in `index.ts`, and
 * passes `provider.contract.ts`. It is opened once per release before a snapshot is applied, then answers many
 * requests at once. It never retries and never changes what the client is told: the gateway does both.
 */
export interface Provider {
  /** `model` for artefacts made here, else the protocol of a ModelProvider. */
  protocol: string
  /**
   * Loads what answering needs. Throws BlobMissing when content cannot be had now (the snapshot waits), any other
   * error when this release can never answer (its calls fail, the snapshot is applied).
   */
  open(release: ReleaseSnapshot, context: ProviderContext): Promise<Backend>
}

export interface Backend {
  /**
   * Answers; `signal` aborts the work and everything upstream at once. Throws ProviderError, also while the body is
   * read, or the signal's reason.
   */
  answer(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer>
}

export interface ProviderContext {
  clock: Clock
  runtimes: readonly Runtime[]
  /** Keeps connections per origin. */
  dispatcher: Dispatcher
  /** Content parsed once per digest. @throws BlobMissing */
  content<T>(digest: string, form: string, parse: (bytes: Uint8Array) => T): Promise<T>
}

export interface ProviderRequest {
  /** The call's id. */
  call: string
  /** When the request arrived, milliseconds since the epoch. */
  at: number
  /** The request with prompt, parameters and model of the release. */
  chat: ChatRequest
  /** The client's own bytes when the release changes nothing in them. */
  raw?: Buffer
  /** Value of the provider's secret. */
  secret?: string
  /** W3C trace context of the client. */
  trace: Record<string, string>
}

export interface ProviderAnswer {
  contentType: string
  /** Sent on as it is: one JSON body, or the bytes of a stream. */
  body: Buffer | AsyncIterable<Buffer>
  /** What is known of the answer by now; complete once the body was read. */
  outcome(): Outcome
}

export interface Outcome {
  /** Text of the first choice. */
  output: string
  inputTokens?: number
  outputTokens?: number
  usageSource: 'provider' | 'estimated' | 'none'
}

/** Classes of provider errors with the status a client gets; `retryable` becomes `x-should-retry`. */
const codes = {
  no_recorded_answer: { status: 404, retryable: false },
  provider_rejected: { status: 400, retryable: false },
  provider_rate_limited: { status: 429, retryable: true },
  provider_unauthorized: { status: 502, retryable: false },
  provider_error: { status: 502, retryable: true },
  provider_unreachable: { status: 502, retryable: true },
  provider_interrupted: { status: 502, retryable: true },
  provider_timeout: { status: 504, retryable: true },
  release_unusable: { status: 500, retryable: false },
} as const

/** A provider that did not answer. Its message holds neither key nor prompt. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly code: keyof typeof codes
  readonly status: number
  readonly retryable: boolean
  /** Seconds or HTTP date, as the provider sent it. */
  readonly retryAfter: string | undefined

  constructor(
    code: keyof typeof codes,
    message: string,
    details: { status?: number; retryAfter?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.status = details.status ?? codes[code].status
    this.retryable = codes[code].retryable
    this.retryAfter = details.retryAfter
  }
}

/** Content that neither this machine nor the control plane can give now. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
}
