import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import type { Failure } from '../../failure.ts'
import { eventName } from '../event-name.ts'
import { isJson, type Json } from '../fields.ts'
import { openAiErrorBody } from '../openai-error.ts'
import type { AnswerContext } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { OutputItems } from './output-items.ts'
import { incompleteReason, noteFact, type ResponseFacts, responseOf } from './response.ts'

/**
 * Writes one answer as the events of a response. Many of them repeat text that earlier ones told piece by piece, so
 * once a frame was changed nothing goes out as it came any more: all that follows is written from what was really told.
 */
export class ResponseEncoder {
  readonly #context: AnswerContext
  readonly #facts: ResponseFacts = {}
  readonly #items: OutputItems
  #sequence = 0
  #silent = false
  #isChanged = false
  #hasStarted = false
  #hasEnded = false

  constructor(context: AnswerContext) {
    this.#context = context
    this.#items = new OutputItems(context.call, (type, fields) => this.#emit(type, fields))
  }

  frame({ events, wire }: Frame): string {
    for (const event of events) noteFact(this.#facts, event)
    if (wire?.protocol === 'openai-responses' && !this.#isChanged) {
      const passed = this.#pass(events, wire.data)
      if (passed !== undefined) return passed
    }
    if (this.#hasStarted) this.#isChanged = true
    return this.#encode(events)
  }

  end(): string {
    if (this.#hasEnded) return ''
    this.#hasEnded = true
    const status = incompleteReason(this.#facts) === undefined ? 'completed' : 'incomplete'
    const out = this.#start() + this.#items.closeAll(status)
    const response = responseOf(this.#facts, this.#context, this.#items.output(), status)
    return out + this.#emit(`response.${status}`, { response })
  }

  whole({ events, wire }: Frame): string {
    if (wire?.protocol === 'openai-responses') return wire.data
    this.#silent = true
    for (const event of events) noteFact(this.#facts, event)
    this.#encode(events)
    const status = incompleteReason(this.#facts) === undefined ? 'completed' : 'incomplete'
    this.#items.closeAll(status)
    return JSON.stringify(responseOf(this.#facts, this.#context, this.#items.output(), status))
  }

  failure(failure: Failure): string {
    const { error } = openAiErrorBody(failure)
    const { code, message, param } = error
    // The event as documented, and the member that makes clients raise it.
    return this.#emit('error', { code, message, param, error })
  }

  #encode(events: readonly AnswerEvent[]): string {
    let out = ''
    for (const event of events) {
      if (event.type === 'start') out += this.#start()
      if (!('choice' in event) || event.choice !== 0) continue
      out += this.#start()
      if (event.type !== 'finish') out += this.#items.add(event)
    }
    return out
  }

  /** Sends an event on as it came and remembers what it told; undefined when it tells what no frame told before. */
  #pass(events: readonly AnswerEvent[], data: string): string | undefined {
    const name = eventName(data)
    if (!name.endsWith('.delta') && !this.#follow(name, JSON.parse(data) as Json, events)) return undefined
    this.#silent = true
    for (const event of events)
      if ('choice' in event && event.choice === 0 && event.type !== 'finish' && event.type !== 'tool-call')
        this.#items.add(event)
    this.#silent = false
    this.#sequence++
    return writeEvent(data, name)
  }

  #follow(name: string, event: Json, events: readonly AnswerEvent[]): boolean {
    switch (name) {
      case 'response.created':
        this.#hasStarted = true
        return true
      case 'response.output_item.added': {
        const call = events.find(({ type }) => type === 'tool-call')
        if (isJson(event.item))
          this.#items.adopt(event.item, call?.type === 'tool-call' ? call.index : undefined)
        return true
      }
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        this.#items.adoptPart(event.output_index, event.part)
        return true
      case 'response.output_item.done':
        this.#items.adoptEnd(event.output_index, event.item)
        return true
      case 'response.output_text.done':
        return this.#items.says(event.output_index, event.content_index, event.text)
      case 'response.refusal.done':
        return this.#items.says(event.output_index, event.content_index, event.refusal)
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        this.#hasEnded = true
        return true
    }
    return true
  }

  #start(): string {
    if (this.#hasStarted) return ''
    this.#hasStarted = true
    const response = responseOf(this.#facts, this.#context, [], 'in_progress')
    return this.#emit('response.created', { response }) + this.#emit('response.in_progress', { response })
  }

  #emit(type: string, fields: object): string {
    if (this.#silent) return ''
    const data = JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })
    return `event: ${type}\ndata: ${data}\n\n`
  }
}
