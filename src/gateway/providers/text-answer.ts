import { type Completion, completionBody, completionEvents } from '../protocols/openai/completion.ts'
import type { Outcome, ProviderAnswer, ProviderRequest } from './provider.ts'

/** Answers with a text that is there already, streamed in pieces when the client asked for a stream. */
export function textAnswer(
  request: ProviderRequest,
  completion: Pick<Completion, 'model' | 'pieces' | 'usage'>,
  outcome: Outcome,
): ProviderAnswer {
  const whole = { ...completion, call: request.call, at: request.at }
  if (request.chat.stream !== true)
    return { contentType: 'application/json', body: completionBody(whole), outcome: () => outcome }
  const includeUsage = request.chat.stream_options?.include_usage === true
  return {
    contentType: 'text/event-stream; charset=utf-8',
    body: stream(completionEvents(whole, includeUsage)),
    outcome: () => outcome,
  }
}

async function* stream(events: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* events
}
