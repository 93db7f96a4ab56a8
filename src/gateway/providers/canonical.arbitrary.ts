import fc from 'fast-check'
import type { CanonicalRequest, Message, Part, ToolCall } from '../canonical/request.ts'

/** Requests that both OpenAI and Anthropic can say, for properties of translations. */
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/)
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map(bytes => Buffer.from(bytes).toString('base64'))

const textPart = text.map((value): Part => ({ type: 'text', text: value }))
const userPart: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  base64.map((data): Part => ({ type: 'image', url: `data:image/png;base64,${data}` })),
  word.map((name): Part => ({ type: 'image', url: `https://example.com/${name}.png` })),
)
const call: fc.Arbitrary<ToolCall> = fc.record({
  id: word.map(id => `call_${id}`),
  name: word,
  arguments: fc
    .dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 })
    .map(value => JSON.stringify(value)),
})

/** One turn of the user, one of the assistant, and the answers to its calls. */
const exchange: fc.Arbitrary<Message[]> = fc
  .record({
    user: fc.array(userPart, { minLength: 1, maxLength: 3 }),
    assistant: textPart,
    calls: fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id }),
    result: text,
  })
  .map(({ user, assistant, calls, result }) => [
    { role: 'user', parts: user },
    { role: 'assistant', parts: [assistant], ...(calls.length > 0 ? { toolCalls: calls } : {}) },
    ...calls.map(
      ({ id }): Message => ({ role: 'tool', toolCallId: id, parts: [{ type: 'text', text: result }] }),
    ),
  ])

const options = fc.record(
  {
    maxTokens: fc.integer({ min: 1, max: 10_000 }),
    temperature: fc.double({ min: 0, max: 1, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    stop: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    user: word,
    parallelTools: fc.constant(false),
    format: fc.record({
      type: fc.constant('schema' as const),
      name: fc.constant('output'),
      schema: fc.constant({ type: 'object', properties: { a: { type: 'string' } } }),
    }),
    reasoning: fc.record({ effort: fc.constantFrom('low', 'medium', 'high') }),
    tools: fc.uniqueArray(
      fc.record({
        name: word,
        description: text,
        parameters: fc.constant({ type: 'object', properties: {} }),
      }),
      { minLength: 1, maxLength: 3, selector: ({ name }) => name },
    ),
  },
  { requiredKeys: ['maxTokens', 'tools'] },
)

export const canonicalRequests: fc.Arbitrary<CanonicalRequest> = fc
  .record({
    system: fc.option(text),
    exchanges: fc.array(exchange, { maxLength: 3 }),
    last: fc.array(userPart, { minLength: 1, maxLength: 2 }),
    options,
    stream: fc.boolean(),
    toolChoice: fc.option(fc.constantFrom('auto' as const, 'required' as const)),
  })
  .map(({ system, exchanges, last, options: given, stream, toolChoice }) => ({
    operation: 'chat',
    origin: { protocol: 'openai-responses', value: {} },
    model: 'm',
    messages: [
      ...(system === null
        ? []
        : [{ role: 'system' as const, parts: [{ type: 'text' as const, text: system }] }]),
      ...exchanges.flat(),
      { role: 'user', parts: last },
    ],
    choices: 1,
    stream,
    usageInStream: stream,
    variables: {},
    ...given,
    ...(toolChoice === null ? {} : { toolChoice }),
  }))

/** The request without what only tells where it came from. */
export function withoutOrigins(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrigins)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'origin')
      .map(([name, member]) => [name, withoutOrigins(member)]),
  )
}
