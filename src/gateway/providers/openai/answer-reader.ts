import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import { ProviderError } from '../provider.ts'
import type { Confidential } from '../upstream/fault-text.ts'
import type { FrameReader } from '../upstream/frames.ts'
import { parseObject } from '../upstream/json.ts'
import { faultError } from '../upstream/rejection.ts'
import { ChoiceReader, type WireChoice } from './choice.ts'
import { type CarriesUsage, usageOf } from './usage.ts'

interface Wire extends CarriesUsage {
  id?: string
  model?: string
  created?: number
  choices?: WireChoice[] | null
  error?: unknown
}

type WireProtocol = 'openai-chat' | 'openai-completions'

/** The call's own id, for servers that give none. */
interface Reading extends Confidential {
  call: string
}

/** Reads chat completions and completions: the chunks of a stream in order, or one whole answer. */
export class AnswerReader implements FrameReader {
  /** `[DONE]` came, or every choice has finished: some servers close without saying so. */
  done = false
  readonly #protocol: WireProtocol
  readonly #reading: Reading
  #choices: ChoiceReader[] = []
  #started = false
  /** Frames of chunks that came before the first with an id: Azure tells of the prompt first. */
  #early: Frame[] = []

  constructor(protocol: WireProtocol, reading: Reading) {
    this.#protocol = protocol
    this.#reading = reading
  }

  get complete(): boolean {
    return this.done || (this.#choices.length > 0 && this.#choices.every(({ finished }) => finished))
  }

  read(data: string, into: Frame[]): void {
    if (data === '[DONE]') {
      this.done = true
      return
    }
    const wire = this.#parse(data)
    if (!this.#started) {
      if (!wire.id && !wire.choices?.length && !wire.usage) {
        this.#early.push({ events: [{ type: 'opaque' }], wire: { protocol: this.#protocol, data } })
        return
      }
      this.#started = true
      into.push(this.#first(wire, data, into))
      return
    }
    into.push(this.#frame(wire, data, []))
  }

  whole(data: string): Frame {
    const wire = this.#parse(data)
    if (!wire.choices?.length)
      throw new ProviderError('provider_error', 'the provider answered without a choice')
    return this.#frame(wire, data, [this.#start(wire)])
  }

  /** The first real chunk begins the answer; what came earlier goes before it and takes the beginning along. */
  #first(wire: Wire, data: string, into: Frame[]): Frame {
    const start = this.#start(wire)
    const [early, ...others] = this.#early
    if (!early) return this.#frame(wire, data, [start])
    into.push({ ...early, events: [start, ...early.events] }, ...others)
    this.#early = []
    return this.#frame(wire, data, [])
  }

  #start({ id, model, created }: Wire): AnswerEvent {
    return {
      type: 'start',
      id: id || `chatcmpl-${this.#reading.call}`,
      model: model || this.#reading.request.model,
      ...(typeof created === 'number' && created > 0 ? { created } : {}),
    }
  }

  #frame(wire: Wire, data: string, events: AnswerEvent[]): Frame {
    let repaired = false
    for (const choice of wire.choices ?? []) {
      const reader = this.#choice(choice.index ?? 0)
      reader.read(choice, events)
      repaired ||= reader.repaired
    }
    const usage = usageOf(wire)
    if (usage) events.push({ type: 'usage', usage })
    return repaired ? { events } : { events, wire: { protocol: this.#protocol, data } }
  }

  #choice(index: number): ChoiceReader {
    const known = this.#choices[index]
    if (known) return known
    if (!Number.isInteger(index) || index < 0 || index > maxChoice)
      throw new ProviderError('provider_error', 'the provider sent a choice with an impossible index')
    for (let i = this.#choices.length; i <= index; i++) this.#choices.push(new ChoiceReader(i))
    return this.#choices[index] as ChoiceReader
  }

  #parse(data: string): Wire {
    const value: Wire = parseObject(data)
    if (value.error) throw faultError(value, this.#reading)
    return value
  }
}

/** Far above what any server gives. */
const maxChoice = 1023
