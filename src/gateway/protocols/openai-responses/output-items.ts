import { type AnswerEvent, addThought, type Thought } from '../../canonical/answer.ts'
import { isJson, type Json } from '../fields.ts'
import { encryptedOf } from './thought.ts'

export type Emit = (type: string, fields: object) => string

type Status = 'in_progress' | 'completed' | 'incomplete'

interface TextPart {
  type: 'output_text' | 'refusal'
  text: string
}

/** One item of the output, while it grows. */
type Item = { id: string; status: Status } & (
  | { kind: 'message'; parts: TextPart[] }
  | { kind: 'reasoning'; thought: Thought; hasSummary: boolean }
  | { kind: 'call'; call: number; callId: string; name: string; custom: boolean; text: string }
  /** Known to the provider alone. */
  | { kind: 'opaque'; value: unknown }
)

type Of<K extends Item['kind']> = Extract<Item, { kind: K }>
type ChoiceEvent = Exclude<Extract<AnswerEvent, { choice: number }>, { type: 'finish' }>

/**
 * The output of one response. Text and reasoning end when another item begins; calls stay open until the answer ends,
 * for their arguments may interleave.
 */
export class OutputItems {
  readonly #emit: Emit
  readonly #call: string
  readonly #items: Item[] = []

  constructor(call: string, emit: Emit) {
    this.#call = call
    this.#emit = emit
  }

