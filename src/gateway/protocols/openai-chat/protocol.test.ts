import { describe, expect, test } from 'vitest'
import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import { zoneOf } from '../../canonical/request.ts'
import { EventReader } from '../sse.ts'
import { openAiChat } from './protocol.ts'

const parse = (fields: object) =>
  openAiChat.parse(
    Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields })),
    {},
  )
const encoder = (fields: object) => openAiChat.encode({ request: parse(fields), call: 'c1', at: 5000 })
const read = (stream: string) =>
  new EventReader(1 << 20)
    .push(Buffer.from(stream))
    .map(({ data }) => (data === '[DONE]' ? data : (JSON.parse(data) as Record<string, unknown>)))
const wire = (data: string, ...events: AnswerEvent[]): Frame => ({
  events,
  wire: { protocol: 'openai-chat', data },
})
const usage: AnswerEvent = {
  type: 'usage',
  usage: {
    input: 1,
    cacheRead: 2,
    cacheWrite: 0,
    inputAudio: 0,
    output: 3,
    reasoning: 0,
    outputAudio: 0,
    source: 'provider',
  },
}
const start: AnswerEvent = { type: 'start', id: 'x', model: 'm2' }
const usageChunk = '{"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":3}}'

describe('usage in a stream', () => {
  const asked = { stream: true, stream_options: { include_usage: true } }

  test('is one chunk without choices before the end, and null in all others, when the client asks', () => {
    const to = encoder(asked)
    const events: AnswerEvent[] = [start, { type: 'text', choice: 0, text: 'a' }, usage]
    const chunks = read(to.frame({ events }) + to.end())
    expect(chunks.at(-1)).toBe('[DONE]')
    expect(chunks.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, total_tokens: 6 } })
    for (const chunk of chunks.slice(0, -2)) expect(chunk).toMatchObject({ usage: null })
  })

  test('is told once when the chunk of the provider went out', () => {
    const to = encoder(asked)
    const stream =
      to.frame(wire('{"id":"x","choices":[{}],"usage":null}', start)) + to.frame(wire(usageChunk, usage))
    expect(stream + to.end()).toBe(
      `data: {"id":"x","choices":[{}],"usage":null}\n\ndata: ${usageChunk}\n\ndata: [DONE]\n\n`,
    )
  })

  test('is nowhere when the client does not ask, though the provider was asked', () => {
    const to = encoder({ stream: true })
    expect(to.frame(wire(usageChunk, usage))).toBe('')
    expect(to.frame(wire('{"id":"x","choices":[{"index":0}],"usage":null,"x":1}'))).toBe(
      'data: {"id":"x","choices":[{"index":0}],"x":1}\n\n',
    )
    expect(to.frame(wire('{ "usage": null, "choices": [] }'))).toBe('data: {"choices":[]}\n\n')
    const withChoice = '{"choices":[{"index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}'
    expect(to.frame(wire(withChoice, usage))).toBe(
      'data: {"choices":[{"index":0,"finish_reason":"stop"}]}\n\n',
    )
    expect(to.frame({ events: [usage] }) + to.end()).not.toContain('usage')
  })

  test('is not taken for a field when a text speaks of it', () => {
    const to = encoder({ stream: true })
    const data = JSON.stringify({ choices: [{ index: 0, delta: { content: ',"usage":null' } }] })
    expect(read(to.frame(wire(data)))).toEqual([JSON.parse(data)])
  })
})

describe('chunks', () => {
  test('have one id, the role first and an empty delta with the reason last, for every choice', () => {
    const to = encoder({ stream: true, n: 2 })
    const events: AnswerEvent[] = [
      start,
      { type: 'text', choice: 1, text: 'b' },
      { type: 'text', choice: 0, text: 'a' },
      { type: 'finish', choice: 1, reason: 'length' },
      { type: 'finish', choice: 0, reason: 'stop' },
    ]
    const chunks = read(to.frame({ events }) + to.end()).slice(0, -1) as Record<string, unknown>[]
    expect(new Set(chunks.map(({ id, model, created }) => `${id} ${model} ${created}`))).toEqual(
      new Set(['x m2 5']),
    )
    for (const index of [0, 1]) {
      const own = chunks
        .flatMap(({ choices }) => choices as { index: number }[])
        .filter(one => one.index === index)
      expect(own[0]).toMatchObject({ delta: { role: 'assistant' }, finish_reason: null })
      expect(own.at(-1)).toMatchObject({ delta: {}, finish_reason: index === 1 ? 'length' : 'stop' })
    }
  })

  test('of a custom tool carry its input', () => {
    const to = encoder({ stream: true })
    const events: AnswerEvent[] = [
      start,
      { type: 'tool-call', choice: 0, index: 0, id: 'i', name: 'shell', custom: true },
      { type: 'tool-arguments', choice: 0, index: 0, text: 'ls -l' },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ]
    const text = to.frame({ events })
    expect(text).toContain('{"index":0,"id":"i","type":"custom","custom":{"name":"shell","input":""}}')
    expect(text).toContain('{"index":0,"custom":{"input":"ls -l"}}')
    expect(JSON.parse(encoder({}).whole({ events })).choices[0].message.tool_calls).toEqual([
      { id: 'i', type: 'custom', custom: { name: 'shell', input: 'ls -l' } },
    ])
  })

  test('speak of functions to clients that know no tools', () => {
    const functions = [{ name: 'pay', parameters: {} }]
    const events: AnswerEvent[] = [
      start,
      { type: 'tool-call', choice: 0, index: 0, id: 'i', name: 'pay' },
      { type: 'tool-arguments', choice: 0, index: 0, text: '' },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ]
    const text = encoder({ functions, stream: true }).frame({ events })
    expect(text).toContain('{"function_call":{"name":"pay","arguments":""}}')
    expect(text).toContain('{"function_call":{"arguments":"{}"}}')
    expect(text).toContain('"finish_reason":"function_call"')
    expect(JSON.parse(encoder({ functions }).whole({ events })).choices[0]).toMatchObject({
      message: { content: null, function_call: { name: 'pay', arguments: '{}' } },
      finish_reason: 'function_call',
    })
  })

  test('close a choice that its provider left open', () => {
    const to = encoder({ stream: true })
    const chunks = read(to.frame({ events: [start, { type: 'text', choice: 0, text: 'a' }] }) + to.end())
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
  })
})

