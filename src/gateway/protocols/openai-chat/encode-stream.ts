import { type AnswerEvent, addThought, type Frame, type Thought } from '../../canonical/answer.ts'
import { finishToOpenAi } from '../../canonical/finish-reason.ts'
import type { Usage } from '../../canonical/usage.ts'
import { usageToOpenAi } from '../../canonical/usage-openai.ts'
import { withoutUsage } from '../openai-unasked-usage.ts'
import type { AnswerContext } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { thinkingBlocks, usesFunctions } from './dialect.ts'

interface Choice {
  hasRole: boolean
  finished: boolean
  thoughts: Thought[]
  /** By index: what a call is, and whether it got arguments. */
  calls: Map<number, { custom: boolean; hasArguments: boolean }>
}

/** Writes one answer as `chat.completion.chunk`s. */
export class ChunkEncoder {
  readonly #context: AnswerContext
  readonly #legacy: boolean
  readonly #wantsUsage: boolean
  readonly #tail: string
  readonly #choices = new Map<number, Choice>()
  #start: Extract<AnswerEvent, { type: 'start' }> | undefined
  /** Everything before the first choice, the same for all chunks of an answer. */
  #head = ''
  #usage: Usage | undefined
  #usageIsSent = false

  constructor(context: AnswerContext) {
    this.#context = context
    this.#legacy = usesFunctions(context.request)
    this.#wantsUsage = context.request.usageInStream
    this.#tail = this.#wantsUsage ? ',"usage":null}\n\n' : '}\n\n'
  }

  frame({ events, wire }: Frame): string {
    if (wire?.protocol === 'openai-chat') return this.#pass(events, wire.data)
    let out = ''
    for (const event of events) out += this.#encode(event)
    return out
  }

  end(): string {
    let out = ''
    for (const [index, choice] of this.#choices)
      if (!choice.finished) out += this.#finish(index, choice, 'stop')
    if (this.#wantsUsage && this.#usage && !this.#usageIsSent)
      out += `${this.#headOf()}],"usage":${JSON.stringify(usageToOpenAi(this.#usage))}}\n\n`
    return `${out}data: [DONE]\n\n`
  }

  #pass(events: Frame['events'], data: string): string {
    let counts = false
    for (const event of events) {
      this.#note(event)
      counts ||= event.type === 'usage'
    }
    if (!data.includes('"usage"')) return writeEvent(data)
    if (this.#wantsUsage) {
      this.#usageIsSent ||= counts
      return writeEvent(data)
    }
    const rest = withoutUsage(data, counts)
    return rest === undefined ? '' : writeEvent(rest)
  }

  /** What a chunk that goes out as it came said, for those after it that do not. */
  #note(event: AnswerEvent): void {
    if (event.type === 'start') this.#start = event
    else if (event.type === 'usage') this.#usage = event.usage
    else if ('choice' in event) {
      const choice = this.#choiceAt(event.choice)
      if (event.type === 'finish') choice.finished = true
      else if (event.type === 'tool-call')
        choice.calls.set(event.index, { custom: event.custom === true, hasArguments: true })
      else if (event.type === 'tool-arguments' && event.text !== '') {
        const call = choice.calls.get(event.index)
        if (call) call.hasArguments = true
      }
    }
  }

  #encode(event: AnswerEvent): string {
    switch (event.type) {
      case 'start':
        this.#start = event
        return this.#withRole(0, '')
      case 'text':
        return this.#delta(event.choice, `{"content":${JSON.stringify(event.text)}}`)
      case 'refusal':
        return this.#delta(event.choice, `{"refusal":${JSON.stringify(event.text)}}`)
      case 'reasoning': {
        addThought(this.#choiceAt(event.choice).thoughts, event)
        if (event.text === '') return this.#withRole(event.choice, '')
        return this.#delta(event.choice, `{"reasoning_content":${JSON.stringify(event.text)}}`)
      }
      case 'tool-call':
        return this.#toolCall(event)
      case 'tool-arguments':
        return this.#toolArguments(event)
      case 'finish':
        return this.#finish(event.choice, this.#choiceAt(event.choice), finishToOpenAi(event.reason))
      case 'usage':
        this.#usage = event.usage
        return ''
      default:
        return ''
    }
  }

  #toolCall({ choice, index, id, name, custom }: Extract<AnswerEvent, { type: 'tool-call' }>): string {
    const { calls } = this.#choiceAt(choice)
    calls.set(index, { custom: custom === true, hasArguments: false })
    const called = JSON.stringify(name)
    if (this.#legacy)
      return index > 0 ? '' : this.#delta(choice, `{"function_call":{"name":${called},"arguments":""}}`)
    const what = custom
      ? `"type":"custom","custom":{"name":${called},"input":""}`
      : `"type":"function","function":{"name":${called},"arguments":""}`
    return this.#delta(choice, `{"tool_calls":[{"index":${index},"id":${JSON.stringify(id)},${what}}]}`)
  }

  #toolArguments({ choice, index, text }: Extract<AnswerEvent, { type: 'tool-arguments' }>): string {
    const call = this.#choiceAt(choice).calls.get(index)
    if (text === '') return ''
    if (call) call.hasArguments = true
    const piece = JSON.stringify(text)
    if (this.#legacy) return index > 0 ? '' : this.#delta(choice, `{"function_call":{"arguments":${piece}}}`)
    const what = call?.custom ? `"custom":{"input":${piece}}` : `"function":{"arguments":${piece}}`
    return this.#delta(choice, `{"tool_calls":[{"index":${index},${what}}]}`)
  }

  #finish(index: number, choice: Choice, reason: string): string {
    let out = ''
    // Clients parse it: what takes no arguments gets none.
    for (const [call, state] of choice.calls.entries())
      if (state && !state.custom && !state.hasArguments)
        out += this.#toolArguments({ type: 'tool-arguments', choice: index, index: call, text: '{}' })
    const signed = thinkingBlocks(choice.thoughts)
    if (signed) out += this.#delta(index, `{"thinking_blocks":${JSON.stringify(signed)}}`)
    choice.finished = true
    const told = this.#legacy && reason === 'tool_calls' ? 'function_call' : reason
    return out + this.#delta(index, '{}', `"${told}"`)
  }

  #delta(choice: number, delta: string, finish = 'null'): string {
    return this.#withRole(
      choice,
      `${this.#headOf()}{"index":${choice},"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${this.#tail}`,
    )
  }

  /** The first chunk of a choice says the role; said twice, where only a changed piece needs it, it does no harm. */
  #withRole(index: number, chunk: string): string {
    const choice = this.#choiceAt(index)
    if (choice.hasRole) return chunk
    choice.hasRole = true
    return this.#delta(index, '{"role":"assistant","content":"","refusal":null}') + chunk
  }

  #choiceAt(index: number): Choice {
    const known = this.#choices.get(index)
    if (known) return known
    const choice: Choice = { hasRole: false, finished: false, thoughts: [], calls: new Map() }
    this.#choices.set(index, choice)
    return choice
  }

  #headOf(): string {
    if (this.#head !== '') return this.#head
    const { request, call, at } = this.#context
    const id = JSON.stringify(this.#start?.id || `chatcmpl-${call}`)
    const model = JSON.stringify(this.#start?.model || request.model)
    const created = this.#start?.created ?? Math.floor(at / 1000)
    this.#head = `data: {"id":${id},"object":"chat.completion.chunk","created":${created},"model":${model},"choices":[`
    return this.#head
  }
}
