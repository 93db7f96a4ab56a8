import type { ProviderFault } from './rejection.ts'

/** Codes and types of errors that say so themselves: OpenAI, Azure, Groq; llama.cpp server. */
const codes: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'model_context_window_exceeded',
  'string_above_max_length',
])

/** Words of providers that only say it in words, in lower case. */
const phrases: readonly string[] = [
  // OpenAI, vLLM, Together, OpenRouter, DeepSeek: "This model's maximum context length is …".
  'maximum context length',
  // vLLM since 0.16: "… However, the model's context length is only … tokens".
  "model's context length is only",
  'longer than the maximum model length',
  // Anthropic.
  'prompt is too long',
  'exceed context limit',
  // llama.cpp server.
  'exceeds the available context size',
  // Ollama.
  'exceeds the context length',
  'exceeds maximum context length',
  // Mistral: "Prompt contains … tokens … too large for model with … maximum context length".
  'too large for model with',
  'input is too long for requested model',
  'exceeds the context window',
  'context window exceeds',
]

/** The input does not fit the model: waiting does not help, a model with a larger context may. */
export function isContextOverflow({ code, type, message }: ProviderFault): boolean {
  if ((code !== undefined && codes.has(code)) || (type !== undefined && codes.has(type))) return true
  if (message === undefined) return false
  const said = message.slice(0, 4000).toLowerCase()
  return phrases.some(phrase => said.includes(phrase))
}
