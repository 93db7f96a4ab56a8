import { Agent } from 'undici'
import { afterAll, expect, test } from 'vitest'
import { FakeClock } from '../../../lib/clock.fake.ts'
import {
  canonical,
  folded,
  openTarget,
  providerRequest,
  readEvents,
  readFrames,
  saying,
} from '../provider.world.ts'
import { scriptedProvider } from './provider.ts'

const dispatcher = new Agent()
afterAll(() => dispatcher.destroy())
const { signal } = new AbortController()
const streamed = providerRequest({ stream: true })

const open = (options: Record<string, string> = {}, clock = new FakeClock()) =>
  openTarget(
    scriptedProvider,
    { serve: 'provider', provider: { protocol: 'scripted', timeoutMs: 1000, options }, model: 'm' },
    { dispatcher, clock },
  )

test('it says its text, its thoughts and its calls', async () => {
  const backend = await open({
    answer: '{model} {count}: {user}',
    reasoning: 'Let me see.',
    tools: '[{"name":"f","arguments":"{\\"a\\":1}"}]',
    usage: '{"input":5,"output":7}',
  })
  for (const count of [0, 1])
    expect(folded(await readEvents(await backend.answer(streamed, signal)))).toMatchObject({
      choices: [
        {
          text: `m ${count}: hello`,
          reasoning: 'Let me see.',
          toolCalls: [{ id: `call_${count}_0`, name: 'f', arguments: '{"a":1}' }],
          finish: 'tool-calls',
        },
      ],
      usage: { input: 5, output: 7, source: 'provider' },
    })
})

test('it fails when its script says so: at first, at some inputs, in the middle', async () => {
  const first = await open({ fail: 'provider_overloaded', failFirst: '2', retryAfterMs: '50' })
  for (let i = 0; i < 2; i++)
    await expect(first.answer(streamed, signal)).rejects.toMatchObject({
      code: 'provider_overloaded',
      retryAfterMs: 50,
    })
  expect(folded(await readEvents(await first.answer(streamed, signal))).choices[0]?.text).toBe('hello')

  const some = await open({ fail: 'context_overflow', failWhen: 'long' })
  await expect(some.answer(providerRequest(saying('a long one')), signal)).rejects.toMatchObject({
    code: 'context_overflow',
  })
  await some.answer(providerRequest(saying('a short one')), signal)

  const middle = await open({ answer: '12345678', pieces: '2', fail: 'provider_interrupted', failAfter: '3' })
  const { frames, error } = await readFrames(await middle.answer(streamed, signal))
  expect(folded(frames.flatMap(({ events }) => events)).choices[0]).toMatchObject({ text: '123456' })
  expect(error).toMatchObject({ code: 'provider_interrupted' })
})

test('it takes the time of the clock, and stops at once when it is told', async () => {
  const clock = new FakeClock()
  const backend = await open({ answer: 'abcd', pieces: '2', firstTokenMs: '100', pieceMs: '50' }, clock)
  const abort = new AbortController()
  const answer = await backend.answer(streamed, abort.signal)
  if (!('stream' in answer)) throw new Error('not a stream')
  const frames = answer.stream[Symbol.asyncIterator]()
  const start = frames.next()
  expect(clock.next()).toBe(100)
  clock.advance(100)
  expect((await start).value?.[0]?.events[0]?.type).toBe('start')
  await frames.next()
  const second = frames.next()
  expect(clock.next()).toBe(50)
  const reason = new Error('enough')
  abort.abort(reason)
  await expect(second).rejects.toBe(reason)
})

test('it embeds equal texts equally, and counts', async () => {
  const backend = await open({ dimensions: '4' })
  const request = providerRequest({ ...canonical(), operation: 'embeddings', inputs: ['a', 'b', 'a'] })
  const { embeddings } = folded(await readEvents(await backend.answer(request, signal)))
  expect(embeddings).toHaveLength(3)
  expect(embeddings[0]).toEqual(embeddings[2])
  expect(embeddings[0]).not.toEqual(embeddings[1])
  expect(Math.hypot(...(embeddings[0] ?? []))).toBeCloseTo(1)
  expect(await backend.countTokens?.(providerRequest(saying('12345678')), signal)).toBe(2)
})

test('it may keep its usage to itself', async () => {
  const backend = await open({ usage: 'none' })
  expect(folded(await readEvents(await backend.answer(streamed, signal))).usage).toBeUndefined()
})

test('a script that nobody understands is refused', async () => {
  for (const options of [{ odd: '1' }, { pieces: 'x' }, { fail: 'odd' }, { tools: '{' }] as Record<
    string,
    string
  >[])
    await expect(open(options)).rejects.toThrow()
})
