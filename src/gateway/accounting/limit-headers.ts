import type { Rule } from './plans.ts'

const names = {
  openai: {
    requests: ['x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
    tokens: ['x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  },
  anthropic: {
    requests: [
      'anthropic-ratelimit-requests-limit',
      'anthropic-ratelimit-requests-remaining',
      'anthropic-ratelimit-requests-reset',
    ],
    tokens: [
      'anthropic-ratelimit-tokens-limit',
      'anthropic-ratelimit-tokens-remaining',
      'anthropic-ratelimit-tokens-reset',
    ],
  },
} as const

/**
 * The state of limits per minute as clients read it: `x-ratelimit-*` with durations such as `1m3s` (OpenAI), or
 * `anthropic-ratelimit-*` with RFC 3339 times (Anthropic).
 */
export function limitHeaders(
  rules: readonly Rule[],
  protocol: 'openai' | 'anthropic',
  now: number,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { unit, account } of rules) {
    if (unit === 'usd') continue
    const { until } = account.window(now)
    const [limit, remaining, reset] = names[protocol][unit]
    headers[limit] = String(account.limit)
    headers[remaining] = String(account.remaining(now))
    headers[reset] = protocol === 'openai' ? durationText(until - now) : timeText(until)
  }
  return headers
}

/** Such as `12ms`, `7s`, `1m3s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.ceil(ms))}ms`
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${rest}s`
}

/** RFC 3339 with whole seconds. */
export const timeText = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