  add(event: ChoiceEvent): string {
    switch (event.type) {
      case 'text':
        return event.text === '' ? '' : this.#text('output_text', event.text)
      case 'refusal':
        return event.text === '' ? '' : this.#text('refusal', event.text)
      case 'reasoning':
        return this.#reasoning(event)
      case 'tool-call':
        return this.#push({
          kind: 'call',
          id: this.#newId(event.custom ? 'ctc' : 'fc'),
          status: 'in_progress',
          call: event.index,
          callId: event.id,
          name: event.name,
          custom: event.custom === true,
          text: '',
        })
      case 'tool-arguments': {
        const found = this.#items.find(item => item.kind === 'call' && item.call === event.index)
        return found?.kind === 'call' && isOpen(found) && event.text !== ''
          ? this.#piece(found, event.text)
          : ''
      }
    }
  }

  /** An item that came over the wire: what follows belongs to it. */
  adopt(value: Json, call: number | undefined): void {
    const id = typeof value.id === 'string' ? value.id : this.#newId('item')
    const base = { id, status: 'in_progress' } as const
    if (value.type === 'message') this.#items.push({ ...base, kind: 'message', parts: [] })
    else if (value.type === 'reasoning')
      this.#items.push({ ...base, kind: 'reasoning', thought: { text: '' }, hasSummary: false })
    else if (call !== undefined && (value.type === 'function_call' || value.type === 'custom_tool_call'))
      this.#items.push({
        ...base,
        kind: 'call',
        call,
        callId: String(value.call_id ?? ''),
        name: String(value.name ?? ''),
        custom: value.type === 'custom_tool_call',
        text: '',
      })
    else this.#items.push({ ...base, kind: 'opaque', value })
  }

  /** An item's part, or its end, came over the wire. */
  adoptPart(at: unknown, part: unknown): void {
    const item = typeof at === 'number' ? this.#items[at] : undefined
    const type = isJson(part) ? part.type : undefined
    if (item?.kind === 'message' && (type === 'output_text' || type === 'refusal'))
      item.parts.push({ type, text: '' })
    if (item?.kind === 'reasoning') item.hasSummary = true
  }

  adoptEnd(at: unknown, value: unknown): void {
    const item = typeof at === 'number' ? this.#items[at] : undefined
    if (item) item.status = 'completed'
    if (item?.kind === 'opaque') item.value = value
  }

  /** Whether the text of a part is what its events said. */
  says(at: unknown, part: unknown, text: unknown): boolean {
    const item = typeof at === 'number' ? this.#items[at] : undefined
    const found = item?.kind === 'message' && typeof part === 'number' ? item.parts[part] : undefined
    return found?.text === text
  }

  closeAll(status: 'completed' | 'incomplete'): string {
    let out = ''
    for (const [index, item] of this.#items.entries())
      if (isOpen(item)) out += this.#close(item, index, status)
    return out
  }

  output(): unknown[] {
    return this.#items.map(wireOf)
  }

  #text(type: TextPart['type'], text: string): string {
    let item = this.#items.at(-1)
    let out = ''
    if (item?.kind !== 'message' || !isOpen(item)) {
      item = { kind: 'message', id: this.#newId('msg'), status: 'in_progress', parts: [] }
      out = this.#push(item)
    }
    const at = this.#items.length - 1
    let part = item.parts.at(-1)
    if (part?.type !== type) {
      if (part) out += this.#closePart(item, at)
      part = { type, text: '' }
      item.parts.push(part)
      out += this.#emit('response.content_part.added', { ...partAt(item, at), part: partValue(part) })
    }
    part.text += text
    const fields = { ...partAt(item, at), delta: text }
    return type === 'refusal'
      ? out + this.#emit('response.refusal.delta', fields)
      : out + this.#emit('response.output_text.delta', { ...fields, logprobs: [] })
  }

  #closePart(item: Of<'message'>, at: number): string {
    const part = item.parts.at(-1)
    if (!part) return ''
    const where = partAt(item, at)
    const done =
      part.type === 'refusal'
        ? this.#emit('response.refusal.done', { ...where, refusal: part.text })
        : this.#emit('response.output_text.done', { ...where, text: part.text, logprobs: [] })
    return done + this.#emit('response.content_part.done', { ...where, part: partValue(part) })
  }

  #reasoning(event: Extract<AnswerEvent, { type: 'reasoning' }>): string {
    let item = this.#items.at(-1)
    let out = ''
    const { thought } = item?.kind === 'reasoning' ? item : {}
    if (item?.kind !== 'reasoning' || !isOpen(item) || (thought && encryptedOf(thought) !== undefined)) {
      item = {
        kind: 'reasoning',
        id: this.#newId('rs'),
        status: 'in_progress',
        thought: { text: '' },
        hasSummary: false,
      }
      out = this.#push(item)
    }
    const at = this.#items.length - 1
    if (event.redacted !== undefined) item.thought.redacted = event.redacted
    else addThought([item.thought], event)
    if (event.text === '') return out
    const where = { item_id: item.id, output_index: at, summary_index: 0 }
    if (!item.hasSummary) {
      item.hasSummary = true
      const part = { type: 'summary_text', text: '' }
      out += this.#emit('response.reasoning_summary_part.added', { ...where, part })
    }
    return out + this.#emit('response.reasoning_summary_text.delta', { ...where, delta: event.text })
  }

  #piece(item: Of<'call'>, text: string): string {
    item.text += text
    const fields = { item_id: item.id, output_index: this.#items.indexOf(item), delta: text }
    return this.#emit(
      item.custom ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta',
      fields,
    )
  }

  #push(item: Item): string {
    const last = this.#items.at(-1)
    const closed =
      last && isOpen(last) && last.kind !== 'call'
        ? this.#close(last, this.#items.length - 1, 'completed')
        : ''
    this.#items.push(item)
    const fields = { output_index: this.#items.length - 1, item: wireOf(item) }
    return closed + this.#emit('response.output_item.added', fields)
  }

  #close(item: Item, at: number, status: 'completed' | 'incomplete'): string {
    item.status = status
    let out = ''
    if (item.kind === 'message') out = this.#closePart(item, at)
    if (item.kind === 'reasoning' && item.hasSummary) {
      const where = { item_id: item.id, output_index: at, summary_index: 0 }
      const { text } = item.thought
      out = this.#emit('response.reasoning_summary_text.done', { ...where, text })
      const part = { type: 'summary_text', text }
      out += this.#emit('response.reasoning_summary_part.done', { ...where, part })
    }
    if (item.kind === 'call') {
      const where = { item_id: item.id, output_index: at, name: item.name }
      // Clients parse it: what takes no arguments gets none.
      if (!item.custom && item.text === '') out = this.#piece(item, '{}')
      out += item.custom
        ? this.#emit('response.custom_tool_call_input.done', { ...where, input: item.text })
        : this.#emit('response.function_call_arguments.done', { ...where, arguments: item.text })
    }
    return out + this.#emit('response.output_item.done', { output_index: at, item: wireOf(item) })
  }

  #newId(prefix: string): string {
    return `${prefix}_${this.#call}_${this.#items.length}`
  }
}

const partAt = (item: Of<'message'>, at: number) => ({
  item_id: item.id,
  output_index: at,
  content_index: item.parts.length - 1,
})

const partValue = ({ type, text }: TextPart): unknown =>
  type === 'refusal' ? { type, refusal: text } : { type, text, annotations: [], logprobs: [] }

const isOpen = ({ status }: Item): boolean => status === 'in_progress'

function wireOf(item: Item): unknown {
  const { id, kind, status } = item
  switch (kind) {
    case 'message':
      return { id, type: 'message', status, role: 'assistant', content: item.parts.map(partValue) }
    case 'reasoning': {
      const encrypted = encryptedOf(item.thought)
      return {
        id,
        type: 'reasoning',
        summary: !isOpen(item) && item.hasSummary ? [{ type: 'summary_text', text: item.thought.text }] : [],
        ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
      }
    }
    case 'call': {
      const { callId, name, custom, text } = item
      return custom
        ? { id, type: 'custom_tool_call', call_id: callId, name, input: text, status }
        : { id, type: 'function_call', call_id: callId, name, arguments: text, status }
    }
    case 'opaque':
      return item.value
  }
}
