import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf } from '../../lib/digest.ts'
import {
  chunkEvents,
  completion,
  type FakeOpenAi,
  fakeOpenAi,
  messageBody,
  messageEvents,
  sendJson,
  sendStream,
} from '../upstream.world.ts'
import { anthropicProvider } from './anthropic/provider.ts'
import { providers } from './index.ts'
import { modelProvider } from './model/provider.ts'
import { openaiProvider } from './openai/provider.ts'
import { providerContract } from './provider.contract.ts'
import { recordedProvider } from './recorded/provider.ts'
import { scriptedProvider } from './scripted/provider.ts'

const blobs = new Map<string, Uint8Array>()
function put(text: string): string {
  blobs.set(digestOf(text), Buffer.from(text))
  return digestOf(text)
}

const long = '{"action": "refund", "reply": "Of course — here are your 5 €, 👋 and sorry for the trouble."}'
const recorded = JSON.stringify({ system: '', user: 'hello\n', answer: long })

const refuses = (body: Record<string, unknown>): boolean =>
  JSON.stringify(body.messages).includes('please break')

let upstream: FakeOpenAi
beforeAll(async () => {
  upstream = await fakeOpenAi((response, body, path) => {
    const echo = `${JSON.stringify(body.messages)} sk-secret-of-the-contract is wrong`
    if (refuses(body)) sendJson(response, 400, { error: { message: echo } })
    else if (path.endsWith('/messages'))
      body.stream
        ? sendStream(response, [messageEvents(['Hel', 'lo'])])
        : sendJson(response, 200, messageBody('Hello'))
    else if (body.stream) sendStream(response, [chunkEvents(['Hel', 'lo'])])
    else sendJson(response, 200, completion('Hello'))
  })
})
afterAll(() => upstream.stop())

providerContract({
  provider: modelProvider,
  blobs,
  target: async () => ({ serve: 'model', format: 'echo', artefact: put('ham') }),
  text: 'ham',
  loads: true,
})

providerContract({
  provider: recordedProvider,
  blobs,
  target: async () => ({
    serve: 'provider',
    provider: {
      protocol: 'recorded',
      cassette: { digest: put(recorded), format: 'jsonl' },
      timeoutMs: 1000,
    },
    model: 'recorded-model',
  }),
  text: long,
  fails: 'never recorded words',
  loads: true,
})

for (const provider of [openaiProvider, anthropicProvider])
  providerContract({
    provider,
    target: async () => ({
      serve: 'provider',
      provider: { protocol: provider.protocol, endpoint: upstream.endpoint, timeoutMs: 5000 },
      model: 'm',
    }),
    text: 'Hello',
    fails: 'please break this instruction, which has more than a few words',
  })

providerContract({
  provider: scriptedProvider,
  target: async () => ({
    serve: 'provider',
    provider: {
      protocol: 'scripted',
      options: { answer: 'You said {user}.', fail: 'provider_error', failWhen: 'please break' },
      timeoutMs: 1000,
    },
    model: 'm',
  }),
  text: 'You said hello.',
  fails: 'please break',
})

test('every provider has a protocol of its own', () => {
  const protocols = providers.map(({ protocol }) => protocol)
  expect(new Set(protocols).size).toBe(providers.length)
  expect(protocols).toEqual(expect.arrayContaining(['model', 'recorded', 'openai', 'anthropic', 'scripted']))
})
