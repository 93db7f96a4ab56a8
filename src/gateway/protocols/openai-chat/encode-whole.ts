import { type AnswerContent, type ChoiceContent, createFold, type Frame } from '../../canonical/answer.ts'
import { finishToOpenAi } from '../../canonical/finish-reason.ts'
import { usageToOpenAi } from '../../canonical/usage-openai.ts'
import type { AnswerContext } from '../protocol.ts'
import { thinkingBlocks, usesFunctions } from './dialect.ts'

/** A whole answer as `chat.completion`. */
export function encodeWhole({ events, wire }: Frame, context: AnswerContext): string {
  if (wire?.protocol === 'openai-chat') return wire.data
  const fold = createFold()
  fold.add(events)
  return JSON.stringify(completionOf(fold.content, context))
}

function completionOf(content: AnswerContent, { request, call, at }: AnswerContext): unknown {
  const legacy = usesFunctions(request)
  return {
    id: content.id || `chatcmpl-${call}`,
    object: 'chat.completion',
    created: content.created ?? Math.floor(at / 1000),
    model: content.model || request.model,
    choices: content.choices.map((choice, index) => ({
      index,
      message: messageOf(choice, legacy),
      logprobs: null,
      finish_reason: finishOf(choice, legacy),
    })),
    ...(content.usage ? { usage: usageToOpenAi(content.usage) } : {}),
  }
}

const finishOf = ({ finish = 'stop' }: ChoiceContent, legacy: boolean): string =>
  legacy && finish === 'tool-calls' ? 'function_call' : finishToOpenAi(finish)

function messageOf(
  { text, refusal, reasoning, thoughts, toolCalls }: ChoiceContent,
  legacy: boolean,
): unknown {
  const [first] = toolCalls
  const signed = thinkingBlocks(thoughts)
  return {
    role: 'assistant',
    content: text === '' && (first || refusal !== '') ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(signed ? { thinking_blocks: signed } : {}),
    ...(first && legacy ? { function_call: { name: first.name, arguments: first.arguments || '{}' } } : {}),
    ...(first && !legacy ? { tool_calls: toolCalls.map(toolCallOf) } : {}),
  }
}

const toolCallOf = ({ id, name, custom, arguments: text }: ChoiceContent['toolCalls'][number]): unknown =>
  custom
    ? { id, type: 'custom', custom: { name, input: text } }
    : // Clients parse it: what takes no arguments gets none.
      { id, type: 'function', function: { name, arguments: text || '{}' } }
