import type { Message, Part, ToolCall } from '../../canonical/request.ts'
import type { Zone } from '../../guardrails/detector.ts'
import { readDataUrl } from '../data-url.ts'
import { each, isJson, type Json, optionalList, optionalString, stringAt, wrong } from '../fields.ts'
import { maxParts } from '../limits.ts'
import { takeZone } from '../own-fields.ts'
import { readThought } from './thought.ts'

/** What one turn of the model left: reasoning, messages and calls are items of their own and one message here. */
interface Turn {
  message: Message
  parts: Part[]
  calls: ToolCall[]
  items: Json[]
}

/** An item that points to what the provider keeps. */
export const isBound = (item: unknown): boolean =>
  isJson(item) && (item.type === 'item_reference' || item.type === 'compaction')

/** The input items as messages. */
export function readItems(items: readonly unknown[]): Message[] {
  const messages: Message[] = []
  let turn: Turn | undefined
  each(items, 'input', item => {
    const zone = takeZone(item)
    const message = readOthers(item, zone)
    if (message) {
      turn = undefined
      messages.push(message)
      return
    }
    if (!turn) {
      turn = newTurn()
      messages.push(turn.message)
    }
    addToTurn(turn, item, zone)
  })
  return messages
}

function newTurn(): Turn {
  const parts: Part[] = []
  const items: Json[] = []
  const origin = { protocol: 'openai-responses', value: { items } } as const
  return { message: { role: 'assistant', parts, origin }, parts, calls: [], items }
}

/** What is not of the model: messages of others and results of tools. */
function readOthers(item: Json, zone: Zone | undefined): Message | undefined {
  const origin = { protocol: 'openai-responses', value: { items: [item] } } as const
  if (item.type === undefined || item.type === 'message') {
    const { role } = item
    if (role === 'assistant') return undefined
    if (role !== 'user' && role !== 'system' && role !== 'developer')
      throw wrong('role', 'must be user, assistant, system or developer')
    return { role, parts: readContent(item, 'content', zone), origin }
  }
  const type = stringAt(item, 'type')
  if (!type.endsWith('_output')) return undefined
  const known = type === 'function_call_output' || type === 'custom_tool_call_output'
  const id = known ? stringAt(item, 'call_id') : optionalString(item, 'call_id')
  const readable = known || typeof item.output === 'string'
  const parts: Part[] = readable
    ? readContent(item, 'output', zone)
    : [{ type: 'opaque', origin: { protocol: 'openai-responses', value: item } }]
  return { role: 'tool', parts, ...(id === undefined ? {} : { toolCallId: id }), origin }
}

function addToTurn(turn: Turn, item: Json, zone: Zone | undefined): void {
  const origin = { protocol: 'openai-responses', value: item } as const
  turn.items.push(item)
  switch (item.type) {
    case undefined:
    case 'message':
      turn.parts.push(...readContent(item, 'content', zone))
      return
    case 'reasoning':
      turn.parts.push(readThought(item))
      return
    case 'function_call':
      addCall(turn, {
        id: stringAt(item, 'call_id'),
        name: stringAt(item, 'name'),
        arguments: stringAt(item, 'arguments'),
        origin,
      })
      return
    case 'custom_tool_call':
      addCall(turn, {
        id: stringAt(item, 'call_id'),
        name: stringAt(item, 'name'),
        arguments: stringAt(item, 'input'),
        custom: true,
        origin,
      })
      return
    default:
      turn.parts.push({ type: 'opaque', origin })
  }
}

function addCall(turn: Turn, call: ToolCall): void {
  turn.calls.push(call)
  turn.message.toolCalls = turn.calls
}

function readContent(value: Json, field: string, zone: Zone | undefined): Part[] {
  const content = value[field]
  if (typeof content === 'string') {
    const part: Part = { type: 'text', text: content }
    if (zone !== undefined) part.zone = zone
    return [part]
  }
  const list = Array.isArray(content) ? optionalList(value, field, maxParts) : undefined
  if (!list) throw wrong(field, 'must be a string or an array of parts')
  return each(list, field, part => readPart(part, zone))
}

function readPart(value: Json, outer: Zone | undefined): Part {
  const zone = takeZone(value) ?? outer
  const origin = { protocol: 'openai-responses', value } as const
  switch (value.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: stringAt(value, 'text'), ...(zone ? { zone } : {}), origin }
    case 'refusal':
      return { type: 'refusal', text: stringAt(value, 'refusal'), origin }
    case 'input_image': {
      const url = optionalString(value, 'image_url')
      const detail = optionalString(value, 'detail')
      if (url === undefined) return { type: 'opaque', origin }
      return { type: 'image', url, ...(detail === undefined ? {} : { detail }), origin }
    }
    case 'input_audio': {
      const audio = isJson(value.input_audio) ? value.input_audio : {}
      return { type: 'audio', data: stringAt(audio, 'data'), format: stringAt(audio, 'format'), origin }
    }
    case 'input_file': {
      const name = optionalString(value, 'filename')
      const id = optionalString(value, 'file_id')
      const data = optionalString(value, 'file_data')
      if (id === undefined && data === undefined) return { type: 'opaque', origin }
      return {
        type: 'file',
        ...(name === undefined ? {} : { name }),
        ...(id === undefined ? {} : { id }),
        ...(data === undefined ? {} : readDataUrl(data)),
        origin,
      }
    }
    default:
      stringAt(value, 'type')
      return { type: 'opaque', origin }
  }
}
