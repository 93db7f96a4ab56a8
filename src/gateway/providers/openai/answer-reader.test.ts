import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { canonical, folded, openTarget, providerRequest, readEvents, readFrames } from '../provider.world.ts'
import { playing } from '../upstream/upstream.world.ts'
import { openaiProvider } from './provider.ts'

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name))

async function answerOf(bytes: Buffer, request = providerRequest({ stream: true })) {
  const { dispatcher } = playing(() => ({
    parts: [bytes],
    headers: { 'content-type': bytes[0] === 0x7b ? 'application/json' : 'text/event-stream' },
  }))
  const backend = await openTarget(
    openaiProvider,
    {
      serve: 'provider',
      provider: { protocol: 'openai', endpoint: 'http://127.0.0.1:9/v1', timeoutMs: 1000 },
      model: 'm',
    },
    { dispatcher },
  )
  return backend.answer(request, new AbortController().signal)
}
const content = async (name: string) => folded(await readEvents(await answerOf(fixture(name))))
const streamOf = (...chunks: object[]): Buffer =>
  Buffer.from([...chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join(''))
const delta = (value: object, finish: string | null = null) => ({
  id: 'c',
  choices: [{ index: 0, delta: value, finish_reason: finish }],
})

const call = (id: string, name: string, text: string) => ({ id, name, arguments: text })

test.each([
  ['openai-text.sse', [{ text: 'Grüße, 👋 world', finish: 'stop' }]],
  [
    'openai-parallel-tools.sse',
    [
      {
        finish: 'tool-calls',
        toolCalls: [
          call('call_a', 'weather', '{"city":"Zürich"}'),
          call('call_b', 'now', '{}'),
          { ...call('call_c', 'shell', 'ls -l'), custom: true },
        ],
      },
    ],
  ],
  [
    'openai-two-choices.sse',
    [
      { text: 'Heads.', finish: 'length' },
      { text: 'Tails.', finish: 'stop' },
    ],
  ],
  ['openai-refusal.sse', [{ refusal: 'I can not help with that.', finish: 'content-filter' }]],
  ['azure-text.sse', [{ text: 'Paris', finish: 'stop' }]],
  ['groq-reasoning.sse', [{ text: '4', reasoning: 'Simple sum.', finish: 'stop' }]],
  ['deepseek-reasoning.sse', [{ text: '9.8', reasoning: '9.11 < 9.8', finish: 'stop' }]],
  [
    'mistral-tools.sse',
    [
      {
        text: 'One moment.',
        reasoning: 'Look it up.',
        finish: 'tool-calls',
        toolCalls: [call('VvvODy9mT', 'find', '{"q": "a"}'), call('Xy7ODy9mQ', 'find', '{"q": "b"}')],
      },
    ],
  ],
  [
    'ollama-tools.sse',
    [
      {
        reasoning: 'Two calls.',
        toolCalls: [call('call_1x', 'add', '{"a":1}'), call('call_2x', 'add', '{"a":2}')],
      },
    ],
  ],
  [
    'vllm-stop.sse',
    [{ text: 'one, two', reasoning: 'Short. ', finish: 'stop-sequence', stopSequence: 'three' }],
  ],
  ['llamacpp-text.sse', [{ text: 'Hello', finish: 'stop' }]],
  [
    'openrouter-reasoning.sse',
    [{ text: 'Yes.', thoughts: [{ text: 'Hm. ', signature: 'c2ln' }], finish: 'stop' }],
  ],
  [
    'openai-tools.json',
    [{ text: 'Both are running.', finish: 'tool-calls', toolCalls: [{ id: 'call_a' }, { id: 'call_b' }] }],
  ],
])('%s says what it says', async (name, choices) => {
  expect((await content(name)).choices).toMatchObject(choices)
})

test('tokens go into buckets that do not overlap', async () => {
  expect((await content('openai-text.sse')).usage).toMatchObject({
    input: 18,
    cacheRead: 1024,
    output: 25,
    reasoning: 32,
    source: 'provider',
  })
  expect((await content('deepseek-reasoning.sse')).usage).toMatchObject({
    input: 36,
    cacheRead: 64,
    reasoning: 25,
  })
  expect((await content('openrouter-reasoning.sse')).usage).toMatchObject({ input: 94, cacheWrite: 100 })
  expect((await content('groq-reasoning.sse')).usage).toMatchObject({ input: 72, output: 20 })
})

test('every chunk goes on as it came, also one that came before the answer had an id', async () => {
  const bytes = fixture('azure-text.sse')
  const { frames } = await readFrames(await answerOf(bytes))
  expect(frames.map(({ wire }) => `data: ${wire?.data}\n\n`).join('')).toBe(
    bytes.toString().replace('data: [DONE]\n\n', ''),
  )
  expect(frames[0]?.events).toMatchObject([{ type: 'start', id: 'chatcmpl-Az1' }, { type: 'opaque' }])
})

test('calls that a server does not tell apart are told apart, and then not passed on as they came', async () => {
  const same = streamOf(
    delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }),
    delta({ tool_calls: [{ index: 0, id: 'b', function: { name: 'f', arguments: '{"x":1}' } }] }),
    delta({}, 'tool_calls'),
  )
  const { frames } = await readFrames(await answerOf(same))
  expect(folded(frames.flatMap(({ events }) => events)).choices[0]?.toolCalls).toEqual([
    call('a', 'f', '{}'),
    call('b', 'f', '{"x":1}'),
  ])
  expect(frames.map(({ wire }) => wire !== undefined)).toEqual([true, false, false])
  const none = streamOf(
    delta({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: { x: 1 } } }] }, 'tool_calls'),
  )
  expect(folded(await readEvents(await answerOf(none))).choices[0]?.toolCalls).toEqual([
    call('a', 'f', '{"x":1}'),
  ])
})

