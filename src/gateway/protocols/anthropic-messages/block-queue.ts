import type { AnswerEvent } from '../../canonical/answer.ts'
import { writeEvent } from '../sse.ts'
import { customInput } from './message.ts'

interface Block {
  kind: 'text' | 'thinking' | 'call'
  /** What `content_block_start` says. */
  content: Record<string, unknown>
  /** Of a call: which one. */
  call?: number
  custom?: boolean
  /** Of a call: all its arguments, to see when they are complete. */
  text: string
  /** Deltas that wait until the blocks before have ended. */
  held: string[]
  /** A signature was given: the next thought is another block. */
  signed?: boolean
  /** It came over the wire, and its further deltas and its end do too. */
  wire?: boolean
}

type ChoiceEvent = Exclude<Extract<AnswerEvent, { choice: number }>, { type: 'finish' }>

/**
 * The content blocks of a stream. Anthropic's come strictly one after another, while calls of other protocols may
 * interleave: the first block is open and streams, the others wait. A call has ended when its arguments are one JSON
 * object, for nothing can follow then, or when the answer has.
 */
export class BlockQueue {
  #blocks: Block[] = []
  /** Index of the first block in the message. */
  #index = 0
  /** By how much blocks on the wire are counted otherwise there; 0 until something was changed. */
  #shift = 0

  /** The events for a piece of an answer. */
  add(event: ChoiceEvent): string {
    switch (event.type) {
      case 'text':
      case 'refusal':
        return event.text === '' ? '' : this.#text(event.text)
      case 'reasoning':
        return event.redacted === undefined ? this.#thinking(event) : this.#redacted(event.redacted)
      case 'tool-call': {
        const { index, id, name, custom } = event
        const content = { type: 'tool_use', id, name, input: {} }
        const block: Block = {
          kind: 'call',
          content,
          call: index,
          custom: custom === true,
          text: '',
          held: [],
        }
        return this.#push(block) + (custom ? '' : this.#delta(block, inputDelta('')))
      }
      case 'tool-arguments': {
        const block = this.#blocks.find(({ call }) => call === event.index)
        if (!block || event.text === '') return ''
        block.text += event.text
        return block.custom ? '' : this.#delta(block, inputDelta(event.text))
      }
    }
  }

  /** An event as it came, with the index that its block has here; undefined when its block did not come so. */
  pass(name: string, data: string, events: readonly AnswerEvent[]): string | undefined {
    if (name === 'content_block_start') {
      const out = this.closeAll()
      const start = JSON.parse(data) as { index?: unknown; content_block?: { type?: unknown } }
      this.#shift = typeof start.index === 'number' ? this.#index - start.index : 0
      this.#blocks = [wireBlock(start.content_block?.type, events)]
      return out + writeEvent(this.#indexed(data), name)
    }
    const open = this.#blocks[0]
    if (!open?.wire) return undefined
    const out = writeEvent(this.#indexed(data), name)
    if (name === 'content_block_stop') {
      this.#blocks.shift()
      this.#index++
    }
    return out
  }

  closeAll(): string {
    let out = ''
    while (this.#blocks.length > 0) out += this.#closeFirst()
    return out
  }

  #text(text: string): string {
    let block = this.#blocks.at(-1)
    let out = ''
    if (block?.kind !== 'text') {
      block = { kind: 'text', content: { type: 'text', text: '' }, text: '', held: [] }
      out = this.#push(block)
    }
    return out + this.#delta(block, JSON.stringify({ type: 'text_delta', text }))
  }

  #thinking({ text, signature }: Extract<AnswerEvent, { type: 'reasoning' }>): string {
    let block = this.#blocks.at(-1)
    let out = ''
    if (block?.kind !== 'thinking' || block.signed) {
      const content = { type: 'thinking', thinking: '', signature: '' }
      block = { kind: 'thinking', content, text: '', held: [] }
      out = this.#push(block)
    }
    if (text !== '') out += this.#delta(block, JSON.stringify({ type: 'thinking_delta', thinking: text }))
    if (signature === undefined) return out
    block.signed = true
    return out + this.#delta(block, JSON.stringify({ type: 'signature_delta', signature }))
  }

  #redacted(data: string): string {
    const content = { type: 'redacted_thinking', data }
    return this.#push({ kind: 'thinking', content, signed: true, text: '', held: [] })
  }

  #push(block: Block): string {
    this.#blocks.push(block)
    return this.#blocks.length === 1 ? this.#open(block) : this.#advance()
  }

  #delta(block: Block, delta: string): string {
    if (block !== this.#blocks[0]) {
      block.held.push(delta)
      return this.#advance()
    }
    return this.#deltaEvent(delta)
  }

  #deltaEvent(delta: string): string {
    const data = `{"type":"content_block_delta","index":${this.#index},"delta":${delta}}`
    return `event: content_block_delta\ndata: ${data}\n\n`
  }

  /** Ends the first block as long as nothing can come for it and others wait. */
  #advance(): string {
    let out = ''
    while (this.#blocks.length > 1 && this.#blocks[0] && hasEnded(this.#blocks[0])) out += this.#closeFirst()
    return out
  }

  #open(block: Block): string {
    const data = { type: 'content_block_start', index: this.#index, content_block: block.content }
    let out = writeEvent(JSON.stringify(data), 'content_block_start')
    for (const delta of block.held) out += this.#deltaEvent(delta)
    block.held = []
    return out
  }

  /** Ends the first block and begins the one that waits behind it. */
  #closeFirst(): string {
    const block = this.#blocks.shift()
    const given = block?.custom ? this.#deltaEvent(inputDelta(JSON.stringify(customInput(block.text)))) : ''
    const stop = `event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.#index}}\n\n`
    this.#index++
    const next = this.#blocks[0]
    return given + stop + (next ? this.#open(next) : '')
  }

  #indexed(data: string): string {
    if (this.#shift === 0) return data
    return JSON.stringify({ ...(JSON.parse(data) as object), index: this.#index })
  }
}

const inputDelta = (text: string): string => JSON.stringify({ type: 'input_json_delta', partial_json: text })

function wireBlock(type: unknown, events: readonly AnswerEvent[]): Block {
  const call = events.find(event => event.type === 'tool-call')
  const kind = type === 'text' ? 'text' : type === 'thinking' ? 'thinking' : 'call'
  const block: Block = { kind, content: {}, text: '', held: [], wire: true }
  if (call) block.call = call.index
  return block
}

function hasEnded({ kind, custom, wire, text }: Block): boolean {
  if (kind !== 'call' || wire) return true
  if (custom || !text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return false
  }
}
