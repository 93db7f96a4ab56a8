import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folded, openTarget, providerRequest, readEvents, readFrames } from '../provider.world.ts'
import { playing } from '../upstream/upstream.world.ts'
import { anthropicProvider } from './provider.ts'

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name))

async function open(bytes: Buffer) {
  const { dispatcher } = playing(() => ({
    parts: [bytes],
    headers: { 'content-type': bytes[0] === 0x7b ? 'application/json' : 'text/event-stream' },
  }))
  return openTarget(
    anthropicProvider,
    { serve: 'provider', provider: { protocol: 'anthropic', timeoutMs: 1000 }, model: 'm' },
    { dispatcher },
  )
}
const answerOf = async (bytes: Buffer) =>
  (await open(bytes)).answer(providerRequest({ stream: true }), new AbortController().signal)
const content = async (name: string) => folded(await readEvents(await answerOf(fixture(name))))

test('text comes with every kind of input token in a bucket of its own', async () => {
  expect(await content('text.sse')).toMatchObject({
    id: 'msg_01',
    model: 'claude-sonnet-4-5-20250929',
    choices: [{ text: 'Grüße, 👋', finish: 'stop' }],
    usage: { input: 18, cacheRead: 1000, cacheWrite: 300, cacheWriteLong: 200, output: 12 },
  })
})

test('calls are counted apart from blocks, and one without arguments has an empty object', async () => {
  expect((await content('parallel-tools.sse')).choices).toMatchObject([
    {
      text: 'Both.',
      finish: 'tool-calls',
      toolCalls: [
        { id: 'toolu_a', name: 'weather', arguments: '{"city": "Zürich"}' },
        { id: 'toolu_b', name: 'now', arguments: '{}' },
      ],
    },
  ])
})

test('thoughts keep their proofs, and those that nobody may read stay unread', async () => {
  expect(await content('thinking.sse')).toMatchObject({
    choices: [
      {
        text: '4',
        thoughts: [
          { text: 'Add them.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
          { text: '', redacted: 'EmwKAhgBEgy3va3pzix' },
        ],
        finish: 'stop-sequence',
        stopSequence: 'END',
      },
    ],
    usage: { output: 10, reasoning: 30 },
  })
})

test('what only Anthropic knows travels as it came', async () => {
  const bytes = fixture('server-tool.sse')
  const { frames } = await readFrames(await answerOf(bytes))
  expect(folded(frames.flatMap(({ events }) => events))).toMatchObject({
    choices: [{ text: 'Sunny.', finish: 'pause', toolCalls: [] }],
    usage: { input: 10_682, output: 510 },
  })
  const sent = frames.map(
    ({ wire }) => `event: ${JSON.parse(wire?.data ?? '').type}\ndata: ${wire?.data}\n\n`,
  )
  expect(sent.join('')).toBe(bytes.toString())
  expect(frames.flatMap(({ events }) => events).filter(({ type }) => type === 'opaque')).toHaveLength(4)
})

test('a whole answer says the same', async () => {
  expect(await content('tools.json')).toMatchObject({
    choices: [
      {
        text: 'Both.',
        thoughts: [{ text: 'Easy.', signature: 'c2ln' }],
        toolCalls: [
          { id: 'toolu_a', arguments: '{"city":"Zürich"}' },
          { id: 'toolu_b', arguments: '{}' },
        ],
        finish: 'tool-calls',
      },
    ],
    usage: { input: 18, cacheRead: 7, output: 25 },
  })
})

test('a stream that does not begin with its message is an error', async () => {
  const rest = fixture('text.sse').toString().split('\n\n').slice(1).join('\n\n')
  expect((await readFrames(await answerOf(Buffer.from(rest)))).error).toMatchObject({
    code: 'provider_error',
  })
})

test('tokens are counted before a call', async () => {
  const backend = await open(Buffer.from('{"input_tokens": 2095}'))
  expect(await backend.countTokens?.(providerRequest(), new AbortController().signal)).toBe(2095)
  const odd = await open(Buffer.from('{"tokens": 2095}'))
  await expect(odd.countTokens?.(providerRequest(), new AbortController().signal)).rejects.toMatchObject({
    code: 'provider_error',
  })
})
