/** Token counts as they stand in answers. */
export interface CompletionUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

/** A text that becomes a whole answer, for providers that do not speak the wire format themselves. */
export interface Completion {
  /** The call's id; the answer is `chatcmpl-<call>`. */
  call: string
  /** Milliseconds since the epoch. */
  at: number
  model: string
  /** The text, in the pieces in which a stream sends it. */
  pieces: readonly string[]
  usage: CompletionUsage
}

export const usageOf = (promptTokens: number, completionTokens: number): CompletionUsage => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
})

/** A rough count for text whose tokenizer is unknown: four characters a token. Always marked as estimated. */
export const estimateTokens = (characters: number): number => Math.ceil(characters / 4)

export function completionBody({ call, at, model, pieces, usage }: Completion): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: `chatcmpl-${call}`,
      object: 'chat.completion',
      created: Math.floor(at / 1000),
      model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: pieces.join(''), refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage,
    }),
  )
}

/** The answer as server-sent events: first delta with the role, last with the finish reason, then `[DONE]`. */
export function* completionEvents(completion: Completion, includeUsage: boolean): Generator<Buffer> {
  const { call, at, model, pieces, usage } = completion
  const event = (choices: unknown[], counted: CompletionUsage | null): Buffer =>
    sseEvent(
      JSON.stringify({
        id: `chatcmpl-${call}`,
        object: 'chat.completion.chunk',
        created: Math.floor(at / 1000),
        model,
        choices,
        ...(includeUsage ? { usage: counted } : {}),
      }),
    )
  const delta = (content: object, finish: string | null): Buffer =>
    event([{ index: 0, delta: content, logprobs: null, finish_reason: finish }], null)
  yield delta({ role: 'assistant', content: '' }, null)
  for (const content of pieces) yield delta({ content }, null)
  yield delta({}, 'stop')
  if (includeUsage) yield event([], usage)
  yield sseEvent('[DONE]')
}

export const sseEvent = (data: string): Buffer => Buffer.from(`data: ${data}\n\n`)
