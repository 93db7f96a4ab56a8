import type { AnswerEvent, FinishReason } from '../../canonical/answer.ts'
import type { Usage } from '../../canonical/usage.ts'
import { usageToResponses } from '../../canonical/usage-openai.ts'
import type { AnswerContext } from '../protocol.ts'

/** What is known of a response apart from its output. */
export interface ResponseFacts {
  start?: Extract<AnswerEvent, { type: 'start' }>
  usage?: Usage
  finish?: FinishReason
}

export function noteFact(facts: ResponseFacts, event: AnswerEvent): void {
  if (event.type === 'start') facts.start = event
  else if (event.type === 'usage') facts.usage = event.usage
  else if (event.type === 'finish' && event.choice === 0) facts.finish = event.reason
}

/** Why an answer is not complete; undefined for those that are. */
export function incompleteReason({ finish }: ResponseFacts): string | undefined {
  if (finish === 'length' || finish === 'context-window') return 'max_output_tokens'
  return finish === 'content-filter' ? 'content_filter' : undefined
}

/** The response object: it repeats what the request asked for. */
export function responseOf(
  facts: ResponseFacts,
  { request, call, at }: AnswerContext,
  output: readonly unknown[],
  status: 'in_progress' | 'completed' | 'incomplete',
): unknown {
  const asked = request.origin.value
  const reason = status === 'incomplete' ? incompleteReason(facts) : undefined
  return {
    id: facts.start?.id || `resp_${call}`,
    object: 'response',
    created_at: facts.start?.created ?? Math.floor(at / 1000),
    status,
    background: false,
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    model: facts.start?.model || request.model,
    output,
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: asked.previous_response_id ?? null,
    reasoning: asked.reasoning ?? { effort: null, summary: null },
    store: asked.store ?? false,
    temperature: asked.temperature ?? null,
    text: asked.text ?? { format: { type: 'text' } },
    tool_choice: asked.tool_choice ?? 'auto',
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? null,
    truncation: asked.truncation ?? 'disabled',
    usage: status !== 'in_progress' && facts.usage ? usageToResponses(facts.usage) : null,
    user: asked.user ?? null,
    metadata: asked.metadata ?? {},
  }
}
