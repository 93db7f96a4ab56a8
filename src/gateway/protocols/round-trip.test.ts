import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnswerContent, type AnswerEvent, createFold, type Frame } from '../canonical/answer.ts'
import type { CanonicalRequest, Part } from '../canonical/request.ts'
import { totalTokens } from '../canonical/usage.ts'
import { AnswerReader as MessageReader } from '../providers/anthropic/answer-reader.ts'
import { messagesBody } from '../providers/anthropic/body.ts'
import { AnswerReader as ChatReader } from '../providers/openai/answer-reader.ts'
import { chatBody } from '../providers/openai/chat-body.ts'
import { dialects } from '../providers/openai/dialect.ts'
import type { FrameReader } from '../providers/upstream/frames.ts'
import { anthropicMessages } from './anthropic-messages/protocol.ts'
import { openAiChat } from './openai-chat/protocol.ts'
import type { Protocol } from './protocol.ts'
import { anyAnswer, at, call, inFrames } from './protocol.world.ts'
import { EventReader } from './sse.ts'

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
const name = fc.stringMatching(/^[a-z]{1,8}$/)
const image = fc.constantFrom('https://example.com/a.png', 'data:image/png;base64,iVBORw0KGgo=')
const object = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }))

const user = fc.oneof(
  word.map(content => ({ role: 'user', content })),
  fc
    .array(
      fc.oneof(
        word.map(text => ({ type: 'text', text })),
        image.map(url => ({ type: 'image_url', image_url: { url } })),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map(content => ({ role: 'user', content })),
)

/** An answer with or without calls, and the results of these. */
const turn = fc
  .tuple(
    fc.option(word, { nil: null }),
    fc.array(fc.tuple(name, object, word), { maxLength: 3 }),
    fc.nat(1e6),
  )
  .map(([content, calls, salt]): object[] => {
    if (calls.length === 0) return [{ role: 'assistant', content: content ?? 'ok' }]
    const ids = calls.map((_, i) => `call_${salt}_${i}`)
    const toolCalls = calls.map(([called, input], i) => ({
      id: ids[i],
      type: 'function',
      function: { name: called, arguments: JSON.stringify(input) },
    }))
    return [
      { role: 'assistant', content, tool_calls: toolCalls },
      ...calls.map(([, , result], i) => ({ role: 'tool', tool_call_id: ids[i], content: result })),
    ]
  })

/** What both protocols can say, as a chat completion says it. */
const chatRequest = fc
  .record(
    {
      system: word,
      turns: fc.array(fc.tuple(user, turn), { maxLength: 3 }),
      last: user,
      tools: fc.uniqueArray(fc.tuple(name, word, object), {
        selector: ([id]) => id,
        minLength: 1,
        maxLength: 3,
      }),
      choice: fc.constantFrom('auto', 'none', 'required', 'named'),
      parallel: fc.boolean(),
      rest: fc.record(
        {
          temperature: fc.double({ min: 0, max: 1, noNaN: true }).map(x => x + 0),
          top_p: fc.double({ min: 0, max: 1, noNaN: true }).map(x => x + 0),
          stop: fc.array(word, { minLength: 1, maxLength: 3 }),
          user: name,
          stream: fc.boolean(),
          reasoning_effort: fc.constantFrom('low', 'medium', 'high'),
          response_format: object.map(schema => ({
            type: 'json_schema',
            json_schema: { name: 'output', schema },
          })),
        },
        { requiredKeys: [] },
      ),
      limit: fc.integer({ min: 1, max: 10_000 }),
    },
    { requiredKeys: ['turns', 'last', 'rest', 'limit'] },
  )
  .map(({ system, turns, last, tools, choice, parallel, rest, limit }) => ({
    model: 'm',
    max_tokens: limit,
    messages: [...(system ? [{ role: 'system', content: system }] : []), ...turns.flat(2), last],
    ...rest,
    ...(tools
      ? {
          tools: tools.map(([id, description, parameters]) => ({
            type: 'function',
            function: { name: id, description, parameters },
          })),
          ...(choice === undefined
            ? {}
            : {
                tool_choice:
                  choice === 'named' ? { type: 'function', function: { name: tools[0]?.[0] } } : choice,
              }),
          ...(parallel === undefined || choice === 'none' ? {} : { parallel_tool_calls: parallel }),
        }
      : {}),
  }))

/** What a request says in whichever protocol. */
function said({
  messages,
  origin: _,
  usageInStream: __,
  tools,
  parallelTools,
  toolChoice,
  ...rest
}: CanonicalRequest): unknown {
  const plain = (parts: readonly Part[]) =>
    parts.map(part => {
      const { origin: ___, ...bare } = part as { origin?: unknown }
      return bare
    })
  return {
    ...rest,
    // What happens when nobody says otherwise.
    parallelTools: parallelTools !== false,
    toolChoice: toolChoice ?? 'auto',
    tools: tools?.map(({ origin: ___, ...tool }) => tool),
    messages: messages.map(({ origin: ___, parts, toolCalls, ...message }) => ({
      ...message,
      parts: plain(parts),
      toolCalls: toolCalls?.map(({ id, name: called, arguments: text }) => [id, called, JSON.parse(text)]),
    })),
  }
}

const parse = (protocol: Protocol, body: unknown) => protocol.parse(Buffer.from(JSON.stringify(body)), {})

test('requests go from OpenAI to Anthropic and back, and nothing that both can say is lost', () => {
  fc.assert(
    fc.property(chatRequest, body => {
      const asked = parse(openAiChat, body)
      const there = parse(anthropicMessages, messagesBody(asked, undefined).body)
      expect(said(there)).toEqual(said(asked))
      const back = parse(openAiChat, chatBody(there, dialects.openai).body)
      expect(said(back)).toEqual(said(asked))
    }),
    { numRuns: 120 },
  )
})

const request = (stream: boolean) =>
  parse(openAiChat, {
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    stream,
    stream_options: { include_usage: true },
  })
const encoderOf = (protocol: Protocol) => protocol.encode({ request: request(true), call, at })

const written = (protocol: Protocol, frames: readonly Frame[]): string => {
  const encoder = encoderOf(protocol)
  return frames.map(frame => encoder.frame(frame)).join('') + encoder.end()
}

function readBack(reader: FrameReader, stream: string): Frame[] {
  const frames: Frame[] = []
  for (const { data } of new EventReader(1 << 24).push(Buffer.from(stream))) reader.read(data, frames)
  expect(reader.complete).toBe(true)
  return frames
}

const newChatReader = () => new ChatReader('openai-chat', { call, request: request(true) })
const newMessageReader = () => new MessageReader({ request: request(true) })
const eventsOf = (frames: readonly Frame[]): AnswerEvent[] => frames.flatMap(({ events }) => [...events])

/** What an answer says in whichever protocol: Anthropic has one word for a refusal and a filter, OpenAI another. */
function told(events: readonly AnswerEvent[]): unknown {
  const fold = createFold()
  fold.add(events)
  const { id, model, choices, usage } = fold.content as AnswerContent
  const [choice] = choices
  return {
    id,
    model,
    text: choice?.text,
    reasoning: choice?.reasoning,
    // Blocks stand in the order in which they began.
    calls: choice?.toolCalls
      .map(({ id: callId, name: called, arguments: text }) => [callId, called, JSON.parse(text || '{}')])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    finish: choice?.finish === 'refusal' ? 'content-filter' : choice?.finish,
    usage: usage && [totalTokens(usage), usage.cacheRead, usage.cacheWrite, usage.reasoning],
  }
}

const shape = { choices: 1, reasoning: true, refusal: false, interleaved: true }
const toldBoth = inFrames(anyAnswer(shape))

test('streamed answers go from Anthropic to OpenAI and back, and nothing that both can say is lost', () => {
  fc.assert(
    fc.property(toldBoth, frames => {
      const asMessage = readBack(newMessageReader(), written(anthropicMessages, frames))
      expect(told(eventsOf(asMessage))).toEqual(told(eventsOf(frames)))
      const asChat = readBack(newChatReader(), written(openAiChat, asMessage))
      expect(told(eventsOf(asChat))).toEqual(told(eventsOf(frames)))
      const again = readBack(newMessageReader(), written(anthropicMessages, asChat))
      expect(told(eventsOf(again))).toEqual(told(eventsOf(frames)))
    }),
    { numRuns: 120 },
  )
})

test('whole answers go from Anthropic to OpenAI and back, and nothing that both can say is lost', () => {
  const whole = (protocol: Protocol, events: readonly AnswerEvent[]) =>
    protocol.encode({ request: request(false), call, at }).whole({ events })
  fc.assert(
    fc.property(anyAnswer(shape), events => {
      const asMessage = newMessageReader().whole(whole(anthropicMessages, events))
      expect(told(asMessage.events)).toEqual(told(events))
      const asChat = newChatReader().whole(whole(openAiChat, asMessage.events))
      expect(told(asChat.events)).toEqual(told(events))
    }),
    { numRuns: 120 },
  )
})

const both = [
  [openAiChat, newChatReader],
  [anthropicMessages, newMessageReader],
] as const

test.each(both)('a stream of $name read and sent on is the same bytes', (protocol, newReader) => {
  fc.assert(
    fc.property(toldBoth, frames => {
      const stream = written(protocol, frames)
      expect(written(protocol, readBack(newReader(), stream))).toBe(stream)
    }),
  )
})

test.each(both)(
  'whichever frames of $name lose their wire, the stream says the same',
  (protocol, newReader) => {
    fc.assert(
      fc.property(toldBoth, fc.infiniteStream(fc.boolean()), (frames, picks) => {
        const read = readBack(newReader(), written(protocol, frames))
        const mixed = read.map(frame => (picks.next().value ? frame : { events: frame.events }))
        expect(told(eventsOf(readBack(newReader(), written(protocol, mixed))))).toEqual(
          told(eventsOf(frames)),
        )
      }),
      { numRuns: 120 },
    )
  },
)
