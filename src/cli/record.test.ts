import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { Agent } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  folded,
  openTarget,
  providerRequest,
  readEvents,
  saying,
} from '../gateway/providers/provider.world.ts'
import { recordedProvider } from '../gateway/providers/recorded/provider.ts'
import {
  chunkEvents,
  completion,
  type FakeOpenAi,
  fakeOpenAi,
  sendJson,
  sendStream,
} from '../gateway/upstream.world.ts'
import { digestOf } from '../lib/digest.ts'
import { parseInvocation } from './command.ts'
import { record } from './record.ts'

const clientKey = 'sk-key-of-the-client'
let folder: string
let upstream: FakeOpenAi
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelway-record-'))
  upstream = await fakeOpenAi((response, body) => {
    const content = (body.messages as { content: string }[]).at(-1)?.content
    if (content === 'fail') sendJson(response, 429, { error: { message: 'slow down' } })
    else if (body.stream) sendStream(response, [chunkEvents(['Hé', '€ ', String(content)])])
    else sendJson(response, 200, completion(`You said ${content}`))
  })
})
afterAll(async () => {
  await upstream.stop()
  await rm(folder, { recursive: true })
})

/** The command while it runs: where it listens, and what it says at its end. */
async function recording(args: string[]) {
  const abort = new AbortController()
  const said: string[] = []
  const listening = Promise.withResolvers<string>()
  const say = (text: string) => {
    said.push(text)
    const url = /http:\S+\/v1/.exec(text)?.[0]
    if (url) listening.resolve(url)
  }
  const invocation = parseInvocation(record, [...args, '--json'], {
    out: say,
    err: say,
    signal: abort.signal,
  })
  const code = record.run(invocation)
  code.catch(listening.reject)
  return {
    client: new OpenAI({ baseURL: await listening.promise, apiKey: clientKey, maxRetries: 0 }),
    end: async () => {
      abort.abort()
      expect(await code).toBe(0)
      return JSON.parse(said.at(-1) ?? '')
    },
    code,
  }
}

test('what the real client and a provider say is a cassette that the provider "recorded" replays', async () => {
  const out = join(folder, 'cassette.jsonl')
  const { client, end } = await recording(['--upstream', upstream.endpoint, '--out', out, '--port', '0'])
  const ask = (content: string) => ({
    model: 'gpt-test',
    messages: [
      { role: 'system' as const, content: 'Be kind.' },
      { role: 'user' as const, content },
    ],
  })
  const whole = await client.chat.completions.create(ask('hello'))
  expect(whole.choices[0]?.message.content).toBe('You said hello')
  let streamed = ''
  for await (const chunk of await client.chat.completions.create({ ...ask('stream'), stream: true }))
    streamed += chunk.choices[0]?.delta.content ?? ''
  expect(streamed).toBe('Hé€ stream')
  await client.chat.completions.create(ask('hello'))
  await expect(client.chat.completions.create(ask('fail'))).rejects.toMatchObject({ status: 429 })
  expect(await end()).toMatchObject({
    file: out,
    rows: 2,
    requests: 4,
    failed: 1,
    unreadable: 0,
    recorded: { written: 2, known: 1, differs: 0 },
  })
  expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${clientKey}`)
  const bytes = await readFile(out)
  expect(bytes.toString()).not.toContain(clientKey)

  const dispatcher = new Agent()
  const backend = await openTarget(
    recordedProvider,
    {
      serve: 'provider',
      provider: {
        protocol: 'recorded',
        cassette: { digest: digestOf(bytes), format: 'jsonl' },
        timeoutMs: 1000,
      },
      model: 'gpt-test',
    },
    { dispatcher },
    new Map([[digestOf(bytes), bytes]]),
  )
  for (const [user, text] of [
    ['hello', 'You said hello'],
    ['stream', 'Hé€ stream'],
  ] as const) {
    const system = { role: 'system' as const, parts: [{ type: 'text' as const, text: 'Be kind.' }] }
    const request = providerRequest({ messages: [system, ...saying(user).messages] })
    const content = folded(await readEvents(await backend.answer(request, new AbortController().signal)))
    expect(content.choices).toMatchObject([{ text, finish: 'stop' }])
    expect(content.usage).toMatchObject({ input: 11, output: 7, source: 'provider' })
  }
  await dispatcher.destroy()
})

test('it asks with its own key and model, and ends by itself when it has enough', async () => {
  const out = join(folder, 'limited.jsonl')
  const { client, code } = await recording(
    ['--upstream', upstream.endpoint, '--out', out, '--port', '0'].concat(
      '--route',
      'mail',
      '--key',
      'kw-own',
      '--limit',
      '1',
    ),
  )
  await client.chat.completions.create({ model: 'x', messages: [{ role: 'user', content: 'hi' }] })
  expect(await code).toBe(0)
  expect(upstream.requests.at(-1)).toMatchObject({
    body: { model: 'mail' },
    headers: { authorization: 'Bearer kw-own' },
  })
})

test('it says what it needs', async () => {
  const run = (...args: string[]) => recording(['--out', join(folder, 'x.jsonl'), ...args])
  await expect(run()).rejects.toThrow('--upstream URL or --route NAME')
  await expect(run('--upstream', 'nowhere')).rejects.toThrow('must be a URL')
  await expect(run('--upstream', upstream.endpoint, '--limit', '0')).rejects.toThrow('more than 0')
  await expect(run('--route', 'a', '--state', folder)).rejects.toThrow('nothing runs')
})
