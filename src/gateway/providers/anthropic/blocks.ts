import type { Message, Part, ToolCall } from '../../canonical/request.ts'
import { unsupported } from '../upstream/unsupported.ts'

export type Block = Record<string, unknown>

/** The block of a part; undefined for what the API refuses and nobody misses, such as an empty text. */
export function encodePart(part: Part, dropped: string[]): Block | undefined {
  if (part.origin?.protocol === 'anthropic-messages') return part.origin.value
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { type: 'text', text: part.text }
    case 'image':
      return { type: 'image', source: imageSource(part.url) }
    case 'file':
      return documentOf(part)
    case 'reasoning':
      if (part.redacted !== undefined) return { type: 'redacted_thinking', data: part.redacted }
      if (part.signature !== undefined)
        return { type: 'thinking', thinking: part.text, signature: part.signature }
      // Thoughts that the provider has not signed are refused.
      note(dropped, 'messages[].reasoning')
      return undefined
    case 'audio':
    case 'opaque':
      throw unsupported(
        `has no content of type "${String(part.origin?.value.type ?? part.type)}": leave it out of messages`,
      )
  }
}

/** @throws ProviderError when the arguments of an earlier call are no JSON object */
export function encodeCall({ id, name, arguments: text, custom, origin }: ToolCall): Block {
  if (origin?.protocol === 'anthropic-messages') return origin.value
  return { type: 'tool_use', id: safeId(id), name, input: custom ? { input: text } : inputOf(name, text) }
}

/** What a tool returned: one text, or blocks where there is more. */
export function resultContent({ parts }: Message): string | Block[] {
  const [only] = parts
  if (parts.length === 1 && only?.type === 'text' && !only.origin) return only.text
  return parts.flatMap<Block>(part => encodePart(part, []) ?? [])
}

function inputOf(name: string, text: string): unknown {
  if (text.trim() === '') return {}
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch {
    input = undefined
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw unsupported(`takes arguments of tool calls as JSON objects, and those of "${name}" are none`)
  return input
}

const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/

function imageSource(url: string): Block {
  const data = dataUrl.exec(url.slice(0, 200))
  return data
    ? { type: 'base64', media_type: data[1] ?? 'image/png', data: url.slice(data[0].length) }
    : { type: 'url', url }
}

function documentOf({ id, name, mediaType, data = '' }: Extract<Part, { type: 'file' }>): Block {
  const title = name === undefined ? {} : { title: name }
  if (id !== undefined) return { type: 'document', source: { type: 'file', file_id: id }, ...title }
  if (mediaType === 'text/plain')
    return {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString() },
      ...title,
    }
  if (mediaType !== undefined && mediaType !== 'application/pdf')
    throw unsupported(`takes files as PDF or plain text, not ${mediaType}`)
  return { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data }, ...title }
}

/** Ids may have letters, digits, `_` and `-`; equal ids stay equal. */
export const safeId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'call'

export function note(dropped: string[], what: string): void {
  if (!dropped.includes(what)) dropped.push(what)
}
