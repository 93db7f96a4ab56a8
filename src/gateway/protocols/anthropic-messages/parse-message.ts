import type { Message, Part, ToolCall } from '../../canonical/request.ts'
import type { Zone } from '../../guardrails/detector.ts'
import {
  each,
  type Json,
  optionalBoolean,
  optionalList,
  optionalString,
  recordAt,
  stringAt,
  within,
  wrong,
} from '../fields.ts'
import { maxParts } from '../limits.ts'
import { takeZone } from '../own-fields.ts'

type TextPart = Extract<Part, { type: 'text' }>

/**
 * One element of `messages`. Results of tools stand among the blocks of a user message: each becomes a message of its
 * own, and what stands between them stays a user message.
 */
export function readMessage(value: Json): Message[] {
  const zone = takeZone(value)
  const { role, content } = value
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw wrong('role', 'must be user, assistant or system')
  if (typeof content === 'string') {
    const part: TextPart = { type: 'text', text: content }
    if (zone !== undefined) part.zone = zone
    return [{ role, parts: [part], origin: { protocol: 'anthropic-messages', value } }]
  }
  const blocks = Array.isArray(content) ? optionalList(value, 'content', maxParts) : undefined
  if (!blocks) throw wrong('content', 'must be a string or an array of content blocks')
  if (role === 'assistant') return [readAssistant(value, blocks, zone)]
  const read = each(blocks, 'content', block => readBlock(block, zone))
  if (!read.some(one => 'role' in one)) {
    // No element is a message.
    const parts = read as Part[]
    return [{ role, parts, origin: { protocol: 'anthropic-messages', value } }]
  }
  return cutAtResults(value, blocks, read)
}

function cutAtResults(value: Json, blocks: readonly unknown[], read: readonly (Part | Message)[]): Message[] {
  const messages: Message[] = []
  let parts: Part[] = []
  let begin = 0
  const flush = (end: number): void => {
    if (parts.length === 0) return
    const content = blocks.slice(begin, end)
    const origin = { protocol: 'anthropic-messages', value: { ...value, content } } as const
    messages.push({ role: 'user', parts, origin })
    parts = []
  }
  for (const [i, one] of read.entries()) {
    if ('role' in one) {
      flush(i)
      messages.push(one)
      begin = i + 1
    } else parts.push(one)
  }
  flush(read.length)
  return messages
}

function readAssistant(value: Json, blocks: readonly unknown[], zone: Zone | undefined): Message {
  const parts: Part[] = []
  const toolCalls: ToolCall[] = []
  each(blocks, 'content', block => {
    if (block.type === 'tool_use') toolCalls.push(readCall(block))
    else parts.push(readPart(block, zone))
  })
  const message: Message = { role: 'assistant', parts, origin: { protocol: 'anthropic-messages', value } }
  if (toolCalls.length > 0) message.toolCalls = toolCalls
  return message
}

const readCall = (value: Json): ToolCall => ({
  id: stringAt(value, 'id'),
  name: stringAt(value, 'name'),
  arguments: JSON.stringify(value.input ?? {}),
  origin: { protocol: 'anthropic-messages', value },
})

function readBlock(value: Json, zone: Zone | undefined): Part | Message {
  return value.type === 'tool_result' ? readResult(value) : readPart(value, zone)
}

function readResult(value: Json): Message {
  const zone = takeZone(value)
  const message: Message = {
    role: 'tool',
    parts: readResultContent(value, zone),
    toolCallId: stringAt(value, 'tool_use_id'),
    origin: { protocol: 'anthropic-messages', value },
  }
  if (optionalBoolean(value, 'is_error') === true) message.toolFailed = true
  return message
}

function readResultContent(value: Json, zone: Zone | undefined): Part[] {
  const { content } = value
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, ...(zone ? { zone } : {}) }]
  const blocks = Array.isArray(content) ? optionalList(value, 'content', maxParts) : undefined
  if (!blocks) throw wrong('content', 'must be a string or an array of content blocks')
  // Whatever a tool brings, documents too, is from the tool.
  return each(blocks, 'content', block => readPart(block, zone ?? 'tool'))
}

export function readText(value: Json, outer: Zone | undefined): TextPart {
  const zone = takeZone(value) ?? outer
  const origin = { protocol: 'anthropic-messages', value } as const
  if (value.type !== 'text') throw wrong('type', 'must be text')
  return { type: 'text', text: stringAt(value, 'text'), ...(zone ? { zone } : {}), origin }
}

function readPart(value: Json, outer: Zone | undefined): Part {
  const origin = { protocol: 'anthropic-messages', value } as const
  switch (value.type) {
    case 'text':
      return readText(value, outer)
    case 'image':
      return readImage(value)
    case 'document': {
      const zone = takeZone(value) ?? outer ?? 'document'
      return within('source', recordAt(value, 'source'), source => readDocument(value, source, zone))
    }
    case 'search_result': {
      const zone = takeZone(value) ?? outer ?? 'document'
      const blocks = optionalList(value, 'content', maxParts) ?? []
      const texts = each(blocks, 'content', block => stringAt(block, 'text'))
      return { type: 'text', text: textUnder([value.title, ...texts]), zone, origin }
    }
    case 'thinking': {
      const signature = optionalString(value, 'signature')
      const part = { type: 'reasoning' as const, text: stringAt(value, 'thinking'), origin }
      return signature === undefined ? part : { ...part, signature }
    }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', redacted: stringAt(value, 'data'), origin }
    default:
      stringAt(value, 'type')
      return { type: 'opaque', origin }
  }
}

function readImage(value: Json): Part {
  const origin = { protocol: 'anthropic-messages', value } as const
  return within('source', recordAt(value, 'source'), source => {
    if (source.type === 'url') return { type: 'image', url: stringAt(source, 'url'), origin }
    if (source.type === 'base64') {
      const url = `data:${stringAt(source, 'media_type')};base64,${stringAt(source, 'data')}`
      return { type: 'image', url, origin }
    }
    stringAt(source, 'type')
    return { type: 'opaque', origin }
  })
}

/** Documents of text are text, so that guardrails read them. */
function readDocument(value: Json, source: Json, zone: Zone): Part {
  const origin = { protocol: 'anthropic-messages', value } as const
  const text = (body: string): Part => ({
    type: 'text',
    text: textUnder([value.title, value.context, body]),
    zone,
    origin,
  })
  const name = typeof value.title === 'string' ? { name: value.title } : {}
  switch (source.type) {
    case 'text':
      return text(stringAt(source, 'data'))
    case 'content': {
      if (typeof source.content === 'string') return text(source.content)
      const blocks = optionalList(source, 'content', maxParts) ?? []
      return text(textUnder(each(blocks, 'content', block => block.text)))
    }
    case 'base64':
      return {
        type: 'file',
        ...name,
        mediaType: stringAt(source, 'media_type'),
        data: stringAt(source, 'data'),
        origin,
      }
    case 'file':
      return { type: 'file', ...name, id: stringAt(source, 'file_id'), origin }
    default:
      stringAt(source, 'type')
      return { type: 'opaque', origin }
  }
}

const textUnder = (lines: readonly unknown[]): string =>
  lines.filter(line => typeof line === 'string' && line !== '').join('\n')
