import { describe, expect, test } from 'vitest'
import type { AnswerEvent } from '../../canonical/answer.ts'
import { textOf, zoneOf } from '../../canonical/request.ts'
import { EventReader } from '../sse.ts'
import { anthropicMessages } from './protocol.ts'

const parse = (fields: object) =>
  anthropicMessages.parse(
    Buffer.from(
      JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], ...fields }),
    ),
    {},
  )
const streamOf = (events: AnswerEvent[]) => {
  const encoder = anthropicMessages.encode({ request: parse({ stream: true }), call: 'c1', at: 5000 })
  const stream = events.map(event => encoder.frame({ events: [event] })).join('') + encoder.end()
  return new EventReader(1 << 20)
    .push(Buffer.from(stream))
    .map(({ event, data }) => ({ event, ...(JSON.parse(data) as Record<string, unknown>) }))
}
const start: AnswerEvent = { type: 'start', id: 'x', model: 'm2' }
const begin = (index: number): AnswerEvent => ({
  type: 'tool-call',
  choice: 0,
  index,
  id: `i${index}`,
  name: `t${index}`,
})
const args = (index: number, text: string): AnswerEvent => ({
  type: 'tool-arguments',
  choice: 0,
  index,
  text,
})

describe('streams', () => {
  test('have every event named as its type, in order, with the whole count at the end', () => {
    const events = streamOf([
      start,
      { type: 'reasoning', choice: 0, text: 'hm' },
      { type: 'reasoning', choice: 0, text: '', signature: 's' },
      { type: 'text', choice: 0, text: 'a' },
      { type: 'finish', choice: 0, reason: 'stop-sequence', stopSequence: 'end' },
      {
        type: 'usage',
        usage: {
          input: 5,
          cacheRead: 4,
          cacheWrite: 3,
          inputAudio: 0,
          output: 2,
          reasoning: 1,
          outputAudio: 0,
          source: 'provider',
        },
      },
    ])
    for (const event of events) expect(event.event).toBe((event as { type?: unknown }).type)
    expect(events.map(({ event }) => event)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'end' },
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 4,
        cache_creation_input_tokens: 3,
        output_tokens: 3,
      },
    })
  })

  test('put calls that interleave one after the other, and stream the next as soon as the first is complete', () => {
    const encoder = anthropicMessages.encode({ request: parse({ stream: true }), call: 'c1', at: 5000 })
    const sent = [start, begin(0), args(0, '{"a":'), begin(1), args(1, '{'), args(0, '1}'), args(1, '}')].map(
      event => encoder.frame({ events: [event] }),
    )
    expect(sent[3]).toBe('')
    expect(sent[4]).toBe('')
    expect(sent[6]).toContain('"index":1')
    const stream = sent.join('') + encoder.end()
    const order = [...stream.matchAll(/"type":"(content_block_\w+)","index":(\d)/g)].map(
      ([, type, i]) => `${type} ${i}`,
    )
    expect(order).toEqual([...order].sort((a, b) => Number(a.at(-1)) - Number(b.at(-1))))
    expect(order.filter(one => one.startsWith('content_block_stop'))).toHaveLength(2)
  })

  test('begin a call without arguments with an empty piece', () => {
    const events = streamOf([
      start,
      begin(0),
      args(0, ''),
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ])
    expect(events[1]).toMatchObject({ content_block: { type: 'tool_use', id: 'i0', name: 't0', input: {} } })
    expect(events[2]).toMatchObject({ delta: { type: 'input_json_delta', partial_json: '' } })
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } })
  })
})

describe('requests', () => {
  test('have results of tools as messages of their own, in their place', () => {
    const { messages } = parse({
      messages: [
        { role: 'user', content: 'Look.' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 't', input: {} },
            { type: 'tool_use', id: 'b', name: 't', input: { x: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'one' },
            {
              type: 'tool_result',
              tool_use_id: 'b',
              is_error: true,
              content: [{ type: 'text', text: 'two' }],
            },
            { type: 'text', text: 'Go on.' },
          ],
        },
      ],
    })
    expect(messages.map(({ role, toolCallId, toolFailed }) => [role, toolCallId, toolFailed])).toEqual([
      ['user', undefined, undefined],
      ['assistant', undefined, undefined],
      ['tool', 'a', undefined],
      ['tool', 'b', true],
      ['user', undefined, undefined],
    ])
    expect(messages[1]?.toolCalls?.map(call => call.arguments)).toEqual(['{}', '{"x":1}'])
    expect(messages[4]?.origin?.value).toEqual({ role: 'user', content: [{ type: 'text', text: 'Go on.' }] })
  })

  test('know by themselves what is a document and what a tool brought', () => {
    const page = {
      type: 'document',
      title: 'T',
      source: { type: 'text', media_type: 'text/plain', data: 'page' },
    }
    const { messages } = parse({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: [page] },
            page,
            { type: 'search_result', source: 's', title: 'F', content: [{ type: 'text', text: 'found' }] },
            { type: 'text', text: 'Mine.' },
          ],
        },
      ],
    })
    const zones = messages.flatMap(message => message.parts.map(part => [zoneOf(message, part)]))
    expect(zones.flat()).toEqual(['tool', 'document', 'document', 'user'])
    expect(messages.map(textOf)).toEqual(['T\npage', 'T\npage\nF\nfound\nMine.'])
  })

  test('keep thinking with its signature, and what is redacted', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'redacted_thinking', data: 'd' },
    ]
    expect(parse({ messages: [{ role: 'assistant', content }] }).messages[0]?.parts).toMatchObject([
      { type: 'reasoning', text: 'hm', signature: 's' },
      { type: 'reasoning', text: '', redacted: 'd' },
    ])
  })

  test('send nothing in metadata that the API refuses', () => {
    const request = parse({ metadata: { user_id: 'ada', name: 'Ada' } })
    expect(request).toMatchObject({ user: 'ada', variables: { name: 'Ada' } })
    expect(request.origin.value.metadata).toEqual({ user_id: 'ada' })
  })
})

test('errors have the types that clients know', () => {
  const typeOf = (status: number) =>
    anthropicMessages.errorBody({ status, code: 'x', message: 'm', headers: { 'x-request-id': 'r' } })
  expect(typeOf(429)).toEqual({
    type: 'error',
    error: { type: 'rate_limit_error', message: 'm' },
    request_id: 'r',
  })
  expect(
    [400, 401, 404, 500, 503, 504].map(status => (typeOf(status) as { error: { type: string } }).error.type),
  ).toEqual([
    'invalid_request_error',
    'authentication_error',
    'not_found_error',
    'api_error',
    'overloaded_error',
    'timeout_error',
  ])
})
