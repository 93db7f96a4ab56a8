import type { FinishReason } from './answer.ts'

/**
 * Why an answer ended, in the words of each protocol. OpenAI has no word for a pause or a full context window, and
 * Anthropic none for a content filter: those become the nearest one.
 */
const fromOpenAi: Record<string, FinishReason> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
}

const toOpenAi: Record<FinishReason, string> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  'context-window': 'length',
}

const fromAnthropic: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'pause',
  model_context_window_exceeded: 'context-window',
}

const toAnthropic: Record<FinishReason, string> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  'context-window': 'model_context_window_exceeded',
}

/** A reason nobody knows yet is an end like any other. */
const lookUp = (table: Record<string, FinishReason>, reason: string): FinishReason =>
  (Object.hasOwn(table, reason) ? table[reason] : undefined) ?? 'stop'

export const finishFromOpenAi = (reason: string): FinishReason => lookUp(fromOpenAi, reason)
export const finishToOpenAi = (reason: FinishReason): string => toOpenAi[reason]
export const finishFromAnthropic = (reason: string): FinishReason => lookUp(fromAnthropic, reason)
export const finishToAnthropic = (reason: FinishReason): string => toAnthropic[reason]
