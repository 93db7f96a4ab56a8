import {
  APICallError,
  InvalidArgumentError,
  InvalidPromptError,
  NoSuchModelError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider'
import type { CanonicalRequest } from '../../canonical/request.ts'
import { ProviderError } from '../provider.ts'
import { faultText } from '../upstream/fault-text.ts'
import { rejection } from '../upstream/rejection.ts'
import { transportError } from '../upstream/transport-error.ts'
import { interrupted } from './events.ts'
import { fieldsOf } from './service.ts'

export interface Circumstances {
  title: string
  request: CanonicalRequest
  secret: string | undefined
  signal: AbortSignal
  /** Milliseconds since the epoch. */
  now: number
  /** Part of the answer has been handed out. */
  begun: boolean
}

/** What an error of the SDK means. The provider's own words are passed on for faults of the request only. */
export function providerError(error: unknown, circumstances: Circumstances): unknown {
  const { signal, title, begun } = circumstances
  if (signal.aborted) return signal.reason
  if (error instanceof ProviderError) return error
  const cause = { cause: error }
  if (UnsupportedFunctionalityError.isInstance(error))
    return new ProviderError(
      'unsupported_by_provider',
      `${title} does not support ${error.functionality}`,
      {},
      cause,
    )
  if (InvalidPromptError.isInstance(error) || NoSuchModelError.isInstance(error))
    return new ProviderError('unsupported_by_provider', `${title} has no form for this request`, {}, cause)
  if (InvalidArgumentError.isInstance(error))
    return new ProviderError(
      'provider_rejected',
      `${title} does not take these parameters: ${error.argument.slice(0, 100)} is wrong`,
      {},
      cause,
    )
  if (TypeValidationError.isInstance(error))
    return new ProviderError('provider_error', `${title} sent what its API does not know`, {}, cause)
  const status = statusOf(error)
  const ok = status !== undefined && status < 300
  if (status !== undefined && !ok) return answered(error as Answered, status, circumstances)
  const network = networkError(error)
  if (network) return transportError(network, signal, title, begun || ok)
  return begun
    ? interrupted(error)
    : new ProviderError('provider_error', `${title} gave an answer that can not be read`, {}, cause)
}

/** An APICallError, or what packages make of an error that came inside a stream. */
interface Answered {
  statusCode?: number | undefined
  message: string
  responseHeaders?: Record<string, string>
  responseBody?: string
  data?: unknown
}

/** Words for an input that is too long which only these services use. */
const overflows = [
  // Gemini and Vertex AI: "The input token count (…) exceeds the maximum number of tokens allowed (…)."
  'exceeds the maximum number of tokens',
  // Cohere: "too many tokens: size limit exceeded by … tokens".
  'too many tokens',
  // Bedrock: "Input is too long for requested model", "… Too many input tokens".
  'input is too long',
  'too many input tokens',
]

function answered(error: Answered, status: number, { request, secret, now }: Circumstances): ProviderError {
  const body = masked(error.responseBody ?? JSON.stringify({ message: error.message }), secret)
  const said = body.slice(0, 8000).toLowerCase()
  if (status >= 400 && status < 500 && overflows.some(words => said.includes(words))) {
    const words = faultText(masked(error.message, secret), { request })
    return new ProviderError('context_overflow', words ?? "the input is larger than the model's context", {})
  }
  // Google answers a wrong key with 400.
  const unauthorized = status === 400 && /"api_key_invalid"|api key not valid/.test(said)
  const headers = { ...retryInfo(body), ...error.responseHeaders }
  return rejection(
    { status: unauthorized ? 401 : status, headers, body: Buffer.from(body), now },
    { request, ...(secret === undefined ? {} : { secret }) },
  )
}

/** Google says in the body how long to wait: `{"@type": "…google.rpc.RetryInfo", "retryDelay": "34s"}`. */
function retryInfo(body: string): Record<string, string> {
  const [, seconds] = /"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d{1,9})?)s"/.exec(body.slice(0, 100_000)) ?? []
  return seconds === undefined ? {} : { 'retry-after': seconds }
}

/** Each value of a secret that holds several. */
function masked(text: string, secret: string | undefined): string {
  const fields = secret === undefined ? undefined : fieldsOf(secret)
  return Object.values(fields ?? {}).reduce(
    (rest, value) => (value.length >= 8 ? rest.replaceAll(value, '[key]') : rest),
    text,
  )
}

function statusOf(error: unknown): number | undefined {
  if (APICallError.isInstance(error)) return error.statusCode
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined
  const { statusCode } = error as Answered
  return typeof statusCode === 'number' ? statusCode : undefined
}

/** undici's error is wrapped by fetch, and that by the SDK. */
function networkError(error: unknown): Error | undefined {
  let found: unknown = error
  for (let depth = 0; depth < 5 && found instanceof Error; depth++) {
    if ('code' in found && typeof found.code === 'string') return found
    found = found.cause
  }
  return undefined
}
