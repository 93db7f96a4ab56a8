import { ProviderError } from '../provider.ts'

/**
 * What a failed exchange means; errors that already say so, and the caller's own abort, stay as they are.
 * @param begun the answer had begun: what came of it counts
 */
export function transportError(error: unknown, signal: AbortSignal, origin: string, begun: boolean): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof ProviderError) return error
  const cause = { cause: error }
  if (error instanceof RangeError) return new ProviderError('provider_error', error.message, {}, cause)
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (timeouts.has(code))
    return new ProviderError(
      'provider_timeout',
      `the provider at ${origin} did not answer in time`,
      {},
      cause,
    )
  return begun
    ? new ProviderError(
        'provider_interrupted',
        `the provider at ${origin} broke off its answer (${code})`,
        {},
        cause,
      )
    : new ProviderError('provider_unreachable', `cannot reach the provider at ${origin} (${code})`, {}, cause)
}

const timeouts: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
