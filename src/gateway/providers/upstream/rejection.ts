import type { IncomingHttpHeaders } from 'node:http'
import { ProviderError, type ProviderErrorCode } from '../provider.ts'
import { isContextOverflow } from './context-overflow.ts'
import { type Confidential, faultText } from './fault-text.ts'
import { retryAfterMs } from './retry-after.ts'

/** What a provider said of an error, whichever shape it chose. */
export interface ProviderFault {
  message?: string
  /** Class names such as `rate_limit_error` or `context_length_exceeded`. */
  type?: string
  code?: string
}

interface Rejected {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  /** Milliseconds since the epoch. */
  now: number
}

/** What an answer other than 2xx means. The provider's own words are passed on for faults of the request only. */
export function rejection(
  { status, headers, body, now }: Rejected,
  confidential: Confidential,
): ProviderError {
  const fault = faultOf(parsed(body))
  const retry = { retryAfterMs: retryAfterMs(headers, now) }
  if (status === 401 || status === 403)
    return new ProviderError(
      'provider_unauthorized',
      `the provider refused the gateway's key (${status}); check the Secret of the ModelProvider`,
    )
  if (isContextOverflow(fault)) return overflow(fault, confidential)
  if (status === 429) return limited(fault, retry)
  if (status === 503 || status === 529)
    return new ProviderError('provider_overloaded', `the provider is overloaded (${status})`, retry)
  if (status === 408 || status === 504)
    return new ProviderError('provider_timeout', `the provider gave up after waiting (${status})`, retry)
  if (status >= 400 && status < 500)
    return new ProviderError(
      'provider_rejected',
      faultText(fault.message, confidential) ?? `the provider answered ${status}`,
      { status },
    )
  return new ProviderError('provider_error', `the provider answered ${status}`, retry)
}

/** An error that a provider sends as part of a stream, or in a body with status 200. */
export function faultError(value: unknown, confidential: Confidential): ProviderError {
  const fault = faultOf(value)
  if (isContextOverflow(fault)) return overflow(fault, confidential)
  const code = codeOf(fault)
  return code === 'provider_rejected'
    ? new ProviderError(code, faultText(fault.message, confidential) ?? 'the provider rejects the request')
    : new ProviderError(
        code,
        `the provider reported ${faultText(fault.type ?? fault.code, confidential) ?? 'an error'}`,
      )
}

/** `{error: {message, type, code}}`, Anthropic's `{type: 'error', error}`, `{error: '…'}` and `{message}` alike. */
export function faultOf(value: unknown): ProviderFault {
  const outer = isObject(value) ? value : {}
  const { error } = outer
  if (typeof error === 'string') return { message: error }
  const inner = isObject(error) ? error : outer
  const text = (member: unknown): string | undefined =>
    typeof member === 'string' ? member : typeof member === 'number' ? String(member) : undefined
  const message = text(inner.message) ?? text(inner.detail)
  const type = text(inner.type)
  const code = text(inner.code)
  return {
    ...(message === undefined ? {} : { message }),
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
  }
}

function codeOf({ type = '', code = '' }: ProviderFault): ProviderErrorCode {
  const name = `${type} ${code}`.toLowerCase()
  if (name.includes('overloaded') || /\b(503|529)\b/.test(name)) return 'provider_overloaded'
  if (name.includes('rate_limit') || /\b429\b/.test(name)) return 'provider_rate_limited'
  if (name.includes('authentication') || name.includes('permission') || /\b40[13]\b/.test(name))
    return 'provider_unauthorized'
  if (name.includes('timeout')) return 'provider_timeout'
  if (name.includes('invalid_request') || /\b4(00|22)\b/.test(name)) return 'provider_rejected'
  return 'provider_error'
}

const overflow = (fault: ProviderFault, confidential: Confidential): ProviderError =>
  new ProviderError(
    'context_overflow',
    faultText(fault.message, confidential) ?? "the input is larger than the model's context",
  )

/** A quota that is used up does not come back by trying again. */
function limited({ code, type }: ProviderFault, retry: { retryAfterMs: number | undefined }): ProviderError {
  return code === 'insufficient_quota' || type === 'insufficient_quota'
    ? new ProviderError('provider_rate_limited', "the quota of the provider's account is used up", retry)
    : new ProviderError('provider_rate_limited', 'the provider limits the rate of requests', retry)
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    // Proxies answer with HTML; the status says enough.
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
