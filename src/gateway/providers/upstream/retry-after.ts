import type { IncomingHttpHeaders } from 'node:http'

/** No provider is waited for longer than a day. */
const longest = 86_400_000

/**
 * How long a provider asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` as seconds or HTTP-date
 * (RFC 9110 §10.2.3). Anything else says nothing.
 * @param now milliseconds since the epoch
 */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number): number | undefined {
  const exact = numberOf(headers['retry-after-ms'])
  if (exact !== undefined) return bounded(exact)
  const header = headers['retry-after']
  const seconds = numberOf(header)
  if (seconds !== undefined) return bounded(seconds * 1000)
  const date = header === undefined ? Number.NaN : Date.parse(header)
  return Number.isNaN(date) ? undefined : bounded(date - now)
}

const bounded = (ms: number): number => Math.min(longest, Math.max(0, Math.ceil(ms)))

function numberOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\s*\d{1,12}(\.\d{1,9})?\s*$/.test(header)) return undefined
  return Number(header)
}
