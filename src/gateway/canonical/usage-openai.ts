import { inputTokens, outputTokens, type Usage } from './usage.ts'

/** `usage` of chat completions, completions and embeddings. `prompt_tokens` includes the cached ones. */
export interface OpenAiUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details?: Record<string, number>
  completion_tokens_details?: Record<string, number>
}

/** `usage` of responses: the same counts under other names. */
export interface ResponsesUsage {
  input_tokens: number
  input_tokens_details: { cached_tokens: number; [name: string]: number }
  output_tokens: number
  output_tokens_details: { reasoning_tokens: number; [name: string]: number }
  total_tokens: number
}

/**
 * The buckets of an OpenAI usage object of either shape; undefined when it does not count. Their sum is the provider's
 * total: servers whose output leaves reasoning out say so by a larger `total_tokens`.
 */
export function usageFromOpenAi(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined
  const prompt = count(value.prompt_tokens) ?? count(value.input_tokens)
  if (prompt === undefined) return undefined
  const told = count(value.completion_tokens) ?? count(value.output_tokens) ?? 0
  const completion = Math.max(told, (count(value.total_tokens) ?? 0) - prompt)
  const into = detailsOf(value.prompt_tokens_details ?? value.input_tokens_details)
  const out = detailsOf(value.completion_tokens_details ?? value.output_tokens_details)
  const take = taker(prompt)
  const cacheRead = take(into.cached_tokens)
  const cacheWrite = take(into.cache_write_tokens)
  const inputAudio = take(into.audio_tokens)
  const input = take(prompt)
  const give = taker(completion)
  const reasoning = give(out.reasoning_tokens)
  const outputAudio = give(out.audio_tokens)
  const output = give(completion)
  const usage: Usage = {
    input,
    cacheRead,
    cacheWrite,
    inputAudio,
    output,
    reasoning,
    outputAudio,
    source: 'provider',
  }
  const inputImage = Math.min(count(into.image_tokens) ?? 0, input)
  const accepted = Math.min(count(out.accepted_prediction_tokens) ?? 0, output)
  const rejected = Math.min(count(out.rejected_prediction_tokens) ?? 0, output - accepted)
  if (inputImage > 0) usage.inputImage = inputImage
  if (accepted > 0) usage.acceptedPrediction = accepted
  if (rejected > 0) usage.rejectedPrediction = rejected
  return usage
}

export function usageToOpenAi(usage: Usage): OpenAiUsage {
  const prompt = inputTokens(usage)
  const completion = outputTokens(usage)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: inputDetails(usage),
    completion_tokens_details: outputDetails(usage),
  }
}

export function usageToResponses(usage: Usage): ResponsesUsage {
  const input = inputTokens(usage)
  const output = outputTokens(usage)
  return {
    input_tokens: input,
    input_tokens_details: inputDetails(usage),
    output_tokens: output,
    output_tokens_details: outputDetails(usage),
    total_tokens: input + output,
  }
}

function inputDetails({ cacheRead, cacheWrite, inputAudio, inputImage }: Usage): {
  cached_tokens: number
  [name: string]: number
} {
  return {
    cached_tokens: cacheRead,
    ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}),
    audio_tokens: inputAudio,
    ...(inputImage ? { image_tokens: inputImage } : {}),
  }
}

function outputDetails(usage: Usage): { reasoning_tokens: number; [name: string]: number } {
  return {
    reasoning_tokens: usage.reasoning,
    audio_tokens: usage.outputAudio,
    accepted_prediction_tokens: usage.acceptedPrediction ?? 0,
    rejected_prediction_tokens: usage.rejectedPrediction ?? 0,
  }
}

/** Parts of a whole: no part is larger than what the parts before it left. */
function taker(whole: number): (part: unknown) => number {
  let left = whole
  return part => {
    const taken = Math.min(count(part) ?? 0, left)
    left -= taken
    return taken
  }
}

const detailsOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
