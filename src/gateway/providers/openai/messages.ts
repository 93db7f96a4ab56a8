import { digestOf } from '../../../lib/digest.ts'
import type { CanonicalRequest, Message, Part, ToolCall } from '../../canonical/request.ts'
import { unsupported } from '../upstream/unsupported.ts'
import type { Dialect } from './dialect.ts'

type Json = Record<string, unknown>

/** Messages of chat completions. One that came as such and was not edited goes out as it came. */
export function encodeMessages(
  messages: CanonicalRequest['messages'],
  dialect: Dialect,
  dropped: string[],
): Json[] {
  const encoded: Json[] = []
  /** Pictures that tools returned: only a user message can hold them, after the answers of all tools. */
  let pictures: Json[] = []
  for (const message of messages) {
    if (pictures.length > 0 && message.role !== 'tool') {
      encoded.push({ role: 'user', content: pictures })
      pictures = []
    }
    const { origin } = message
    const came = origin?.protocol === 'openai-chat' ? origin.value : undefined
    const value =
      came && !message.edited ? came : { ...came, ...encodeMessage(message, dialect, dropped, pictures) }
    encoded.push(adaptMessage(value, dialect, dropped))
  }
  if (pictures.length > 0) encoded.push({ role: 'user', content: pictures })
  return encoded
}

function encodeMessage(message: Message, dialect: Dialect, dropped: string[], pictures: Json[]): Json {
  const { role, name, toolCalls, toolCallId, toolFailed } = message
  const wasArray = message.origin?.protocol === 'openai-chat' && Array.isArray(message.origin.value.content)
  const content: Json[] = []
  const reasoning: Extract<Part, { type: 'reasoning' }>[] = []
  let refusal = ''
  for (const part of message.parts) {
    if (part.type === 'reasoning') reasoning.push(part)
    else if (part.type === 'refusal' && part.origin?.protocol !== 'openai-chat') refusal += part.text
    else if (role === 'tool' && part.type !== 'text') pictures.push(encodePart(part))
    else content.push(encodePart(part))
  }
  if (toolFailed) note(dropped, 'tool_result.is_error')
  return {
    role,
    content: contentOf(content, wasArray, dialect),
    ...(refusal === '' ? {} : { refusal }),
    ...(name === undefined ? {} : { name }),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
    ...(toolCalls?.length ? { tool_calls: toolCalls.map(encodeCall) } : {}),
    ...(reasoning.length > 0 ? reasoningFields(reasoning, dialect, dropped) : {}),
  }
}

function contentOf(content: Json[], wasArray: boolean, { textParts }: Dialect): unknown {
  if (content.length === 0) return null
  const texts = content.every(({ type }) => type === 'text')
  if (texts && ((content.length === 1 && !wasArray) || !textParts))
    return content.map(({ text }) => text).join('\n')
  return content
}

function encodePart(part: Part): Json {
  if ('origin' in part && part.origin?.protocol === 'openai-chat') return part.origin.value
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'refusal', refusal: part.text }
    case 'image':
      return {
        type: 'image_url',
        image_url: { url: part.url, ...(part.detail === undefined ? {} : { detail: part.detail }) },
      }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
    case 'file':
      return { type: 'file', file: fileOf(part) }
    case 'reasoning':
    case 'opaque':
      throw unsupported(
        `has no content of type "${String(part.origin?.value.type ?? part.type)}": leave it out of messages`,
      )
  }
}

const fileOf = ({ id, name, data, mediaType }: Extract<Part, { type: 'file' }>): Json =>
  id !== undefined
    ? { file_id: id }
    : {
        ...(name === undefined ? {} : { filename: name }),
        file_data: `data:${mediaType ?? 'application/octet-stream'};base64,${data ?? ''}`,
      }

function encodeCall({ id, name, arguments: text, custom, origin }: ToolCall): Json {
  // A call that was edited has no origin any more.
  if (origin?.protocol === 'openai-chat') return origin.value
  // Servers that parse arguments fail on an empty text; a call without any says {}.
  return custom
    ? { id, type: 'custom', custom: { name, input: text } }
    : { id, type: 'function', function: { name, arguments: text === '' ? '{}' : text } }
}

/** Reasoning of earlier turns, for servers that want it back; OpenAI's chat completions have no place for it. */
function reasoningFields(
  parts: readonly Extract<Part, { type: 'reasoning' }>[],
  { reasoningInput }: Dialect,
  dropped: string[],
): Json {
  if (reasoningInput === 'reasoning_content')
    return { reasoning_content: parts.map(({ text }) => text).join('') }
  if (reasoningInput === 'reasoning_details')
    return {
      reasoning_details: parts.map(({ text, signature }) => ({
        type: 'reasoning.text',
        text,
        ...(signature === undefined ? {} : { signature }),
      })),
    }
  note(dropped, 'messages[].reasoning')
  return {}
}

/** What this server needs of any message, also of one that goes out as it came. Copies only what changes. */
function adaptMessage(message: Json, dialect: Dialect, dropped: string[]): Json {
  let adapted = message
  if (!dialect.developer && message.role === 'developer') adapted = { ...adapted, role: 'system' }
  if (!dialect.messageName && message.name !== undefined) {
    const { name: _, ...rest } = adapted
    adapted = rest
    note(dropped, 'messages[].name')
  }
  // Proofs of another provider, in the field in which gateways hand them to clients.
  if (message.thinking_blocks !== undefined) {
    const { thinking_blocks: _, ...rest } = adapted
    adapted = rest
    note(dropped, 'messages[].thinking_blocks')
  }
  if (!dialect.textParts && Array.isArray(message.content) && message.role !== 'user')
    adapted = { ...adapted, content: contentOf(message.content as Json[], true, dialect) }
  return dialect.shortToolIds ? withShortIds(adapted) : adapted
}

function withShortIds(message: Json): Json {
  if (typeof message.tool_call_id === 'string')
    return { ...message, tool_call_id: shortId(message.tool_call_id) }
  if (!Array.isArray(message.tool_calls)) return message
  return {
    ...message,
    tool_calls: message.tool_calls.map((call: Json) =>
      typeof call.id === 'string' ? { ...call, id: shortId(call.id) } : call,
    ),
  }
}

/** Equal ids stay equal, so that a result finds its call. */
const shortId = (id: string): string =>
  /^[a-zA-Z0-9]{9}$/.test(id) ? id : digestOf(id).slice('sha256:'.length, 'sha256:'.length + 9)

function note(dropped: string[], what: string): void {
  if (!dropped.includes(what)) dropped.push(what)
}
