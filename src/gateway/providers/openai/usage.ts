import { estimateTokens } from '../../protocols/openai/completion.ts'
import { type ChatRequest, textOf } from '../../protocols/openai/request.ts'
import type { Outcome } from '../provider.ts'

/**
 * Token counts as the provider gave them (an explicit 0 stays 0), else estimated from the text that was delivered.
 * `prompt_tokens` includes cached tokens.
 */
export function normaliseUsage(usage: unknown, chat: ChatRequest, output: string): Omit<Outcome, 'output'> {
  if (typeof usage === 'object' && usage !== null) {
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage as Record<string, unknown>
    if (isCount(inputTokens) && isCount(outputTokens))
      return { inputTokens, outputTokens, usageSource: 'provider' }
  }
  const characters = chat.messages.reduce((sum, message) => sum + textOf(message).length, 0)
  return {
    inputTokens: estimateTokens(characters),
    outputTokens: estimateTokens(output.length),
    usageSource: 'estimated',
  }
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
