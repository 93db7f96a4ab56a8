import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import { finishFromAnthropic } from '../../canonical/finish-reason.ts'
import type { Usage } from '../../canonical/usage.ts'
import { usageFromAnthropic } from '../../canonical/usage-anthropic.ts'
import { ProviderError } from '../provider.ts'
import type { Confidential } from '../upstream/fault-text.ts'
import type { FrameReader } from '../upstream/frames.ts'
import { parseObject } from '../upstream/json.ts'
import { faultError } from '../upstream/rejection.ts'

interface WireMessage {
  id?: string
  model?: string
  content?: WireBlock[]
  stop_reason?: string | null
  stop_sequence?: string | null
  usage?: unknown
}

interface WireBlock {
  type?: string
  text?: string
  citations?: unknown[] | null
  thinking?: string
  signature?: string
  data?: string
  id?: string
  name?: string
  input?: unknown
}

interface WireEvent {
  type?: string
  message?: WireMessage
  index?: number
  content_block?: WireBlock
  delta?: {
    type?: string
    text?: string
    partial_json?: string
    thinking?: string
    signature?: string
    stop_reason?: string | null
    stop_sequence?: string | null
  }
  usage?: unknown
}

/** A tool call whose arguments still come. */
interface OpenCall {
  index: number
  /** Some of its arguments came. */
  filled: boolean
}

/** Reads messages: the events of a stream in order, or one whole answer. */
export class AnswerReader implements FrameReader {
  done = false
  #finished = false
  #started = false
  #usage: Usage | undefined
  #calls = 0
  /** By the index of their block. */
  readonly #open = new Map<number, OpenCall>()
  readonly #confidential: Confidential

  constructor(confidential: Confidential) {
    this.#confidential = confidential
  }

  get complete(): boolean {
    return this.done || this.#finished
  }

  read(data: string, into: Frame[]): void {
    const wire: WireEvent = parseObject(data)
    if (wire.type === 'error') throw faultError(wire, this.#confidential)
    const events: AnswerEvent[] = []
    if (wire.type === 'message_start') this.#start(wire.message ?? {}, events)
    else if (!this.#started && wire.type !== 'ping')
      throw new ProviderError(
        'provider_error',
        'the provider sent a stream that does not begin with its message',
      )
    else this.#event(wire, events)
    into.push({ events, wire: { protocol: 'anthropic-messages', data } })
  }

  whole(data: string): Frame {
    const value = parseObject(data)
    if (value.type === 'error' || value.error) throw faultError(value, this.#confidential)
    const message: WireMessage = value
    if (!Array.isArray(message.content))
      throw new ProviderError('provider_error', 'the provider answered without content')
    const events: AnswerEvent[] = []
    this.#start({ ...message, usage: undefined }, events)
    for (const block of message.content) {
      if (block.type === 'tool_use') this.#wholeCall(block, events)
      else this.#block(block, events)
    }
    this.#finish(message, events)
    this.#count(message.usage, events)
    return { events, wire: { protocol: 'anthropic-messages', data } }
  }

  #event({ type, index = 0, content_block: block, delta, usage }: WireEvent, into: AnswerEvent[]): void {
    switch (type) {
      case 'content_block_start':
        if (block?.type === 'tool_use') this.#openCall(index, block, into)
        else if (block) this.#block(block, into)
        return
      case 'content_block_delta':
        if (delta) this.#delta(index, delta, into)
        return
      case 'content_block_stop': {
        const call = this.#open.get(index)
        // A call without arguments is one with an empty object, which clients parse.
        if (call && !call.filled)
          into.push({ type: 'tool-arguments', choice: 0, index: call.index, text: '{}' })
        this.#open.delete(index)
        return
      }
      case 'message_delta':
        if (delta) this.#finish(delta, into)
        this.#count(usage, into)
        return
      case 'message_stop':
        this.done = true
    }
  }

  #start({ id = '', model, usage }: WireMessage, into: AnswerEvent[]): void {
    this.#started = true
    into.push({ type: 'start', id, model: model || this.#confidential.request.model })
    this.#count(usage, into)
  }

  #block({ type, text, citations, thinking, signature, data }: WireBlock, into: AnswerEvent[]): void {
    if (type === 'text') {
      if (text) into.push({ type: 'text', choice: 0, text })
      if (citations?.length) into.push({ type: 'opaque' })
    } else if (type === 'thinking') {
      if (thinking || signature)
        into.push({
          type: 'reasoning',
          choice: 0,
          text: thinking ?? '',
          ...(signature ? { signature } : {}),
        })
    } else if (type === 'redacted_thinking')
      into.push({ type: 'reasoning', choice: 0, text: '', redacted: data ?? '' })
    else into.push({ type: 'opaque' })
  }

  #delta(index: number, delta: NonNullable<WireEvent['delta']>, into: AnswerEvent[]): void {
    switch (delta.type) {
      case 'text_delta':
        if (delta.text) into.push({ type: 'text', choice: 0, text: delta.text })
        return
      case 'thinking_delta':
        if (delta.thinking) into.push({ type: 'reasoning', choice: 0, text: delta.thinking })
        return
      case 'signature_delta':
        if (delta.signature) into.push({ type: 'reasoning', choice: 0, text: '', signature: delta.signature })
        return
      case 'input_json_delta': {
        const call = this.#open.get(index)
        const text = delta.partial_json ?? ''
        if (!call) {
          into.push({ type: 'opaque' })
          return
        }
        if (text !== '') call.filled = true
        into.push({ type: 'tool-arguments', choice: 0, index: call.index, text })
        return
      }
      default:
        into.push({ type: 'opaque' })
    }
  }

  #openCall(block: number, { id = '', name = '' }: WireBlock, into: AnswerEvent[]): void {
    const call = { index: this.#calls++, filled: false }
    this.#open.set(block, call)
    into.push({ type: 'tool-call', choice: 0, index: call.index, id, name })
  }

  #wholeCall({ id = '', name = '', input }: WireBlock, into: AnswerEvent[]): void {
    const index = this.#calls++
    into.push(
      { type: 'tool-call', choice: 0, index, id, name },
      { type: 'tool-arguments', choice: 0, index, text: JSON.stringify(input ?? {}) },
    )
  }

  #finish({ stop_reason: reason, stop_sequence: sequence }: WireMessage, into: AnswerEvent[]): void {
    if (typeof reason !== 'string') return
    this.#finished = true
    into.push({
      type: 'finish',
      choice: 0,
      reason: finishFromAnthropic(reason),
      ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
    })
  }

  #count(told: unknown, into: AnswerEvent[]): void {
    if (told === undefined || told === null) return
    const usage = usageFromAnthropic(told, this.#usage)
    if (!usage) return
    this.#usage = usage
    into.push({ type: 'usage', usage })
  }
}
