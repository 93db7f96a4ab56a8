import { describe, expect, test } from 'vitest'
import type { AnswerEvent } from '../../canonical/answer.ts'
import { textOf, zoneOf } from '../../canonical/request.ts'
import { openAiResponses } from './protocol.ts'

const parse = (fields: object) =>
  openAiResponses.parse(Buffer.from(JSON.stringify({ model: 'm', input: 'Hi', ...fields })), {})

describe('items', () => {
  test('of one turn of the model are one message', () => {
    const { messages } = parse({
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'Look.' },
        {
          type: 'reasoning',
          id: 'r',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'e',
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'function_call', call_id: 'a', name: 't', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'b', name: 'u', input: 'ls' },
        { type: 'function_call_output', call_id: 'a', output: 'one' },
        { type: 'custom_tool_call_output', call_id: 'b', output: 'two' },
        { type: 'local_shell_call_output', id: 'c', output: 'three' },
        { type: 'message', role: 'assistant', content: 'Done.' },
      ],
    })
    expect(messages.map(message => [message.role, textOf(message)])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Look.'],
      ['assistant', 'Looking.'],
      ['tool', 'one'],
      ['tool', 'two'],
      ['tool', 'three'],
      ['assistant', 'Done.'],
    ])
    const [, , turn, tool] = messages
    expect(turn?.toolCalls?.map(({ id, custom }) => [id, custom])).toEqual([
      ['a', undefined],
      ['b', true],
    ])
    expect(turn?.parts[0]).toMatchObject({ type: 'reasoning', text: 'hm', signature: 'e' })
    expect(turn?.origin?.value.items).toHaveLength(4)
    expect(tool && zoneOf(tool, { type: 'text', text: '' })).toBe('tool')
  })

  test('and fields that point to what the provider keeps are for that provider alone', () => {
    expect(parse({ previous_response_id: 'r', input: undefined }).ownProtocolOnly).toEqual([
      'previous_response_id',
    ])
    expect(parse({ input: [{ type: 'item_reference', id: 'x' }] }).ownProtocolOnly).toEqual(['input'])
    expect(parse({ background: true }).ownProtocolOnly).toEqual(['background'])
    expect(parse({}).ownProtocolOnly).toBeUndefined()
  })
})

test('a call without arguments takes an empty object, which clients parse', () => {
  const events: AnswerEvent[] = [
    { type: 'start', id: 'x', model: 'm' },
    { type: 'tool-call', choice: 0, index: 0, id: 'a', name: 't' },
    { type: 'tool-arguments', choice: 0, index: 0, text: '' },
    { type: 'finish', choice: 0, reason: 'tool-calls' },
  ]
  const whole = openAiResponses.encode({ request: parse({}), call: 'c1', at: 5000 }).whole({ events })
  expect(JSON.parse(whole)).toMatchObject({
    output: [{ type: 'function_call', call_id: 'a', arguments: '{}' }],
  })
})

test('reasoning goes out and comes back with its proof', () => {
  const events: AnswerEvent[] = [
    { type: 'start', id: 'x', model: 'm' },
    { type: 'reasoning', choice: 0, text: 'hm' },
    { type: 'reasoning', choice: 0, text: '', signature: 's' },
    { type: 'reasoning', choice: 0, text: '', redacted: 'd' },
    { type: 'text', choice: 0, text: 'a' },
    { type: 'finish', choice: 0, reason: 'length' },
  ]
  const whole = openAiResponses.encode({ request: parse({}), call: 'c1', at: 5000 }).whole({ events })
  const response = JSON.parse(whole) as { output: object[]; status: string; incomplete_details: unknown }
  expect(response).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  })
  expect(parse({ input: response.output }).messages[0]?.parts).toMatchObject([
    { type: 'reasoning', text: 'hm', signature: 's' },
    { type: 'reasoning', text: '', redacted: 'd' },
    { type: 'text', text: 'a' },
  ])
})
