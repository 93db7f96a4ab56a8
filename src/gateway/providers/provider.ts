import type { Dispatcher } from 'undici'
import type { Clock } from '../../lib/clock.ts'
import type { Runtime } from '../../models/model.ts'
import type { Answer } from '../canonical/answer.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import type { Target } from '../snapshot.ts'

/**
 * SERVE: what answers a request. A provider is one folder exporting one object, one line in `index.ts`, and passes
 * `provider.contract.ts`. It is opened once per target before a snapshot is applied, then answers many requests at once.
 * It translates and transports only: retries, fallbacks, time limits, guardrails and money are the gateway's.
 */
export interface Provider {
  /** `model` for artefacts made here, else the protocol of a ModelProvider. */
  protocol: string
  /**
   * Loads what answering needs. Throws BlobMissing when content cannot be had now (the snapshot waits), any other
   * error when this target can never answer (its calls fail, the snapshot is applied).
   */
  open(target: Target, context: ProviderContext): Promise<Backend>
}

export interface Backend {
  /**
   * Answers; `signal` aborts the work and everything upstream at once, also while the stream is read: then the signal's
   * reason is thrown. Resolves when the provider has begun to answer with success. May answer whole although a stream
   * was asked for, or the other way round. Asks a provider that can count for usage, whether or not the client
   * wants to see it.
   * @throws ProviderError, also while the stream is read
   */
  answer(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer>
  /** Counts the input of a request; absent where the provider cannot. */
  countTokens?(request: ProviderRequest, signal: AbortSignal): Promise<number>
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
  /** With prompt, parameters and model of the release. */
  request: CanonicalRequest
  /** Value of the provider's secret. */
  secret?: string
  /** W3C trace context to send on. */
  trace: Readonly<Record<string, string>>
}

export type ProviderAnswer = Answer & {
  /** Fields of the request that this provider has nothing for and that were left out. */
  dropped?: readonly string[]
}

/** Classes of provider errors with the status a client gets; `retryable` ones may be tried again or elsewhere. */
const codes = {
  no_recorded_answer: { status: 404, retryable: false },
  provider_rejected: { status: 400, retryable: false },
  /** The input does not fit the model; another model may take it. */
  context_overflow: { status: 400, retryable: false },
  /** The request asks for something this provider can not do. */
  unsupported_by_provider: { status: 400, retryable: false },
  provider_rate_limited: { status: 429, retryable: true },
  provider_unauthorized: { status: 502, retryable: false },
  provider_error: { status: 502, retryable: true },
  provider_overloaded: { status: 503, retryable: true },
  provider_unreachable: { status: 502, retryable: true },
  provider_interrupted: { status: 502, retryable: true },
  provider_timeout: { status: 504, retryable: true },
  release_unusable: { status: 500, retryable: false },
} as const

export type ProviderErrorCode = keyof typeof codes
export const providerErrorCodes = Object.keys(codes) as readonly ProviderErrorCode[]

/** A provider that did not answer. Its message holds neither key nor prompt. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly code: ProviderErrorCode
  readonly status: number
  readonly retryable: boolean
  /** How long the provider asked to wait. */
  readonly retryAfterMs: number | undefined
  /** The gateway has tried again by itself: a client that does so too would multiply the calls. */
  spent = false

  constructor(
    code: ProviderErrorCode,
    message: string,
    details: { status?: number; retryAfterMs?: number | undefined } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.status = details.status ?? codes[code].status
    this.retryable = codes[code].retryable
    this.retryAfterMs = details.retryAfterMs
  }
}

/** Content that neither this machine nor the control plane can give now. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
}
