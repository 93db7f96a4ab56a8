import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import { noUsage } from '../../canonical/usage.ts'
import { usageToAnthropic } from '../../canonical/usage-anthropic.ts'
import { eventName } from '../event-name.ts'
import type { AnswerContext } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { BlockQueue } from './block-queue.ts'
import { type MessageFacts, messageOf, noteFact, stopOf } from './message.ts'

/**
 * Writes one answer as the events of Anthropic's stream, in their strict order: `message_start`, the blocks one after
 * another, `message_delta` with the stop reason and the whole count, `message_stop`.
 */
export class MessageEncoder {
  readonly #context: AnswerContext
  readonly #facts: MessageFacts = {}
  readonly #blocks = new BlockQueue()
  #hasStarted = false
  #hasDelta = false
  #hasStopped = false

  constructor(context: AnswerContext) {
    this.#context = context
  }

  frame({ events, wire }: Frame): string {
    for (const event of events) noteFact(this.#facts, event)
    if (wire?.protocol === 'anthropic-messages') return this.#pass(events, wire.data)
    return this.#encode(events)
  }

  end(): string {
    if (this.#hasStopped) return ''
    this.#hasStopped = true
    return this.#start() + this.#delta() + writeEvent('{"type":"message_stop"}', 'message_stop')
  }

  #encode(events: readonly AnswerEvent[]): string {
    let out = ''
    for (const event of events) {
      if (event.type === 'usage' || event.type === 'opaque') continue
      out += this.#start()
      if (event.type === 'finish') {
        if (event.choice === 0) out += this.#blocks.closeAll()
      } else if ('choice' in event && event.choice === 0) out += this.#blocks.add(event)
    }
    return out
  }

  #pass(events: readonly AnswerEvent[], data: string): string {
    const name = eventName(data)
    switch (name) {
      case 'message_start':
        if (this.#hasStarted) return ''
        this.#hasStarted = true
        break
      case 'content_block_start':
      case 'content_block_delta':
      case 'content_block_stop':
        return this.#start() + (this.#blocks.pass(name, data, events) ?? this.#encode(events))
      case 'message_delta': {
        const out = this.#start() + this.#blocks.closeAll()
        if (this.#hasDelta) return out
        this.#hasDelta = true
        return out + writeEvent(data, name)
      }
      case 'message_stop':
        return this.end()
    }
    return writeEvent(data, name)
  }

  #start(): string {
    if (this.#hasStarted) return ''
    this.#hasStarted = true
    const message = messageOf(this.#facts, this.#context)
    return writeEvent(JSON.stringify({ type: 'message_start', message }), 'message_start')
  }

  #delta(): string {
    const out = this.#blocks.closeAll()
    if (this.#hasDelta) return out
    this.#hasDelta = true
    const usage = usageToAnthropic(this.#facts.usage ?? noUsage)
    const delta = { type: 'message_delta', delta: stopOf(this.#facts), usage }
    return out + writeEvent(JSON.stringify(delta), 'message_delta')
  }
}
