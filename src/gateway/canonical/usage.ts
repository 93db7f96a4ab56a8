/**
 * Tokens of one call in buckets that do not overlap, so that each has one price and their sum is the provider's total:
 * OpenAI's `prompt_tokens` includes cached ones, Anthropic's `input_tokens` excludes them.
 */
export interface Usage {
  /** Input that was neither cached nor audio. */
  input: number
  /** Read from, and written to, the provider's prompt cache. */
  cacheRead: number
  cacheWrite: number
  /** Part of cacheWrite that is kept for an hour, which has another price. */
  cacheWriteLong?: number
  inputAudio: number
  /** Part of input that was images. */
  inputImage?: number
  /** Output that was neither reasoning nor audio. */
  output: number
  reasoning: number
  outputAudio: number
  /** Parts of output: predicted tokens that stand in the answer, and those that do not and are billed all the same. */
  acceptedPrediction?: number
  rejectedPrediction?: number
  /** `estimated` where the provider said nothing; an explicit 0 stays the provider's. */
  source: 'provider' | 'estimated'
}

export const noUsage: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  inputAudio: 0,
  output: 0,
  reasoning: 0,
  outputAudio: 0,
  source: 'provider',
}

export const inputTokens = ({ input, cacheRead, cacheWrite, inputAudio }: Usage): number =>
  input + cacheRead + cacheWrite + inputAudio

export const outputTokens = ({ output, reasoning, outputAudio }: Usage): number =>
  output + reasoning + outputAudio

export const totalTokens = (usage: Usage): number => inputTokens(usage) + outputTokens(usage)

/** A rough count for text whose tokenizer is unknown: four characters a token. Always marked as estimated. */
export const estimateTokens = (characters: number): number => Math.ceil(characters / 4)
