import type { Failure } from '../../failure.ts'

export interface AnthropicErrorBody {
  type: 'error'
  error: { type: string; message: string }
  request_id?: string
}

/** The shape that the `@anthropic-ai/sdk` clients read. */
export function anthropicErrorBody({ status, message, headers }: Failure): AnthropicErrorBody {
  const request = headers['request-id'] ?? headers['x-request-id']
  return {
    type: 'error',
    error: { type: typeOf(status), message },
    ...(request === undefined ? {} : { request_id: request }),
  }
}

const types: Record<number, string> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

const typeOf = (status: number): string =>
  types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
