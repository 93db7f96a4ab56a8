import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AnswerEvent, Frame } from '../canonical/answer.ts'
import { AnswerReader as MessageReader } from '../providers/anthropic/answer-reader.ts'
import { AnswerReader as ChatReader } from '../providers/openai/answer-reader.ts'
import { anthropicMessages } from './anthropic-messages/protocol.ts'
import { openAiChat } from './openai-chat/protocol.ts'
import { openAiResponses } from './openai-responses/protocol.ts'
import type { Protocol } from './protocol.ts'
import { at, call } from './protocol.world.ts'
import { EventReader } from './sse.ts'

/** A guardrail changes what a frame says and takes its wire away: then no later wire may tell it after all. */
const secret = 'IBAN DE89'
const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], input: 'Hi', stream: true }
const request = (protocol: Protocol) => protocol.parse(Buffer.from(JSON.stringify(body)), {})
const encoderOf = (protocol: Protocol) => protocol.encode({ request: request(protocol), call, at })

const said: AnswerEvent[] = [
  { type: 'start', id: 'a', model: 'm', created: 1 },
  { type: 'reasoning', choice: 0, text: 'Let me see.' },
  { type: 'text', choice: 0, text: 'It is ' },
  { type: 'text', choice: 0, text: secret },
  { type: 'text', choice: 0, text: ', I think.' },
  { type: 'tool-call', choice: 0, index: 0, id: 'call_a', name: 'pay' },
  { type: 'tool-arguments', choice: 0, index: 0, text: '{"to":' },
  { type: 'tool-arguments', choice: 0, index: 0, text: `"${secret}"}` },
  { type: 'finish', choice: 0, reason: 'tool-calls' },
]

/** What a provider of responses gives: each event as it came, with what it says; ends of parts and items say nothing. */
function responseFrames(): Frame[] {
  const encoder = encoderOf(openAiResponses)
  const frames: Frame[] = []
  const add = (stream: string, event?: AnswerEvent) => {
    for (const { data } of new EventReader(1 << 20).push(Buffer.from(stream))) {
      const carrier =
        /"type":"response\.(created|[\w.]+\.delta)"/.test(data) || /"type":"function_call"/.test(data)
      const begins = data.includes('output_item.added') || !data.includes('output_item')
      const events = event && carrier && begins ? [event] : []
      frames.push({ events, wire: { protocol: 'openai-responses', data } })
    }
  }
  for (const event of said) add(encoder.frame({ events: [event] }), event)
  add(encoder.end())
  return frames
}

function readFrames(protocol: Protocol): Frame[] {
  if (protocol === openAiResponses) return responseFrames()
  const encoder = encoderOf(protocol)
  const stream = said.map(event => encoder.frame({ events: [event] })).join('') + encoder.end()
  const of = { call, request: request(protocol) }
  const reader = protocol === openAiChat ? new ChatReader('openai-chat', of) : new MessageReader(of)
  const frames: Frame[] = []
  for (const { data } of new EventReader(1 << 20).push(Buffer.from(stream))) reader.read(data, frames)
  return frames
}

const masked = ({ events, wire }: Frame): Frame => {
  if (!JSON.stringify(events).includes(secret)) return wire ? { events, wire } : { events }
  return {
    events: events.map(event =>
      'text' in event ? { ...event, text: event.text.replace(secret, '***') } : event,
    ),
  }
}

test.each([openAiChat, anthropicMessages, openAiResponses])(
  'what a changed frame of $name no longer says is said nowhere, and all else is',
  protocol => {
    const frames = readFrames(protocol)
    const encoder = encoderOf(protocol)
    const stream = frames.map(frame => encoder.frame(masked(frame))).join('') + encoder.end()
    expect(frames.map(({ wire }) => wire?.data).join('')).toContain(secret)
    expect(stream).not.toContain(secret)
    for (const text of ['It is ', ', I think.', 'Let me see.', '***', 'call_a'])
      expect(stream).toContain(text)
  },
)

test('responses passed on as they came are the same bytes, and changed ones keep items, order and numbers', () => {
  const frames = responseFrames()
  const plain = encoderOf(openAiResponses)
  const sent = frames.map(frame => plain.frame(frame)).join('') + plain.end()
  expect(read(sent)).toEqual(frames.map(({ wire }) => wire?.data))
  fc.assert(
    fc.property(fc.nat(frames.length), from => {
      const encoder = encoderOf(openAiResponses)
      const mixed = frames.map((frame, i) => (i < from ? frame : { events: frame.events }))
      const events = read(mixed.map(frame => encoder.frame(frame)).join('') + encoder.end())
      const parsed = events.map(data => JSON.parse(data) as Record<string, unknown>)
      expect(parsed.map(({ sequence_number: n }) => n)).toEqual(parsed.map((_, i) => i))
      const whole = JSON.parse(frames.at(-1)?.wire?.data ?? '') as Record<string, unknown>
      expect(parsed.at(-1)?.response).toEqual(whole.response)
    }),
  )
})

test('a provider that tells an end other than its pieces is not believed', () => {
  const frames = responseFrames().map(({ events, wire }): Frame => {
    const data = wire?.data ?? ''
    const changed = data.includes('output_text.done') ? data.replace('I think', 'I swear') : data
    return { events, wire: { protocol: 'openai-responses', data: changed } }
  })
  const encoder = encoderOf(openAiResponses)
  const stream = frames.map(frame => encoder.frame(frame)).join('') + encoder.end()
  expect(stream).not.toContain('I swear')
  expect(stream).toContain('response.completed')
})

const read = (stream: string): string[] =>
  new EventReader(1 << 20).push(Buffer.from(stream)).map(({ data }) => data)
