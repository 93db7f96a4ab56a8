import type { AnswerEvent } from '../../canonical/answer.ts'
import { finishFromOpenAi } from '../../canonical/finish-reason.ts'

/** A choice of a chunk or of a whole answer; the servers differ in more than is named here. */
export interface WireChoice {
  index?: number
  delta?: WireMessage | null
  message?: WireMessage | null
  /** Of completions. */
  text?: string
  finish_reason?: string | null
  /** vLLM: the text that stopped it, or the id of a token. */
  stop_reason?: string | number | null
  logprobs?: unknown
}

interface WireMessage {
  content?: string | WirePart[] | null
  refusal?: string | null
  /** DeepSeek, older vLLM, llama.cpp; OpenRouter, Groq, Ollama and newer vLLM. */
  reasoning_content?: string | null
  reasoning?: string | null
  reasoning_details?: { text?: string; signature?: string | null }[] | null
  tool_calls?: WireCall[] | null
  function_call?: { name?: string; arguments?: string } | null
  audio?: { transcript?: string } | null
  annotations?: unknown[] | null
}

/** Mistral's reasoning models answer in parts. */
interface WirePart {
  type?: string
  text?: string
  thinking?: { text?: string }[]
}

interface WireCall {
  index?: number
  id?: string | null
  type?: string
  function?: { name?: string | null; arguments?: string | object | null } | null
  custom?: { name?: string; input?: string } | null
}

/** Reads the pieces of one choice of one answer, in order. */
export class ChoiceReader {
  readonly index: number
  finished = false
  /** A call came without the index that tells it from others: what was sent must not go on as it is. */
  repaired = false
  /** By the index the server gave: our own, and the call's id. */
  #calls: Map<number, { index: number; id: string }> | undefined
  #count = 0

  constructor(index: number) {
    this.index = index
  }

  read(choice: WireChoice, into: AnswerEvent[]): void {
    const message = choice.delta ?? choice.message
    if (message) this.#message(message, into)
    if (choice.text) into.push({ type: 'text', choice: this.index, text: choice.text })
    if (choice.logprobs) into.push({ type: 'opaque' })
    const { finish_reason: reason, stop_reason: stopped } = choice
    if (typeof reason !== 'string' || reason === '' || this.finished) return
    this.finished = true
    into.push(
      reason === 'stop' && typeof stopped === 'string'
        ? { type: 'finish', choice: this.index, reason: 'stop-sequence', stopSequence: stopped }
        : { type: 'finish', choice: this.index, reason: finishFromOpenAi(reason) },
    )
  }

  #message(message: WireMessage, into: AnswerEvent[]): void {
    const { index: choice } = this
    const { content, refusal, tool_calls: calls, function_call: legacy, audio } = message
    const reasoning = message.reasoning_content || message.reasoning
    const details = message.reasoning_details
    if (reasoning || details) this.#reasoning(reasoning || undefined, details, into)
    if (typeof content === 'string') {
      if (content !== '') into.push({ type: 'text', choice, text: content })
    } else if (content) this.#parts(content, into)
    if (refusal) into.push({ type: 'refusal', choice, text: refusal })
    if (calls) for (let i = 0; i < calls.length; i++) this.#call(calls[i] as WireCall, i, into)
    if (legacy) this.#call({ index: 0, function: legacy }, 0, into)
    if (audio) {
      if (audio.transcript) into.push({ type: 'text', choice, text: audio.transcript })
      into.push({ type: 'opaque' })
    }
    if (message.annotations?.length) into.push({ type: 'opaque' })
  }

  #reasoning(text: string | undefined, details: WireMessage['reasoning_details'], into: AnswerEvent[]): void {
    const { index: choice } = this
    const signature = details?.find(
      ({ signature }) => typeof signature === 'string' && signature !== '',
    )?.signature
    const said = text ?? details?.map(detail => detail.text ?? '').join('') ?? ''
    if (said === '' && !signature) {
      if (details?.length) into.push({ type: 'opaque' })
      return
    }
    into.push({ type: 'reasoning', choice, text: said, ...(signature ? { signature } : {}) })
  }

  #parts(parts: WirePart[], into: AnswerEvent[]): void {
    const { index: choice } = this
    for (const { type, text, thinking } of parts) {
      if (type === 'thinking' && thinking)
        into.push({ type: 'reasoning', choice, text: thinking.map(part => part.text ?? '').join('') })
      else if (type === 'text' && text) into.push({ type: 'text', choice, text })
      else if (type !== 'text') into.push({ type: 'opaque' })
    }
  }

  #call(call: WireCall, position: number, into: AnswerEvent[]): void {
    const { index: choice } = this
    this.#calls ??= new Map()
    const calls = this.#calls
    const { id, custom } = call
    const name = custom?.name ?? call.function?.name
    const said = call.index ?? (id ? this.#count : this.#count - 1)
    let known = calls.get(said)
    // Some servers give every call the index 0; another id with a name begins another call.
    const begins = !known || (id && name && known.id !== id)
    if (begins) {
      if (known || (call.index === undefined && position !== this.#count)) this.repaired = true
      known = { index: this.#count++, id: id ?? '' }
      calls.set(said, known)
      into.push({
        type: 'tool-call',
        choice,
        index: known.index,
        id: id ?? '',
        name: name ?? '',
        ...(custom ? { custom: true as const } : {}),
      })
    }
    const text = custom ? custom.input : call.function?.arguments
    if (text === undefined || text === null || !known) return
    // Ollama's older versions send an object where the API has its JSON text.
    if (typeof text !== 'string') this.repaired = true
    into.push({
      type: 'tool-arguments',
      choice,
      index: known.index,
      text: typeof text === 'string' ? text : JSON.stringify(text),
    })
  }
}
