import type { Message, Part, ToolCall } from '../../canonical/request.ts'
import type { Zone } from '../../guardrails/detector.ts'
import { readDataUrl } from '../data-url.ts'
import {
  each,
  isJson,
  type Json,
  optionalList,
  optionalRecord,
  optionalString,
  recordAt,
  stringAt,
  within,
  wrong,
} from '../fields.ts'
import { maxParts, maxToolCalls } from '../limits.ts'
import { takeZone } from '../own-fields.ts'

/** One element of `messages`. */
export function readMessage(value: Json, index: number): Message {
  const zone = takeZone(value)
  const origin = { protocol: 'openai-chat', value } as const
  switch (value.role) {
    case 'user':
    case 'system':
    case 'developer': {
      const message: Message = { role: value.role, parts: readContent(value, zone), origin }
      const name = optionalString(value, 'name')
      if (name !== undefined) message.name = name
      return message
    }
    case 'assistant':
      return readAssistant(value, index, zone)
    case 'tool':
      return {
        role: 'tool',
        parts: readContent(value, zone),
        toolCallId: stringAt(value, 'tool_call_id'),
        origin,
      }
    case 'function':
      return { role: 'tool', parts: readContent(value, zone), name: stringAt(value, 'name'), origin }
    default:
      throw wrong('role', 'must be system, developer, user, assistant, tool or function')
  }
}

/** The result of a legacy function answers the call before it: both get the id that other protocols need. */
export function linkFunctionResults(messages: readonly Message[]): void {
  let last = ''
  for (const message of messages) {
    if (message.toolCalls) last = message.toolCalls.at(-1)?.id ?? last
    if (message.role === 'tool' && message.toolCallId === undefined) message.toolCallId = last
  }
}

function readAssistant(value: Json, index: number, zone: Zone | undefined): Message {
  const content = value.content === undefined || value.content === null ? [] : readContent(value, zone)
  const refusal = optionalString(value, 'refusal')
  const thoughts = readThoughts(value)
  const parts: readonly Part[] =
    refusal === undefined && thoughts.length === 0
      ? content
      : [
          ...thoughts,
          ...content,
          ...(refusal === undefined ? [] : [{ type: 'refusal' as const, text: refusal }]),
        ]
  const message: Message = { role: 'assistant', parts, origin: { protocol: 'openai-chat', value } }
  const name = optionalString(value, 'name')
  if (name !== undefined) message.name = name
  const calls = optionalList(value, 'tool_calls', maxToolCalls)
  const legacy = optionalRecord(value, 'function_call')
  if (calls) message.toolCalls = each(calls, 'tool_calls', readCall)
  else if (legacy) message.toolCalls = [within('function_call', legacy, it => readFunctionCall(it, index))]
  return message
}

/** Reasoning that servers put beside the content, and that clients send back as they got it. */
function readThoughts(value: Json): Part[] {
  const blocks = value.thinking_blocks
  if (Array.isArray(blocks))
    return each(optionalList(value, 'thinking_blocks', maxParts) ?? [], 'thinking_blocks', readThought)
  if (Array.isArray(value.reasoning_details))
    return each(optionalList(value, 'reasoning_details', maxParts) ?? [], 'reasoning_details', readDetail)
  const text = value.reasoning_content ?? value.reasoning
  return typeof text === 'string' && text !== '' ? [{ type: 'reasoning', text }] : []
}

function readThought(value: Json): Part {
  if (value.type === 'redacted_thinking')
    return { type: 'reasoning', text: '', redacted: stringAt(value, 'data') }
  const signature = optionalString(value, 'signature')
  const text = stringAt(value, 'thinking')
  return signature === undefined ? { type: 'reasoning', text } : { type: 'reasoning', text, signature }
}

/** OpenRouter's form: text, a summary, or what only the provider can read. */
function readDetail(value: Json): Part {
  const { text, summary, signature, data } = value
  if (typeof data === 'string') return { type: 'reasoning', text: '', redacted: data }
  const said = typeof text === 'string' ? text : typeof summary === 'string' ? summary : ''
  return { type: 'reasoning', text: said, ...(typeof signature === 'string' ? { signature } : {}) }
}

function readCall(value: Json): ToolCall {
  const origin = { protocol: 'openai-chat', value } as const
  const id = stringAt(value, 'id')
  if (isJson(value.custom))
    return within('custom', value.custom, custom => ({
      id,
      name: stringAt(custom, 'name'),
      arguments: stringAt(custom, 'input'),
      custom: true,
      origin,
    }))
  return within('function', recordAt(value, 'function'), called => ({
    id,
    name: stringAt(called, 'name'),
    arguments: stringAt(called, 'arguments'),
    origin,
  }))
}

const readFunctionCall = (value: Json, index: number): ToolCall => ({
  id: `function_${index}`,
  name: stringAt(value, 'name'),
  arguments: stringAt(value, 'arguments'),
})

function readContent(value: Json, zone: Zone | undefined): readonly Part[] {
  const { content } = value
  if (typeof content === 'string') {
    const part: Part = { type: 'text', text: content }
    if (zone !== undefined) part.zone = zone
    return [part]
  }
  if (!Array.isArray(content)) throw wrong('content', 'must be a string or an array of parts')
  const list = optionalList(value, 'content', maxParts) ?? []
  return each(list, 'content', part => readPart(part, zone))
}

function readPart(value: Json, messageZone: Zone | undefined): Part {
  const zone = takeZone(value) ?? messageZone
  const origin = { protocol: 'openai-chat', value } as const
  switch (value.type) {
    case 'text': {
      const part: Part = { type: 'text', text: stringAt(value, 'text'), origin }
      if (zone !== undefined) part.zone = zone
      return part
    }
    case 'refusal':
      return { type: 'refusal', text: stringAt(value, 'refusal'), origin }
    case 'image_url': {
      const image = recordAt(value, 'image_url')
      const part: Part = { type: 'image', url: within('image_url', image, it => stringAt(it, 'url')), origin }
      const detail = within('image_url', image, it => optionalString(it, 'detail'))
      if (detail !== undefined) part.detail = detail
      return part
    }
    case 'input_audio':
      return within('input_audio', recordAt(value, 'input_audio'), audio => ({
        type: 'audio',
        data: stringAt(audio, 'data'),
        format: stringAt(audio, 'format'),
        origin,
      }))
    case 'file':
      return { ...within('file', recordAt(value, 'file'), readFile), origin }
    default:
      stringAt(value, 'type')
      return { type: 'opaque', origin }
  }
}

function readFile(value: Json): Extract<Part, { type: 'file' }> {
  const part: Extract<Part, { type: 'file' }> = { type: 'file' }
  const name = optionalString(value, 'filename')
  const id = optionalString(value, 'file_id')
  const data = optionalString(value, 'file_data')
  if (name !== undefined) part.name = name
  if (id !== undefined) part.id = id
  if (data !== undefined) Object.assign(part, readDataUrl(data))
  return part
}
