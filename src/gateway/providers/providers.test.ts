import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf } from '../../lib/digest.ts'
import { echo, openai, release } from '../gateway.world.ts'
import type { Bundle, ReleaseSnapshot } from '../snapshot.ts'
import {
  chunkEvents,
  completion,
  type FakeOpenAi,
  fakeOpenAi,
  sendJson,
  sendStream,
} from '../upstream.world.ts'
import { providers } from './index.ts'
import { modelProvider } from './model/provider.ts'
import { openaiProvider } from './openai/provider.ts'
import { providerContract } from './provider.contract.ts'
import { parseCassette } from './recorded/cassette.ts'
import { recordedProvider } from './recorded/provider.ts'

const blobs = new Map<string, Uint8Array>()
function put(text: string): string {
  blobs.set(digestOf(text), Buffer.from(text))
  return digestOf(text)
}

const snapshot = (bundle: Bundle): ReleaseSnapshot => {
  const [made] = Object.values(release('r-1', bundle))
  if (!made) throw new Error('no release')
  return made
}

const long = '{"action": "refund", "reply": "Of course — here are your 5 €, 👋 and sorry for the trouble."}'
const recorded = JSON.stringify({ system: '', user: 'hello\n', answer: long })

let upstream: FakeOpenAi
beforeAll(async () => {
  upstream = await fakeOpenAi((response, body) => {
    const content = (body.messages as { content: string }[])[0]?.content
    if (content === 'please break') sendJson(response, 400, { error: { message: 'refused' } })
    else if (body.stream) sendStream(response, [chunkEvents(['Hel', 'lo'])])
    else sendJson(response, 200, completion('Hello'))
  })
})
afterAll(() => upstream.stop())

providerContract({
  provider: modelProvider,
  blobs,
  release: async () => snapshot(echo(put('ham'))),
  text: 'ham',
  loads: true,
})

providerContract({
  provider: recordedProvider,
  blobs,
  release: async () =>
    snapshot({
      serve: 'provider',
      provider: {
        protocol: 'recorded',
        cassette: { digest: put(recorded), format: 'jsonl' },
        timeoutMs: 1000,
      },
      model: 'recorded-model',
      parameters: {},
    }),
  text: long,
  fails: 'never recorded words',
  loads: true,
})

providerContract({
  provider: openaiProvider,
  blobs,
  release: async () => snapshot(openai(upstream.endpoint)),
  text: 'Hello',
  fails: 'please break',
  loads: false,
})

test('every provider has a protocol of its own and passes the shared suite', () => {
  expect(providers).toEqual([modelProvider, recordedProvider, openaiProvider])
  expect(new Set(providers.map(({ protocol }) => protocol)).size).toBe(providers.length)
})

test('recorded answers are found by system and user message, outer white space aside', () => {
  const csv = 'system,user,answer\n"Be kind.\n",hi,one\nBe kind.,hi,two\nBe rude.,hi,three\n'
  const cassette = parseCassette(Buffer.from(csv), 'csv')
  expect(cassette.find('Be kind.', ' hi')).toBe('one')
  expect(cassette.find('Be rude.', 'hi')).toBe('three')
  expect(cassette.find('Be', 'kind.hi')).toBeUndefined()
  expect(() => parseCassette(Buffer.from('{"system":"a","user":"b"}'), 'jsonl')).toThrow('answer')
})
