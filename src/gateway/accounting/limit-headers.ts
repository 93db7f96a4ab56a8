import type { Rule } from './plans.ts'

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
    const { until } = account.window(now)
    const limit = String(account.limit)
    const remaining = String(account.remaining(now))
    if (protocol === 'openai') {
      headers[`x-ratelimit-limit-${unit}`] = limit
      headers[`x-ratelimit-remaining-${unit}`] = remaining
      headers[`x-ratelimit-reset-${unit}`] = durationText(until - now)
    } else {
      headers[`anthropic-ratelimit-${unit}-limit`] = limit
      headers[`anthropic-ratelimit-${unit}-remaining`] = remaining
      headers[`anthropic-ratelimit-${unit}-reset`] = timeText(until)
    }
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
