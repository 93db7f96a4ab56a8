import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CanonicalRequest, withParts } from '../../canonical/request.ts'
import { openAiChat } from '../../protocols/openai-chat/protocol.ts'
import { canonicalRequests, withoutOrigins } from '../canonical.arbitrary.ts'
import { canonical, frozen } from '../provider.world.ts'
import { chatBody } from './chat-body.ts'
import { type Dialect, dialectOf, dialects } from './dialect.ts'
import { completionBody, embeddingsBody } from './other-bodies.ts'

const sent = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value))
const parsed = (body: object): CanonicalRequest => openAiChat.parse(Buffer.from(JSON.stringify(body)), {})
const bodyOf = (request: CanonicalRequest, dialect: Dialect = dialects.openai) =>
  sent(chatBody(frozen(request), dialect).body)

describe('a request that came as chat completions', () => {
  const came = {
    model: 'm',
    messages: [
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.', odd: 1 }], name: 'dev' },
      { role: 'user', content: 'hello', unknown: [1, { x: null }] },
    ],
    max_tokens: 5,
    stop: 'END',
    n: 1,
    tools: [{ type: 'function', function: { name: 'f' }, odd: true }],
    tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
    response_format: { type: 'json_schema', json_schema: { name: 'o', description: 'd', schema: {} } },
    logit_bias: { 5: 1 },
    unknown_field: [1, { x: null }],
    temperature: null,
  }

  test('goes out as it came, known fields and unknown', () => {
    expect(bodyOf(parsed(came))).toEqual(came)
  })

  test('asks for usage in a stream whether or not the client did, and keeps its other options', () => {
    const options = { include_obfuscation: false, include_usage: false }
    expect(bodyOf(parsed({ ...came, stream: true, stream_options: options })).stream_options).toEqual({
      include_obfuscation: false,
      include_usage: true,
    })
    const whole = { ...parsed({ ...came, stream: true, stream_options: options }), stream: false }
    expect(bodyOf(whole)).toEqual({ ...came, stream: false })
  })

  test('takes model, parameters, prompt and edited texts of the gateway', () => {
    const request = parsed(came)
    const [developer, user] = request.messages
    if (!developer || !user) throw new Error('no messages')
    const body = bodyOf({
      ...request,
      model: 'gpt-5',
      maxTokens: 9,
      temperature: 0.5,
      extra: { service_tier: 'flex' },
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'prompt' }] },
        developer,
        withParts(user, [{ type: 'text', text: '[masked]' }]),
      ],
    })
    expect(body).toEqual({
      ...came,
      model: 'gpt-5',
      max_tokens: 9,
      temperature: 0.5,
      service_tier: 'flex',
      messages: [
        { role: 'system', content: 'prompt' },
        came.messages[0],
        { ...came.messages[1], content: '[masked]' },
      ],
    })
  })

  test('keeps the form from before tools', () => {
    const old = { model: 'm', messages: [{ role: 'user', content: 'x' }], functions: [{ name: 'f' }] }
    expect(bodyOf(parsed(old))).toEqual(old)
  })
})

