import { type AnswerEvent, addThought, type Frame, type Thought } from '../../canonical/answer.ts'
import { isJson } from '../fields.ts'
import type { AnswerContext } from '../protocol.ts'
import { customInput, type MessageFacts, messageOf, noteFact, stopOf } from './message.ts'

type Block =
  | { type: 'text'; text: string }
  | { type: 'thoughts'; thoughts: Thought[] }
  | { type: 'call'; id: string; name: string; custom: boolean; text: string }

/** A whole answer as `message`. */
export function encodeWhole({ events, wire }: Frame, context: AnswerContext): string {
  if (wire?.protocol === 'anthropic-messages') return wire.data
  const facts: MessageFacts = {}
  const blocks: Block[] = []
  const calls = new Map<number, Extract<Block, { type: 'call' }>>()
  for (const event of events) {
    noteFact(facts, event)
    if (!('choice' in event) || event.choice === 0) add(event, blocks, calls)
  }
  const content = blocks.flatMap(contentOf)
  return JSON.stringify({ ...messageOf(facts, context), content, ...stopOf(facts) })
}

/** Blocks stand in the order in which they began. */
function add(
  event: AnswerEvent,
  blocks: Block[],
  calls: Map<number, Extract<Block, { type: 'call' }>>,
): void {
  const last = blocks.at(-1)
  switch (event.type) {
    case 'text':
    case 'refusal':
      if (last?.type === 'text') last.text += event.text
      else if (event.text !== '') blocks.push({ type: 'text', text: event.text })
      return
    case 'reasoning':
      if (last?.type === 'thoughts') addThought(last.thoughts, event)
      else {
        const thoughts: Thought[] = []
        addThought(thoughts, event)
        blocks.push({ type: 'thoughts', thoughts })
      }
      return
    case 'tool-call': {
      const { id, name, custom } = event
      const block = { type: 'call' as const, id, name, custom: custom === true, text: '' }
      calls.set(event.index, block)
      blocks.push(block)
      return
    }
    case 'tool-arguments': {
      const call = calls.get(event.index)
      if (call) call.text += event.text
    }
  }
}

function contentOf(block: Block): unknown[] {
  switch (block.type) {
    case 'text':
      return [block]
    case 'thoughts':
      return block.thoughts.map(({ text, signature = '', redacted }) =>
        redacted === undefined
          ? { type: 'thinking', thinking: text, signature }
          : { type: 'redacted_thinking', data: redacted },
      )
    case 'call': {
      const { id, name, text, custom } = block
      return [{ type: 'tool_use', id, name, input: custom ? customInput(text) : inputOf(text) }]
    }
  }
}

/** Arguments that are cut off, as at the limit of tokens, are not an object: then nothing of them can be told. */
function inputOf(text: string): unknown {
  if (text === '') return {}
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return isJson(input) ? input : {}
}
