import { expect, test } from 'vitest'
import { openAiEmbeddings } from '../openai-embeddings/protocol.ts'
import type { Protocol } from '../protocol.ts'
import { openAiCompletions } from './protocol.ts'

const parse = (protocol: Protocol, body: object) =>
  protocol.parse(Buffer.from(JSON.stringify({ model: 'm', ...body })), {})

test('a prompt is one user message, and prompts or tokens are for servers of completions alone', () => {
  const one = parse(openAiCompletions, { prompt: 'Once' })
  expect(one.messages).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'Once' }] }])
  expect(one.ownProtocolOnly).toBeUndefined()
  for (const prompt of [
    ['a', 'b'],
    [1, 2],
    [[1], [2, 3]],
  ]) {
    const { messages, ownProtocolOnly } = parse(openAiCompletions, { prompt })
    expect(ownProtocolOnly).toEqual(['prompt'])
    expect(messages).toHaveLength(typeof prompt[0] === 'number' ? 1 : 2)
  }
  expect(
    parse(openAiCompletions, { prompt: 'a', suffix: 'b', echo: true, best_of: 3 }).ownProtocolOnly,
  ).toEqual(['suffix', 'echo', 'best_of'])
})

test('inputs of embeddings are texts or tokens, one or many', () => {
  const inputs = (input: unknown) => parse(openAiEmbeddings, { input }).inputs
  expect(inputs('a')).toEqual(['a'])
  expect(inputs(['a', 'b'])).toEqual(['a', 'b'])
  expect(inputs([1, 2])).toEqual([[1, 2]])
  expect(inputs([[1], [2, 3]])).toEqual([[1], [2, 3]])
  expect(parse(openAiEmbeddings, { input: 'a' }).encoding).toBe('float')
})
