import { parseDuration } from '../../lib/duration.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { count, percentText } from '../drafts/words.ts'

/** A limit of a route, or why it stays. */
export type RouteLimitAnswer =
  | { path: string; value: unknown; text: string; why: string; risk: string }
  | { nothing: string }
  | { refused: string }

export const routeLimits = ['firstToken', 'betweenTokens', 'maxTokens'] as const

const paths = {
  firstToken: '/spec/serve/resilience/firstToken',
  betweenTokens: '/spec/serve/resilience/betweenTokens',
  maxTokens: '/spec/serve/parameters/max_tokens',
} as const

/** Calls below which a share says little. */
const leastCalls = 50
/** Share of calls that hit a limit from which on it is felt. */
const felt = 0.01

/**
 * A limit of a ModelRoute by what its calls did: time to the first token 1.5 times the p99 of those that came through,
 * tokens twice as many where answers were cut.
 */
export function routeLimit(
  resource: (typeof routeLimits)[number],
  calls: readonly CallRecord[],
  now: unknown,
  value: string | undefined,
): RouteLimitAnswer {
  return resource === 'maxTokens' ? tokens(calls, now, value) : waiting(resource, calls, now, value)
}

function waiting(
  resource: 'firstToken' | 'betweenTokens',
  calls: readonly CallRecord[],
  now: unknown,
  value: string | undefined,
): RouteLimitAnswer {
  const times = calls
    .flatMap(({ error, firstByteMs, latencyMs }) => (error === undefined ? [firstByteMs ?? latencyMs] : []))
    .sort((a, b) => a - b)
  const p99 = times[Math.ceil(0.99 * times.length) - 1] ?? 0
  const late = calls.filter(({ error }) => error === 'provider_timeout').length / Math.max(1, calls.length)
  const words = resource === 'firstToken' ? 'time to the first token' : 'time between two tokens'
  const risk = 'Users of a provider that hangs wait longer before a fallback answers.'
  const path = paths[resource]
  if (value !== undefined) {
    const ms = durationOf(value)
    if (ms === undefined) return { refused: `${value} is no duration, such as 20s.` }
    const below = times.filter(time => time > ms).length / Math.max(1, times.length)
    if (resource === 'firstToken' && times.length >= leastCalls && below > 0.05)
      return {
        refused: `${percentText(below)} of calls that were answered took longer than ${value} to their first token: they would fail.`,
      }
    return now === value
      ? { nothing: `The ${words} is ${value} already.` }
      : { path, value, text: `${words} ${value}`, why: 'It was asked for.', risk }
  }
  if (resource === 'betweenTokens') return { nothing: 'How long streams pause is not recorded. Give value.' }
  if (calls.length < leastCalls)
    return { nothing: `Too little is known: ${count(calls.length, 'call')}, and ${leastCalls} are needed.` }
  if (late < felt)
    return { nothing: `${percentText(late)} of calls time out, which is not felt; the ${words} stays.` }
  const current = typeof now === 'string' ? (durationOf(now) ?? 0) : 0
  const wanted = Math.ceil(Math.max(1.5 * p99, 1.5 * current) / 1000)
  const text = `${wanted}s`
  return {
    path,
    value: text,
    text: `${words} ${text}`,
    why: `${percentText(late)} of ${count(calls.length, 'call')} timed out; those that came through took up to ${Math.round(p99)} ms (p99).`,
    risk,
  }
}

function tokens(calls: readonly CallRecord[], now: unknown, value: string | undefined): RouteLimitAnswer {
  const known = calls.filter(({ finish }) => finish !== undefined)
  const cut = known.filter(({ finish }) => finish === 'length').length / Math.max(1, known.length)
  const risk = 'Answers may be longer and cost more.'
  const path = paths.maxTokens
  if (value !== undefined) {
    const wanted = Number(value)
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1_000_000)
      return { refused: `${value.slice(0, 40)} is no number of tokens.` }
    if (wanted === now) return { nothing: `It is ${wanted} already.` }
    const lower = typeof now === 'number' && wanted < now
    const longer =
      known.filter(({ outputTokens = 0 }) => outputTokens > wanted).length / Math.max(1, known.length)
    if (lower && known.length >= leastCalls && longer > 0.05)
      return {
        refused: `${percentText(longer)} of answers are longer than ${wanted} tokens: they would be cut.`,
      }
    return {
      path,
      value: wanted,
      text: `max_tokens ${wanted}`,
      why: 'It was asked for.',
      risk: lower ? 'Long answers are cut.' : risk,
    }
  }
  if (typeof now !== 'number')
    return { nothing: 'The route sets no max_tokens, so nothing of it cuts answers.' }
  if (known.length < leastCalls)
    return { nothing: `Too little is known: ${count(known.length, 'answer')}, and ${leastCalls} are needed.` }
  if (cut < felt)
    return { nothing: `${percentText(cut)} of answers are cut at ${now} tokens, which is not felt.` }
  return {
    path,
    value: 2 * now,
    text: `max_tokens ${2 * now}`,
    why: `${percentText(cut)} of ${count(known.length, 'answer')} were cut at ${now} tokens.`,
    risk,
  }
}

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