describe('a request of another protocol', () => {
  const tool = { role: 'tool' as const, toolCallId: 'a' }

  test('reads back as the same request', () => {
    fc.assert(
      fc.property(canonicalRequests, request => {
        expect(withoutOrigins(parsed(bodyOf(request)))).toEqual(withoutOrigins(request))
      }),
      { numRuns: 200 },
    )
  })

  test('has pictures of tools in a user message after the answers of all tools', () => {
    const request = canonical({
      origin: { protocol: 'anthropic-messages', value: {} },
      messages: [
        {
          ...tool,
          parts: [
            { type: 'text', text: 'see' },
            { type: 'image', url: 'https://e.com/a.png' },
          ],
        },
        { ...tool, toolCallId: 'b', parts: [{ type: 'text', text: 'ok' }], toolFailed: true },
        { role: 'user', parts: [{ type: 'text', text: 'and?' }] },
      ],
    })
    expect(bodyOf(request).messages).toEqual([
      { role: 'tool', content: 'see', tool_call_id: 'a' },
      { role: 'tool', content: 'ok', tool_call_id: 'b' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://e.com/a.png' } }] },
      { role: 'user', content: 'and?' },
    ])
    expect(chatBody(request, dialects.openai).dropped).toEqual(['tool_result.is_error'])
  })

  test('names what it can not say, and is refused when that would change it', () => {
    const origin = { protocol: 'anthropic-messages' as const, value: { service_tier: 'auto', speed: 'fast' } }
    expect(chatBody(canonical({ origin, topK: 5 }), dialects.openai).dropped).toEqual([
      'service_tier',
      'speed',
      'top_k',
    ])
    const refused = (fields: Partial<CanonicalRequest>, dialect: Dialect = dialects.openai) =>
      expect(() => chatBody(canonical({ origin, ...fields }), dialect)).toThrow(
        expect.objectContaining({ code: 'unsupported_by_provider' }),
      )
    refused({ ownProtocolOnly: ['container'] })
    refused({
      tools: [{ name: 'web_search', origin: { ...origin, value: { type: 'web_search_20250305' } } }],
    })
    refused({
      messages: [{ role: 'user', parts: [{ type: 'opaque', origin: { ...origin, value: { type: 'x' } } }] }],
    })
    refused({ choices: 2 }, dialects.groq)
    refused({ format: { type: 'schema', name: 'o', schema: {} } }, dialects.deepseek)
  })
})

describe('a dialect', () => {
  test.each([
    ['https://api.openai.com/v1', dialects.openai],
    ['https://me.openai.azure.com', dialects.azure],
    ['https://api.groq.com/openai/v1', dialects.groq],
    ['https://api.mistral.ai/v1', dialects.mistral],
    ['http://127.0.0.1:8000/v1', dialects.generic],
  ])('is told by the host of %s', (endpoint, dialect) => {
    expect(dialectOf(undefined, new URL(endpoint))).toBe(dialect)
    expect(dialectOf('vllm', new URL(endpoint))).toBe(dialects.vllm)
    expect(() => dialectOf('odd', new URL(endpoint))).toThrow('openai, azure')
  })

  test('of Azure puts deployment and version into the path, and neither for the API without versions', () => {
    const { path } = dialects.azure
    expect(path('chat', { model: 'my gpt', pathname: '', options: {} })).toBe(
      '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    )
    expect(
      path('embeddings', { model: 'm', pathname: '/openai', options: { apiVersion: '2025-01-01-preview' } }),
    ).toBe('/deployments/m/embeddings?api-version=2025-01-01-preview')
    expect(path('chat', { model: 'm', pathname: '/openai/v1', options: {} })).toBe('/chat/completions')
  })

  test('renames and leaves out what its server does not take', () => {
    const came = parsed({
      model: 'm',
      messages: [
        { role: 'developer', content: 'x', name: 'n' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'y' }] },
      ],
      max_completion_tokens: 7,
      seed: 3,
      user: 'u',
      logprobs: true,
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'required',
      stream: true,
    })
    const mistral = bodyOf(came, dialects.mistral)
    expect(mistral).toMatchObject({ max_tokens: 7, random_seed: 3, tool_choice: 'any', stream: true })
    for (const name of ['max_completion_tokens', 'seed', 'user', 'logprobs', 'stream_options'])
      expect(mistral).not.toHaveProperty(name)
    const [system, assistant, tool] = mistral.messages as Record<string, unknown>[]
    const id = (assistant?.tool_calls as { id: string }[] | undefined)?.[0]?.id
    expect(system?.role).toBe('system')
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(tool?.tool_call_id).toBe(id)
    expect(chatBody(came, dialects.mistral).dropped).toEqual(['logprobs', 'user'])
    const groq = chatBody(came, dialects.groq)
    expect(groq.dropped).toEqual(['messages[].name', 'logprobs'])
    expect(sent(groq.body)).toMatchObject({ max_completion_tokens: 7, seed: 3, user: 'u' })
    expect((bodyOf(came, dialects.deepseek).messages as { content: unknown }[])[2]?.content).toBe('y')
  })

  test('says reasoning in its own words', () => {
    const reasoned = canonical({
      reasoning: { effort: 'high', budgetTokens: 2000 },
      messages: [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'hm', signature: 's' },
            { type: 'text', text: 'a' },
          ],
        },
      ],
    })
    expect(bodyOf(reasoned)).toMatchObject({
      reasoning_effort: 'high',
      messages: [{ role: 'assistant', content: 'a' }],
    })
    expect(chatBody(reasoned, dialects.openai).dropped).toEqual(['messages[].reasoning', 'reasoning budget'])
    expect(bodyOf(reasoned, dialects.openrouter)).toMatchObject({
      reasoning: { effort: 'high' },
      messages: [{ reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 's' }] }],
    })
    expect(bodyOf(reasoned, dialects.deepseek)).toMatchObject({ messages: [{ reasoning_content: 'hm' }] })
  })
})

describe('completions and embeddings', () => {
  const completion = canonical({
    operation: 'completion',
    origin: {
      protocol: 'openai-completions',
      value: { model: 'm', prompt: ['once'], suffix: 'end', best_of: 2 },
    },
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'once' }] }],
    maxTokens: 3,
  })

  test('go out as they came where the server has them', () => {
    expect(sent(completionBody(completion, dialects.openai)?.body)).toEqual({
      model: 'm',
      prompt: ['once'],
      suffix: 'end',
      best_of: 2,
      max_tokens: 3,
    })
    expect(completionBody(completion, dialects.groq)).toBeUndefined()
  })

  test('take an edited prompt', () => {
    const [prompt] = completion.messages
    if (!prompt) throw new Error('no prompt')
    const masked = { ...completion, messages: [withParts(prompt, [{ type: 'text', text: '[masked]' }])] }
    expect(completionBody(masked, dialects.openai)?.body.prompt).toBe('[masked]')
  })

  test('of one text stay one text, and ask for floats where base64 is unknown', () => {
    const one = canonical({
      operation: 'embeddings',
      origin: { protocol: 'openai-embeddings', value: { input: 'a', encoding_format: 'base64', odd: 1 } },
      inputs: ['a'],
      dimensions: 4,
    })
    expect(sent(embeddingsBody(one, dialects.openai).body)).toEqual({
      model: 'm',
      input: 'a',
      encoding_format: 'base64',
      odd: 1,
      dimensions: 4,
    })
    expect(embeddingsBody(one, dialects.ollama).body.encoding_format).toBe('float')
  })
})