describe('requests', () => {
  test('take the new limit of tokens before the old one', () => {
    expect(parse({ max_tokens: 5, max_completion_tokens: 7 }).maxTokens).toBe(7)
    expect(parse({ max_tokens: 5 }).maxTokens).toBe(5)
    expect(parse({ max_tokens: null }).maxTokens).toBeUndefined()
  })

  test('mark where content comes from, and take the mark out', () => {
    const { messages, origin } = parse({
      messages: [
        { role: 'user', content: 'A page.', keelway: { zone: 'document' } },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Found.', keelway: { zone: 'tool' } },
            { type: 'text', text: 'Mine.' },
          ],
        },
        { role: 'tool', tool_call_id: 'i', content: 'sunny' },
      ],
    })
    expect(messages.flatMap(message => message.parts.map(part => zoneOf(message, part)))).toEqual([
      'document',
      'tool',
      'user',
      'tool',
    ])
    expect(JSON.stringify([messages, origin])).not.toContain('keelway')
  })

  test('of the form before tools get ids that tie results to calls', () => {
    const call = { role: 'assistant', content: null, function_call: { name: 'pay', arguments: '{}' } }
    const result = { role: 'function', name: 'pay', content: 'done' }
    const { messages, tools, parallelTools, toolChoice } = parse({
      messages: [{ role: 'user', content: 'Pay twice.' }, call, result, call, result],
      functions: [{ name: 'pay' }],
      function_call: { name: 'pay' },
    })
    const ids = messages.flatMap(
      ({ toolCalls, toolCallId }) => toolCallId ?? toolCalls?.map(({ id }) => id) ?? [],
    )
    expect(ids).toEqual(['function_1', 'function_1', 'function_3', 'function_3'])
    expect(tools).toEqual([{ name: 'pay', parameters: { type: 'object', properties: {} } }])
    expect({ parallelTools, toolChoice }).toEqual({ parallelTools: false, toolChoice: { name: 'pay' } })
  })

  test('read reasoning in each form that servers give it', () => {
    const thoughts = (fields: object) =>
      parse({ messages: [{ role: 'assistant', ...fields }] }).messages[0]?.parts
    expect(thoughts({ reasoning_content: 'hm' })).toEqual([{ type: 'reasoning', text: 'hm' }])
    expect(thoughts({ reasoning: 'hm' })).toEqual([{ type: 'reasoning', text: 'hm' }])
    const signed = { type: 'thinking', thinking: 'hm', signature: 's' }
    expect(thoughts({ reasoning_content: 'hm', thinking_blocks: [signed] })).toEqual([
      { type: 'reasoning', text: 'hm', signature: 's' },
    ])
    expect(thoughts({ thinking_blocks: [{ type: 'redacted_thinking', data: 'd' }] })).toEqual([
      { type: 'reasoning', text: '', redacted: 'd' },
    ])
    const detail = { type: 'reasoning.text', text: 'hm', signature: 's' }
    expect(thoughts({ reasoning_details: [detail] })).toEqual([
      { type: 'reasoning', text: 'hm', signature: 's' },
    ])
  })

  test('offer other protocols only the tools that are allowed', () => {
    const tool = (name: string) => ({ type: 'function', function: { name } })
    const { tools, toolChoice } = parse({
      tools: [tool('a'), tool('b')],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [tool('b')] } },
    })
    expect([tools?.map(({ name }) => name), toolChoice]).toEqual([['b'], 'required'])
  })

  test('say what only a provider of their own protocol can give', () => {
    expect(parse({ modalities: ['text', 'audio'] }).ownProtocolOnly).toEqual(['modalities'])
    expect(parse({}).ownProtocolOnly).toBeUndefined()
  })

  test('of 1 MB are read as any other', () => {
    const content = 'é'.repeat(500_000)
    expect(parse({ messages: [{ role: 'user', content }] }).messages[0]?.parts).toEqual([
      { type: 'text', text: content },
    ])
  })
})
