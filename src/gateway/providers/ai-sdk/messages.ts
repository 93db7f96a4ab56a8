import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import {
  type CanonicalRequest,
  type Message,
  type Part,
  type ToolCall,
  textOf,
} from '../../canonical/request.ts'
import { ProviderError } from '../provider.ts'
import { fileOf } from './files.ts'
import type { Service } from './service.ts'

export type Target = Pick<Service, 'title' | 'namespace' | 'thoughts'> & {
  /** Patterns of URLs the service fetches itself, by media type. */
  urls: Readonly<Record<string, RegExp[]>>
}

type Content<Role> = Extract<LanguageModelV4Message, { role: Role }>['content']

/**
 * The conversation in the SDK's form. System messages go first, as these services know them only there; consecutive
 * tool results become one message, as parallel calls are answered together.
 * @param dropped gets the names of what was left out
 * @throws ProviderError when a part says something the service has no form for
 */
export function sdkPrompt(
  { messages }: CanonicalRequest,
  target: Target,
  dropped: Set<string>,
): LanguageModelV4Prompt {
  const system: LanguageModelV4Prompt = []
  const rest: LanguageModelV4Prompt = []
  const tools = new Map<string, string>()
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`
    const { role } = message
    if (role === 'system' || role === 'developer') {
      // A service that puts them together would read two as one sentence.
      system.push({ role: 'system', content: textOf(message) })
    } else if (role === 'user') rest.push({ role, content: userParts(message, at, target) })
    else if (role === 'assistant') {
      for (const { id, name } of message.toolCalls ?? []) tools.set(id, name)
      const content = assistantParts(message, at, target, dropped)
      if (content.length > 0) rest.push({ role, content })
    } else {
      const result = toolResult(message, at, tools, target)
      const last = rest.at(-1)
      if (last?.role === 'tool') last.content.push(result)
      else rest.push({ role: 'tool', content: [result] })
    }
  }
  return [...system, ...rest]
}

const userParts = (message: Message, at: string, target: Target): Content<'user'> =>
  message.parts.map((part, index) =>
    part.type === 'text'
      ? { type: 'text', text: part.text }
      : fileOf(part, `${at}.content[${index}]`, target),
  )

function assistantParts(
  { parts, toolCalls = [] }: Message,
  at: string,
  { title, namespace, thoughts }: Target,
  dropped: Set<string>,
): Content<'assistant'> {
  const content: Content<'assistant'> = []
  for (const [index, part] of parts.entries()) {
    if (part.type === 'text' || part.type === 'refusal') content.push({ type: 'text', text: part.text })
    else {
      const proof = part.type === 'reasoning' ? proofOf(part, thoughts) : undefined
      if (proof && part.type === 'reasoning')
        content.push({ type: 'reasoning', text: part.text, providerOptions: { [namespace]: proof } })
      else dropped.add(part.type === 'reasoning' ? 'messages[].reasoning' : `${at}.content[${index}]`)
    }
  }
  for (const call of toolCalls)
    content.push({
      type: 'tool-call',
      toolCallId: call.id,
      toolName: call.name,
      input: argumentsOf(call, at, title),
    })
  return content
}

/** Reasoning that its service can not check is not sent back. */
function proofOf(
  { signature, redacted }: Extract<Part, { type: 'reasoning' }>,
  thoughts: Service['thoughts'],
): Record<string, string> | undefined {
  if (thoughts && signature !== undefined) return { [thoughts.signature]: signature }
  return thoughts?.redacted !== undefined && redacted !== undefined
    ? { [thoughts.redacted]: redacted }
    : undefined
}

function argumentsOf({ arguments: text, custom }: ToolCall, at: string, title: string): unknown {
  if (text === '') return {}
  try {
    if (!custom) return JSON.parse(text)
  } catch (error) {
    throw unsupported(`${at}.tool_calls has arguments that are no JSON, which ${title} does not take`, error)
  }
  throw unsupported(`${at}.tool_calls has a custom call, which ${title} does not know`)
}

function toolResult(
  message: Message,
  at: string,
  tools: ReadonlyMap<string, string>,
  target: Target,
): Extract<Content<'tool'>[number], { type: 'tool-result' }> {
  const { toolCallId = '', toolFailed, parts } = message
  const toolName = tools.get(toolCallId) ?? message.name
  if (toolName === undefined)
    throw unsupported(
      `${at} answers the tool call "${toolCallId.slice(0, 64)}", which no message before it made`,
    )
  const plain = parts.every(part => part.type === 'text')
  return {
    type: 'tool-result',
    toolCallId,
    toolName,
    output: plain
      ? { type: toolFailed ? 'error-text' : 'text', value: textOf(message) }
      : {
          type: 'content',
          value: parts.map((part, index) => resultPart(part, `${at}.content[${index}]`, target)),
        },
  }
}

/** Results hold no URLs: some packages would fetch them from here. */
const resultPart = (part: Part, at: string, target: Target) =>
  part.type === 'text'
    ? { type: 'text' as const, text: part.text }
    : fileOf(part, at, { ...target, urls: {} })

export const unsupported = (message: string, cause?: unknown): ProviderError =>
  new ProviderError('unsupported_by_provider', message, {}, { cause })
