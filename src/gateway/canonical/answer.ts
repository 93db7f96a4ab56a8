import type { ProtocolName } from './request.ts'
import type { Usage } from './usage.ts'

/**
 * SERVE: the one form of every answer, streamed or not, whichever provider gave it: typed events, in frames. Guardrails,
 * accounting, cache and records act on events alone, so nothing can be enforced in one protocol and missed in another.
 */
export type AnswerEvent =
  /** First of all events. */
  | { type: 'start'; id: string; model: string /** Seconds since the epoch. */; created?: number }
  | { type: 'text'; choice: number; text: string }
  /** `signature` ends a block of reasoning; `redacted` is a block of its own that nobody may read. */
  | { type: 'reasoning'; choice: number; text: string; signature?: string; redacted?: string }
  | { type: 'refusal'; choice: number; text: string }
  /** A tool call begins; `index` counts the calls of a choice. Its arguments follow, other calls may interleave. */
  | { type: 'tool-call'; choice: number; index: number; id: string; name: string; custom?: true }
  /** A piece of the arguments; an empty one means something: the call takes none. */
  | { type: 'tool-arguments'; choice: number; index: number; text: string }
  | { type: 'finish'; choice: number; reason: FinishReason; stopSequence?: string }
  /** The whole count so far; a later one replaces it. */
  | { type: 'usage'; usage: Usage }
  | { type: 'embedding'; index: number; vector: readonly number[] }
  /** Something only its protocol knows (log probabilities, citations, audio); it travels in the frame's wire. */
  | { type: 'opaque' }

export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'length'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'context-window'

/** What came as one piece over the wire: one server-sent event, or a whole body. */
export interface Frame {
  events: readonly AnswerEvent[]
  /**
   * The piece as it came: JSON text. Sent on as it is to a client of the same protocol. Whoever changes or drops an
   * event makes a new frame without it.
   */
  wire?: { protocol: ProtocolName; data: string }
}

/** A whole answer, or a stream of frames in groups that arrived together. */
export type Answer = { whole: Frame } | { stream: AsyncIterable<readonly Frame[]> }

/** What a whole answer says, put together from its events. */
export interface AnswerContent {
  id: string
  model: string
  created?: number
  choices: ChoiceContent[]
  usage?: Usage
  embeddings: (readonly number[])[]
}

export interface ChoiceContent {
  text: string
  /** All blocks of reasoning as one text. */
  reasoning: string
  thoughts: Thought[]
  refusal: string
  toolCalls: { id: string; name: string; arguments: string; custom?: true }[]
  finish?: FinishReason
  stopSequence?: string
}

/** One block of reasoning. */
export interface Thought {
  text: string
  signature?: string
  redacted?: string
}

const newChoice = (): ChoiceContent => ({
  text: '',
  reasoning: '',
  thoughts: [],
  refusal: '',
  toolCalls: [],
})

/** Adds a piece to the last block of reasoning, or begins another when that has ended. */
export function addThought(
  thoughts: Thought[],
  { text, signature, redacted }: Extract<AnswerEvent, { type: 'reasoning' }>,
): void {
  if (redacted !== undefined) {
    thoughts.push({ text, redacted })
    return
  }
  const last = thoughts.at(-1)
  if (last && last.signature === undefined && last.redacted === undefined) {
    last.text += text
    if (signature !== undefined) last.signature = signature
  } else thoughts.push(signature === undefined ? { text } : { text, signature })
}

/** Puts events together; use one per answer. Choices and calls may come interleaved and in any order of index. */
export function createFold(): { add(events: readonly AnswerEvent[]): void; readonly content: AnswerContent } {
  const content: AnswerContent = { id: '', model: '', choices: [], embeddings: [] }
  const choiceAt = (index: number): ChoiceContent => {
    for (let i = content.choices.length; i <= index; i++) content.choices.push(newChoice())
    return content.choices[index] as ChoiceContent
  }
  const callAt = (choice: number, index: number) => {
    const { toolCalls } = choiceAt(choice)
    for (let i = toolCalls.length; i <= index; i++) toolCalls.push({ id: '', name: '', arguments: '' })
    return toolCalls[index] as ChoiceContent['toolCalls'][number]
  }
  const addOne = (event: AnswerEvent): void => {
    switch (event.type) {
      case 'start':
        content.id = event.id
        content.model = event.model
        if (event.created !== undefined) content.created = event.created
        return
      case 'text':
        choiceAt(event.choice).text += event.text
        return
      case 'reasoning': {
        const choice = choiceAt(event.choice)
        choice.reasoning += event.text
        addThought(choice.thoughts, event)
        return
      }
      case 'refusal':
        choiceAt(event.choice).refusal += event.text
        return
      case 'tool-call': {
        const call = callAt(event.choice, event.index)
        call.id = event.id
        call.name = event.name
        if (event.custom) call.custom = true
        return
      }
      case 'tool-arguments':
        callAt(event.choice, event.index).arguments += event.text
        return
      case 'finish': {
        const choice = choiceAt(event.choice)
        choice.finish = event.reason
        if (event.stopSequence !== undefined) choice.stopSequence = event.stopSequence
        return
      }
      case 'usage':
        content.usage = event.usage
        return
      case 'embedding':
        content.embeddings[event.index] = event.vector
        return
      case 'opaque':
    }
  }
  return {
    add: events => {
      for (const event of events) addOne(event)
    },
    content,
  }
}
