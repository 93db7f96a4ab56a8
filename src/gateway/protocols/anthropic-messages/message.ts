import type { AnswerEvent, FinishReason } from '../../canonical/answer.ts'
import { finishToAnthropic } from '../../canonical/finish-reason.ts'
import { noUsage, type Usage } from '../../canonical/usage.ts'
import { usageToAnthropic } from '../../canonical/usage-anthropic.ts'
import type { AnswerContext } from '../protocol.ts'

/** What is known of a message apart from its content. Anthropic answers once, so other choices are left out. */
export interface MessageFacts {
  start?: Extract<AnswerEvent, { type: 'start' }>
  usage?: Usage
  finish?: FinishReason
  stopSequence?: string
  refused?: true
}

export function noteFact(facts: MessageFacts, event: AnswerEvent): void {
  if (event.type === 'start') facts.start = event
  else if (event.type === 'usage') facts.usage = event.usage
  else if (event.type === 'refusal' && event.choice === 0) facts.refused = true
  else if (event.type === 'finish' && event.choice === 0) {
    facts.finish = event.reason
    if (event.stopSequence !== undefined) facts.stopSequence = event.stopSequence
  }
}

export const stopOf = ({ finish = 'stop', stopSequence, refused }: MessageFacts) => ({
  stop_reason: finishToAnthropic(refused && finish === 'stop' ? 'refusal' : finish),
  stop_sequence: stopSequence ?? null,
})

export const messageOf = ({ start, usage }: MessageFacts, { request, call }: AnswerContext) => ({
  id: start?.id || `msg_${call}`,
  type: 'message',
  role: 'assistant',
  model: start?.model || request.model,
  content: [] as unknown[],
  stop_reason: null as string | null,
  stop_sequence: null as string | null,
  usage: usageToAnthropic(usage ?? noUsage),
})

/** A custom tool takes any text, a tool of Anthropic an object. */
export const customInput = (text: string): { input: string } => ({ input: text })
