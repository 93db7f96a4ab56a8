import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CanonicalRequest, type Message, withParts } from '../../canonical/request.ts'
import { anthropicMessages } from '../../protocols/anthropic-messages/protocol.ts'
import { canonicalRequests, withoutOrigins } from '../canonical.arbitrary.ts'
import { canonical, frozen } from '../provider.world.ts'
import { countBody, messagesBody } from './body.ts'

const parsed = (body: object): CanonicalRequest =>
  anthropicMessages.parse(Buffer.from(JSON.stringify(body)), {})
const bodyOf = (request: CanonicalRequest, maxOutputTokens?: number): Record<string, unknown> =>
  JSON.parse(JSON.stringify(messagesBody(frozen(request), maxOutputTokens).body))

describe('a request that came as messages', () => {
  const cached = { cache_control: { type: 'ephemeral' } }
  const came = {
    model: 'm',
    max_tokens: 100,
    system: [{ type: 'text', text: 'Be kind.', ...cached }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hello', ...cached },
          { type: 'odd', x: 1 },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'eHg=' },
          { type: 'text', text: 'Both.' },
          { type: 'tool_use', id: 'toolu_a', name: 'f', input: { a: 1 }, ...cached },
          { type: 'tool_use', id: 'toolu_b', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_a', content: 'one', is_error: true },
          {
            type: 'tool_result',
            tool_use_id: 'toolu_b',
            content: [{ type: 'text', text: 'two' }],
            ...cached,
          },
          { type: 'text', text: 'Go on.' },
        ],
      },
    ],
    tools: [
      { name: 'f', input_schema: { type: 'object' }, ...cached },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 2000, display: 'summarized' },
    output_config: { effort: 'high', odd: 1 },
    metadata: { user_id: 'u' },
    container: 'c1',
    unknown_field: { x: null },
  }

  test('goes out as it came: caching, signatures, tools of the provider, unknown fields', () => {
    expect(bodyOf(parsed(came))).toEqual(came)
  })

  test('takes prompt, parameters and edited texts of the gateway', () => {
    const request = parsed(came)
    const messages = request.messages.map(
      (message): Message =>
        message.role === 'user' && message.parts.some(part => part.type === 'text' && part.text === 'Go on.')
          ? withParts(message, [{ type: 'text', text: '[masked]' }])
          : message,
    )
    const body = bodyOf({
      ...request,
      maxTokens: 7,
      temperature: 0.2,
      messages: [{ role: 'system', parts: [{ type: 'text', text: 'prompt' }] }, ...messages],
    })
    expect(body).toEqual({
      ...came,
      max_tokens: 7,
      temperature: 0.2,
      system: [{ type: 'text', text: 'prompt' }, ...came.system],
      messages: [
        came.messages[0],
        came.messages[1],
        {
          role: 'user',
          content: [...(came.messages[2]?.content.slice(0, 2) ?? []), { type: 'text', text: '[masked]' }],
        },
      ],
    })
  })

  test('is counted by what is input', () => {
    const counted = countBody(parsed(came))
    expect(Object.keys(counted).sort()).toEqual(
      ['messages', 'model', 'output_config', 'system', 'thinking', 'tool_choice', 'tools'].sort(),
    )
  })
})

