import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accessKey,
  type GatewayWorld,
  gatewayWorld,
  openai,
  release,
  route,
  userKey,
} from '../gateway.world.ts'
import { type FakeOpenAi, fakeOpenAi, sendJson, sendStream } from '../upstream.world.ts'

/** Every client with every provider, all the way through a gateway, judged by the official clients. */
const fixture = (...path: string[]): Buffer => readFileSync(join(import.meta.dirname, ...path))
const files = {
  openai: {
    stream: fixture('openai', 'fixtures', 'openai-parallel-tools.sse')
      .toString()
      .replaceAll(/data: [^\n]*"index":2[^\n]*\n\n/g, ''),
    whole: fixture('openai', 'fixtures', 'openai-tools.json').toString(),
  },
  anthropic: {
    stream: fixture('anthropic', 'fixtures', 'parallel-tools.sse').toString(),
    whole: fixture('anthropic', 'fixtures', 'tools.json').toString(),
  },
}

let upstream: FakeOpenAi
let world: GatewayWorld
beforeAll(async () => {
  upstream = await fakeOpenAi((response, body, path) => {
    const { stream, whole } = files[path.endsWith('/messages') ? 'anthropic' : 'openai']
    if (body.stream) sendStream(response, [stream.slice(0, 700), stream.slice(700)])
    else sendJson(response, 200, whole)
  })
  world = await gatewayWorld()
  const provider = (protocol: string) => ({ protocol, endpoint: upstream.endpoint, timeoutMs: 5000 })
  await world.publish({
    routes: ['openai', 'anthropic'].map(name => route({ name, model: name, stable: `support/${name}` })),
    accessKeys: [accessKey()],
    releases: Object.assign(
      {},
      ...['openai', 'anthropic'].map(name =>
        release(name, openai(upstream.endpoint, { provider: provider(name) })),
      ),
    ),
  })
})
afterAll(async () => {
  await world.stop()
  await upstream.stop()
})

const weather = { type: 'object' as const, properties: { city: { type: 'string' } } }
const calls = [
  { name: 'weather', input: { city: 'Zürich' } },
  { name: 'now', input: {} },
]

describe.each(['openai', 'anthropic'] as const)('a provider of the %s API', provider => {
  test('calls two tools for the openai client, whole and streamed', async () => {
    const client = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: userKey, maxRetries: 0 })
    const ask = {
      model: provider,
      messages: [{ role: 'user' as const, content: 'Weather and time?' }],
      tools: [{ type: 'function' as const, function: { name: 'weather', parameters: weather } }],
    }
    const called = ({ choices }: OpenAI.ChatCompletion) =>
      choices[0]?.message.tool_calls?.map(call =>
        call.type === 'function'
          ? { name: call.function.name, input: JSON.parse(call.function.arguments) }
          : undefined,
      )
    const whole = await client.chat.completions.create(ask)
    expect(called(whole)).toEqual(calls)
    const streamed = await client.chat.completions.stream(ask).finalChatCompletion()
    expect(called(streamed)).toEqual(calls)
    expect([whole, streamed].map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      'tool_calls',
      'tool_calls',
    ])
  })

  test('calls two tools for the Anthropic client, whole and streamed', async () => {
    const client = new Anthropic({ baseURL: world.url, apiKey: userKey, maxRetries: 0 })
    const ask = {
      model: provider,
      max_tokens: 100,
      messages: [{ role: 'user' as const, content: 'Weather and time?' }],
      tools: [{ name: 'weather', input_schema: weather }],
    }
    const called = ({ content }: Anthropic.Message) =>
      content.flatMap(block => (block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : []))
    const whole = await client.messages.create(ask)
    expect(called(whole)).toEqual(calls)
    const streamed = await client.messages.stream(ask).finalMessage()
    expect(called(streamed)).toEqual(calls)
    expect([whole.stop_reason, streamed.stop_reason]).toEqual(['tool_use', 'tool_use'])
    const { usage } = streamed
    expect(usage.output_tokens).toBeGreaterThan(0)
  })
})
