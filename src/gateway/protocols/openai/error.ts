/** What the gateway itself refuses, by `error.code`. `retry` becomes the header `x-should-retry`. */
const codes = {
  invalid_json: { status: 400, type: 'invalid_request_error', retry: false },
  invalid_request: { status: 400, type: 'invalid_request_error', retry: false },
  missing_variable: { status: 400, type: 'invalid_request_error', retry: false },
  invalid_api_key: { status: 401, type: 'authentication_error', retry: false },
  model_not_found: { status: 404, type: 'invalid_request_error', retry: false },
  not_found: { status: 404, type: 'invalid_request_error', retry: false },
  method_not_allowed: { status: 405, type: 'invalid_request_error', retry: false },
  request_too_large: { status: 413, type: 'invalid_request_error', retry: false },
  unsupported_media_type: { status: 415, type: 'invalid_request_error', retry: false },
  internal_error: { status: 500, type: 'server_error', retry: false },
  no_release: { status: 503, type: 'server_error', retry: true },
  not_ready: { status: 503, type: 'server_error', retry: true },
} as const

export type GatewayErrorCode = keyof typeof codes

/** The body of every error, in the shape the `openai` clients read: all four fields exist, some may be null. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null }
}

export const errorBody = (message: string, type: string, code: string, param?: string): ErrorBody => ({
  error: { message, type, param: param ?? null, code },
})

/** A request the gateway refuses before, or instead of, calling a provider. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode
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
    this.param = details.param
    this.headers = details.headers ?? {}
  }

  get status(): number {
    return codes[this.code].status
  }

  get retryable(): boolean {
    return codes[this.code].retry
  }

  toBody(): ErrorBody {
    return errorBody(this.message, codes[this.code].type, this.code, this.param)
  }
}
