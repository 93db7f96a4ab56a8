import { expect, test } from 'vitest'
import type { AnswerContent, ChoiceContent } from '../canonical/answer.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import { noUsage, type Usage } from '../canonical/usage.ts'
import { estimateInput, estimateUsage, usageOf } from './estimate.ts'

const asked = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  operation: 'chat',
  origin: { protocol: 'openai-chat', value: {} },
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'x'.repeat(400) }] }],
  choices: 1,
  stream: true,
  usageInStream: false,
  variables: {},
  ...fields,
})
const choice = (fields: Partial<ChoiceContent> = {}): ChoiceContent => ({
  text: '',
  reasoning: '',
  thoughts: [],
  refusal: '',
  toolCalls: [],
  ...fields,
})
const content = (choices: ChoiceContent[], usage?: Usage): AnswerContent => ({
  id: 'a',
  model: 'm',
  choices,
  embeddings: [],
  ...(usage ? { usage } : {}),
})

test('usage nobody counted is estimated from what was sent and delivered, and says so', () => {
  const delivered = content([choice({ text: 'y'.repeat(40), reasoning: 'z'.repeat(8) })])
  expect(usageOf(asked(), delivered)).toEqual({
    ...noUsage,
    input: 104,
    output: 10,
    reasoning: 2,
    source: 'estimated',
  })
})

test('an explicit 0 of the provider stays 0', () => {
  const delivered = content([choice({ text: 'y'.repeat(40), finish: 'stop' })], noUsage)
  expect(usageOf(asked(), delivered)).toEqual(noUsage)
})

test('a count of the input alone is completed by what was delivered before the break', () => {
  const began: Usage = { ...noUsage, input: 77, cacheRead: 5, output: 1 }
  expect(usageOf(asked(), content([choice({ text: 'y'.repeat(40) })], began))).toEqual({
    ...began,
    output: 10,
    source: 'estimated',
  })
})

test('what was not delivered is not counted', () => {
  const began: Usage = { ...noUsage, input: 77, output: 1 }
  expect(usageOf(asked(), content([], began))).toEqual(began)
  expect(estimateUsage(asked(), undefined)).toMatchObject({ output: 0, reasoning: 0 })
})

test('tools, tool calls, images and embeddings count', () => {
  const tools = [{ name: 'find', description: 'finds', parameters: { type: 'object' } }]
  expect(estimateInput(asked({ messages: [], tools }))).toBe(1 + 2 + 5)
  expect(
    estimateInput(asked({ messages: [{ role: 'user', parts: [{ type: 'image', url: 'data:x' }] }] })),
  ).toBe(1004)
  expect(estimateInput(asked({ messages: [], inputs: ['12345678', [1, 2, 3]] }))).toBe(5)
  const call = { id: 'c', name: 'find', arguments: '{"a":12}' }
  expect(estimateUsage(asked({ messages: [] }), content([choice({ toolCalls: [call] })])).output).toBe(3)
})

test('a text of many bytes is not taken for a short one', () => {
  const text = '漢'.repeat(400)
  expect(estimateInput(asked({ messages: [{ role: 'user', parts: [{ type: 'text', text }] }] }))).toBe(304)
})
