import { ProviderError } from '../provider.ts'

const maxMessage = 2000

/** What an answer other than 200 means. The provider's own words are passed on for faults of the request only. */
export function rejection(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
  secret: string | undefined,
): ProviderError {
  const header = headers['retry-after']
  const retryAfter = typeof header === 'string' ? { retryAfter: header } : {}
  if (status === 401 || status === 403)
    return new ProviderError(
      'provider_unauthorized',
      `the provider refused the gateway's key (${status}); check the Secret of the ModelProvider`,
    )
  if (status === 429)
    return new ProviderError('provider_rate_limited', 'the provider limits the rate of requests', retryAfter)
  if (status >= 400 && status < 500 && status !== 408)
    return new ProviderError(
      'provider_rejected',
      messageOf(body, secret) ?? `the provider answered ${status}`,
      {
        status,
      },
    )
  return new ProviderError('provider_error', `the provider answered ${status}`, retryAfter)
}

/** What a failed connection means; errors that already say so, and the caller's own abort, stay as they are. */
export function transportError(error: unknown, signal: AbortSignal, origin: string): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof ProviderError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (
    code === 'UND_ERR_HEADERS_TIMEOUT' ||
    code === 'UND_ERR_BODY_TIMEOUT' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  )
    return new ProviderError(
      'provider_timeout',
      `the provider at ${origin} did not answer in time`,
      {},
      { cause: error },
    )
  return new ProviderError(
    'provider_unreachable',
    `cannot reach the provider at ${origin} (${code})`,
    {},
    { cause: error },
  )
}

function messageOf(body: Buffer, secret: string | undefined): string | undefined {
  let message: unknown
  try {
    message = (JSON.parse(body.toString()) as { error?: { message?: unknown } } | null)?.error?.message
  } catch {
    return undefined
  }
  if (typeof message !== 'string') return undefined
  return (secret ? message.replaceAll(secret, '[key]') : message).slice(0, maxMessage)
}
