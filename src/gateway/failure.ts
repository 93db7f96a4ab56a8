import { ProviderError } from './providers/provider.ts'

/** What the gateway itself refuses. `retry` becomes the header `x-should-retry`. */
const codes = {
  invalid_json: { status: 400, retry: false },
  invalid_request: { status: 400, retry: false },
  unsupported_request: { status: 400, retry: false },
  missing_variable: { status: 400, retry: false },
  content_blocked: { status: 400, retry: false },
  invalid_api_key: { status: 401, retry: false },
  model_not_found: { status: 404, retry: false },
  not_found: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  request_too_large: { status: 413, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  budget_exceeded: { status: 429, retry: false },
  rate_limited: { status: 429, retry: true },
  internal_error: { status: 500, retry: false },
  guardrail_failed: { status: 503, retry: true },
  overloaded: { status: 503, retry: true },
  no_release: { status: 503, retry: true },
  not_ready: { status: 503, retry: true },
} as const

export type GatewayErrorCode = keyof typeof codes

/** A request the gateway refuses before, or instead of, calling a provider. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode
  readonly status: number
  readonly retryable: boolean
  /** The field of the request that is at fault, such as `messages[2].content`. */
  readonly param: string | undefined
  readonly headers: Record<string, string>

  constructor(
    code: GatewayErrorCode,
    message: string,
    details: { param?: string; headers?: Record<string, string> } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.status = codes[code].status
    this.retryable = codes[code].retry
    this.param = details.param
    this.headers = details.headers ?? {}
  }
}

/** The client went away before its answer was complete. */
export class ClientClosed extends Error {
  override readonly name = 'ClientClosed'
}

/** What a client is told of any error; each protocol gives it its own shape. */
export interface Failure {
  status: number
  /** Class such as `budget_exceeded` or `provider_timeout`. */
  code: string
  message: string
  param?: string
  headers: Record<string, string>
}

/** What a client is told of an error; unknown errors say nothing of their cause. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GatewayError) {
    const { status, code, message, param, retryable, headers } = error
    return {
      status,
      code,
      message,
      ...(param === undefined ? {} : { param }),
      headers: { 'x-should-retry': String(retryable), ...headers },
    }
  }
  if (error instanceof ProviderError) {
    const { status, code, message, retryable, retryAfterMs } = error
    return {
      status,
      code,
      message,
      headers: {
        'x-should-retry': String(retryable && !error.spent),
        ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      },
    }
  }
  if (error instanceof ClientClosed)
    return { status: 499, code: 'client_closed', message: error.message, headers: {} }
  return {
    status: 500,
    code: 'internal_error',
    message: 'the gateway failed on this request; its log says more',
    headers: { 'x-should-retry': 'false' },
  }
}