test('empty arguments are an event of their own', async () => {
  const events = await readEvents(
    await answerOf(
      streamOf(
        delta({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        delta({}, 'tool_calls'),
      ),
    ),
  )
  expect(events).toContainEqual({ type: 'tool-arguments', choice: 0, index: 0, text: '' })
})

test('a stream that never says [DONE] has ended when all its choices have', async () => {
  const open = streamOf(delta({ content: 'a' }, 'stop'))
    .toString()
    .replace('data: [DONE]\n\n', '')
  expect(folded(await readEvents(await answerOf(Buffer.from(open)))).choices[0]?.text).toBe('a')
})

test('what follows [DONE] is not read', async () => {
  const bytes = Buffer.concat([streamOf(delta({ content: 'a' }, 'stop')), Buffer.from('data: {broken\n\n')])
  expect((await readFrames(await answerOf(bytes))).error).toBeUndefined()
})

test('a choice with an impossible index is an error', async () => {
  for (const index of [-1, 1.5, 1e9])
    expect(
      (await readFrames(await answerOf(streamOf({ id: 'c', choices: [{ index, delta: {} }] })))).error,
    ).toMatchObject({
      code: 'provider_error',
    })
})

test('a stream that was asked for may be answered whole', async () => {
  const answer = await answerOf(fixture('openai-tools.json'))
  expect('whole' in answer && answer.whole.wire?.protocol).toBe('openai-chat')
})

test('embeddings are vectors, passed on as they came when the client wants that encoding', async () => {
  for (const [name, encoding, asCame] of [
    ['embeddings.json', 'float', true],
    ['embeddings.json', 'base64', false],
    ['embeddings-base64.json', 'base64', true],
    ['embeddings-base64.json', 'float', false],
  ] as const) {
    const origin = { protocol: 'openai-embeddings' as const, value: { input: ['a', 'b'] } }
    const request = canonical({ operation: 'embeddings', origin, inputs: ['a', 'b'], encoding })
    const answer = await answerOf(fixture(name), providerRequest(request))
    if (!('whole' in answer)) throw new Error('streamed')
    expect(folded(answer.whole.events)).toMatchObject({
      embeddings: [
        [1, 0],
        [0.5, -0.25],
      ],
      usage: { input: 8, output: 0 },
    })
    expect(answer.whole.wire !== undefined).toBe(asCame)
  }
})
