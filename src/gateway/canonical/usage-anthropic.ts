import type { Usage } from './usage.ts'

/** `usage` of Anthropic messages. `input_tokens` excludes what was read from or written to the cache. */
export interface AnthropicUsage {
  input_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
  cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number }
  output_tokens: number
  output_tokens_details?: { thinking_tokens: number }
}

/**
 * The buckets of an Anthropic usage object; undefined when it does not count. In a stream counts are cumulative and
 * later objects leave out what they have nothing new to say of: that stays as it was `before`.
 */
export function usageFromAnthropic(value: unknown, before?: Usage): Usage | undefined {
  if (typeof value !== 'object' || value === null) return before
  const told = value as Record<string, unknown>
  const outputTold = count(told.output_tokens)
  const inputTold = count(told.input_tokens)
  if (outputTold === undefined && inputTold === undefined) return before
  const cacheWrite = count(told.cache_creation_input_tokens) ?? before?.cacheWrite ?? 0
  const long = member(told.cache_creation, 'ephemeral_1h_input_tokens') ?? before?.cacheWriteLong ?? 0
  const total = outputTold ?? (before ? before.output + before.reasoning : 0)
  const reasoning = Math.min(
    member(told.output_tokens_details, 'thinking_tokens') ?? before?.reasoning ?? 0,
    total,
  )
  const usage: Usage = {
    input: inputTold ?? before?.input ?? 0,
    cacheRead: count(told.cache_read_input_tokens) ?? before?.cacheRead ?? 0,
    cacheWrite,
    inputAudio: 0,
    output: total - reasoning,
    reasoning,
    outputAudio: 0,
    source: 'provider',
  }
  if (long > 0) usage.cacheWriteLong = Math.min(long, cacheWrite)
  return usage
}

export function usageToAnthropic(usage: Usage): AnthropicUsage {
  const { cacheWrite, cacheWriteLong, cacheRead, reasoning } = usage
  return {
    input_tokens: usage.input + usage.inputAudio,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    ...(cacheWriteLong
      ? {
          cache_creation: {
            ephemeral_5m_input_tokens: cacheWrite - cacheWriteLong,
            ephemeral_1h_input_tokens: cacheWriteLong,
          },
        }
      : {}),
    output_tokens: usage.output + reasoning + usage.outputAudio,
    ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
  }
}

const member = (value: unknown, name: string): number | undefined =>
  typeof value === 'object' && value !== null ? count((value as Record<string, unknown>)[name]) : undefined

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