describe('a request of another protocol', () => {
  test('reads back as the same request', () => {
    fc.assert(
      fc.property(canonicalRequests, request => {
        const back = parsed(bodyOf(request))
        // The user's name stands in metadata, where variables of the prompt may be too; one call at a time is a choice.
        const { messages, ...others } = {
          ...request,
          usageInStream: true,
          variables: back.variables,
          ...(request.parallelTools === undefined ? {} : { toolChoice: request.toolChoice ?? 'auto' }),
        }
        const { messages: read, ...othersRead } = back
        expect(withoutOrigins(othersRead)).toEqual(withoutOrigins(others))
        expect(withoutOrigins(read)).toEqual(withoutOrigins(joined(messages)))
      }),
      { numRuns: 200 },
    )
  })

  test('has a limit of tokens always', () => {
    expect(bodyOf(canonical()).max_tokens).toBe(4096)
    expect(bodyOf(canonical(), 64_000).max_tokens).toBe(64_000)
  })

  test('becomes alternating turns with system apart and results of tools first', () => {
    const body = bodyOf(
      canonical({
        messages: [
          { role: 'system', parts: [{ type: 'text', text: 'one' }] },
          { role: 'user', parts: [{ type: 'text', text: 'a' }] },
          { role: 'developer', parts: [{ type: 'text', text: 'two' }] },
          { role: 'user', parts: [{ type: 'text', text: 'b' }] },
          {
            role: 'assistant',
            parts: [{ type: 'text', text: '' }],
            toolCalls: [
              { id: 'call:1', name: 'f', arguments: '' },
              { id: 'call:2', name: 'f', arguments: '{"x":1}' },
            ],
          },
          { role: 'tool', toolCallId: 'call:1', parts: [{ type: 'text', text: 'r1' }] },
          { role: 'tool', toolCallId: 'call:2', parts: [{ type: 'text', text: 'r2' }], toolFailed: true },
          { role: 'user', parts: [{ type: 'text', text: 'c' }] },
        ],
      }),
    )
    expect(body).toMatchObject({
      system: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
      messages: [
        { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_1', name: 'f', input: {} },
            { type: 'tool_use', id: 'call_2', name: 'f', input: { x: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: 'r1' },
            { type: 'tool_result', tool_use_id: 'call_2', content: 'r2', is_error: true },
            { type: 'text', text: 'c' },
          ],
        },
      ],
    })
  })

  test('names what it can not say, and is refused when that would change it', () => {
    const origin = { protocol: 'openai-chat' as const, value: { logprobs: true, store: false } }
    expect(
      messagesBody(
        canonical({ origin, seed: 1, temperature: 1.5, presencePenalty: 1, format: { type: 'json' } }),
        undefined,
      ).dropped,
    ).toEqual(['logprobs', 'temperature above 1', 'seed', 'presence_penalty', 'response_format'])
    const unsigned = canonical({
      messages: [{ role: 'assistant', parts: [{ type: 'reasoning', text: 'hm' }] }],
    })
    expect(messagesBody(unsigned, undefined).dropped).toEqual(['messages[].reasoning'])
    const refused = (fields: Partial<CanonicalRequest>) =>
      expect(() => messagesBody(canonical({ origin, ...fields }), undefined)).toThrow(
        expect.objectContaining({ code: 'unsupported_by_provider' }),
      )
    refused({ choices: 2 })
    refused({ operation: 'embeddings' })
    refused({ ownProtocolOnly: ['modalities'] })
    refused({ tools: [{ name: 'shell', custom: true }] })
    refused({ messages: [{ role: 'user', parts: [{ type: 'audio', data: 'AA==', format: 'wav' }] }] })
    refused({
      messages: [{ role: 'assistant', parts: [], toolCalls: [{ id: 'a', name: 'f', arguments: '[1]' }] }],
    })
  })

  test('keeps pictures and papers', () => {
    const body = bodyOf(
      canonical({
        messages: [
          {
            role: 'user',
            parts: [
              { type: 'image', url: 'data:image/webp;base64,AAAA' },
              { type: 'image', url: 'https://e.com/a.png' },
              { type: 'file', name: 'a.pdf', mediaType: 'application/pdf', data: 'AAAA' },
              { type: 'file', mediaType: 'text/plain', data: 'aGk=' },
            ],
          },
        ],
      }),
    )
    expect(body.messages).toMatchObject([
      {
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'AAAA' } },
          { type: 'image', source: { type: 'url', url: 'https://e.com/a.png' } },
          { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf' } },
          { type: 'document', source: { type: 'text', data: 'hi' } },
        ],
      },
    ])
  })
})

/** Messages of the user in a row are one there. */
function joined(messages: readonly Message[]): Message[] {
  const result: Message[] = []
  for (const message of messages) {
    const last = result.at(-1)
    if (last?.role === 'user' && message.role === 'user')
      result[result.length - 1] = { ...last, parts: [...last.parts, ...message.parts] }
    else result.push(message)
  }
  return result
}
