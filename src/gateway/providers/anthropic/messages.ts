import { type CanonicalRequest, type Message, originalOf } from '../../canonical/request.ts'
import { type Block, encodeCall, encodePart, note, resultContent, safeId } from './blocks.ts'

interface Turn {
  role: 'user' | 'assistant'
  content: string | Block[]
  /** Other fields of the message, as it came. */
  others: Record<string, unknown>
}

/**
 * Messages and system of the API. System messages leave the conversation; answers of tools become blocks of a user
 * message; messages of the same role in a row become one, because the API wants them to alternate.
 */
export function encodeMessages(
  messages: CanonicalRequest['messages'],
  dropped: string[],
): { system: string | Block[] | undefined; messages: Record<string, unknown>[] } {
  const system: (string | Block[])[] = []
  const turns: Turn[] = []
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'developer') {
      const content = contentOf(message, dropped)
      if (content.length > 0) system.push(content)
      continue
    }
    if (message.name !== undefined) note(dropped, 'messages[].name')
    const turn = turnOf(message, dropped)
    const last = turns.at(-1)
    if (last?.role === turn.role) {
      last.content = [...blocksOf(last.content), ...blocksOf(turn.content)]
      last.others = { ...last.others, ...turn.others }
    } else turns.push(turn)
  }
  return {
    system: system.length > 1 ? system.flatMap(blocksOf) : system[0],
    messages: turns
      .filter(({ content }) => content.length > 0)
      .map(({ role, content, others }) => ({ ...others, role, content })),
  }
}

function turnOf(message: Message, dropped: string[]): Turn {
  const came = originalOf(message, 'anthropic-messages')
  if (message.role === 'tool') return { role: 'user', content: [came ?? toolResult(message)], others: {} }
  const role = message.role === 'assistant' ? 'assistant' : 'user'
  const { role: _, content: __, ...others } = came ?? {}
  return { role, content: contentOf(message, dropped), others }
}

/** The content as it came, else its blocks; one plain text stays a string. */
function contentOf(message: Message, dropped: string[]): string | Block[] {
  const came = originalOf(message, 'anthropic-messages')
  if (came) return came.content as string | Block[]
  const { parts, toolCalls = [] } = message
  const [only] = parts
  if (parts.length === 1 && only?.type === 'text' && !only.origin && toolCalls.length === 0) return only.text
  const blocks = parts.flatMap<Block>(part => encodePart(part, dropped) ?? [])
  return [...blocks, ...toolCalls.map(encodeCall)]
}

function toolResult(message: Message): Block {
  const { toolCallId = '', toolFailed, origin } = message
  const came = origin?.protocol === 'anthropic-messages' ? origin.value : undefined
  return {
    ...came,
    type: 'tool_result',
    tool_use_id: came?.tool_use_id ?? safeId(toolCallId),
    content: resultContent(message),
    ...(toolFailed ? { is_error: true } : {}),
  }
}

const blocksOf = (content: string | Block[]): Block[] =>
  typeof content === 'string' ? (content === '' ? [] : [{ type: 'text', text: content }]) : content
