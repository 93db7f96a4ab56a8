import OpenAI from 'openai'
import { fetch } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import {
  accessKey,
  type GatewayWorld,
  gatewayWorld,
  openai,
  type ProviderBundle,
  recorded,
  release,
  route,
  userKey,
} from '../../gateway.world.ts'
import {
  chunkEvents,
  completion,
  type FakeOpenAi,
  fakeOpenAi,
  type Reply,
  sendJson,
  sendStream,
} from '../../upstream.world.ts'

let world: GatewayWorld
let upstream: FakeOpenAi
afterEach(async () => {
  await world?.stop()
  await upstream?.stop()
})

const secretKey = 'sk-upstream-secret'

async function serve(
  reply: Reply,
  fields: Partial<ProviderBundle> = {},
  settings: Partial<ProviderBundle['provider']> = {},
) {
  upstream = await fakeOpenAi(reply)
  world = await gatewayWorld()
  await world.publish({
    routes: [route()],
    accessKeys: [accessKey()],
    secrets: { 'support/openai/apiKey': secretKey },
    releases: release(
      'mail-triage-1',
      openai(upstream.endpoint, {
        provider: {
          protocol: 'openai',
          endpoint: upstream.endpoint,
          secret: 'support/openai/apiKey',
          timeoutMs: 5000,
          price: { inputPerMillionUsd: 1, outputPerMillionUsd: 10 },
          ...settings,
        },
        ...fields,
      }),
    ),
  })
}

const client = () => new OpenAI({ baseURL: `${world.url}/v1`, apiKey: userKey, maxRetries: 0 })
const ask = { model: 'mail-triage', messages: [{ role: 'user' as const, content: 'hello' }] }

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json', ...headers },
  })

async function lastRecord() {
  await recorded(world, async () => (await world.telemetry.calls({ limit: 1 })).length > 0)
  return (await world.telemetry.calls({ limit: 1 }))[0]
}

describe('an answer that is not streamed', () => {
  test('reaches the openai client byte for byte, with usage and cost in the record', async () => {
    const text = JSON.stringify(completion('hi'), null, 1)
    await serve(response => sendJson(response, 200, text))
    const response = await post(ask)
    expect(await response.text()).toBe(text)
    expect(await lastRecord()).toMatchObject({
      status: 200,
      provider: 'openai',
      model: 'gpt-test',
      inputTokens: 11,
      outputTokens: 7,
      usageSource: 'provider',
      costUsd: 81e-6,
      output: 'hi',
    })
  })

  test('comes from a request with the prompt first, the release parameters and the provider model', async () => {
    await serve(response => sendJson(response, 200, completion('hi')), {
      parameters: { temperature: 0 },
      prompt: {
        messages: [{ role: 'system', content: 'You sell {{what}}. {{> tone}}' }],
        variables: { what: { type: 'string' } },
        partials: { tone: 'Be kind.' },
      },
    })
    await post({ ...ask, temperature: 1, seed: 3, keelway: { variables: { what: '{{> tone}} {{what}}' } } })
    expect(upstream.requests[0]?.body).toEqual({
      model: 'gpt-test',
      seed: 3,
      temperature: 0,
      messages: [
        { role: 'system', content: 'You sell {{> tone}} {{what}}. Be kind.' },
        { role: 'user', content: 'hello' },
      ],
    })
    const missing = await post(ask)
    expect([missing.status, await missing.json()]).toMatchObject([
      400,
      {
        error: {
          code: 'missing_variable',
          param: 'keelway.variables.what',
          message: expect.stringContaining('"what"'),
        },
      },
    ])
  })

  test('is asked for as the client asks when the release changes nothing', async () => {
    await serve(response => sendJson(response, 200, completion('hi')), { model: 'mail-triage' })
    const body = { ...ask, unknown_field: [1, { x: null }] }
    await post(body)
    expect(upstream.requests[0]?.body).toEqual(body)
  })

  test('takes the provider key, the trace and nothing else of the client headers', async () => {
    await serve(response =>
      sendJson(response, 200, completion('hi'), { 'set-cookie': 'a=b', 'x-internal': '1' }),
    )
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const response = await post(ask, {
      traceparent,
      cookie: 'c=d',
      'x-forwarded-for': '10.0.0.1',
      'x-keelway-session': 's',
    })
    const sent = upstream.requests[0]?.headers ?? {}
    expect(sent.authorization).toBe(`Bearer ${secretKey}`)
    expect(sent.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
    for (const name of ['cookie', 'x-forwarded-for', 'x-keelway-session'])
      expect(sent).not.toHaveProperty(name)
    for (const name of ['set-cookie', 'x-internal']) expect(response.headers.has(name)).toBe(false)
  })

  test('without usage is estimated and marked so, an explicit 0 is not', async () => {
    const { usage: _, ...bare } = completion('12345678')
    await serve(response => sendJson(response, 200, bare))
    await post(ask)
    expect(await lastRecord()).toMatchObject({
      inputTokens: expect.any(Number),
      outputTokens: 2,
      usageSource: 'estimated',
    })
    await world.stop()
    await upstream.stop()
    await serve(response =>
      sendJson(response, 200, { ...bare, usage: { prompt_tokens: 0, completion_tokens: 0 } }),
    )
    await post(ask)
    expect(await lastRecord()).toMatchObject({
      inputTokens: 0,
      outputTokens: 0,
      usageSource: 'provider',
      costUsd: 0,
    })
  })
})

describe('a provider that fails', () => {
  test.each([
    [400, { error: { message: 'bad temperature' } }, 400, 'provider_rejected', 'false', /bad temperature/],
    [
      401,
      { error: { message: `bad key ${secretKey}` } },
      502,
      'provider_unauthorized',
      'false',
      /check the Secret/,
    ],
    [
      422,
      { error: { message: `key ${secretKey} is odd` } },
      422,
      'provider_rejected',
      'false',
      /key \[key\] is odd/,
    ],
    [429, {}, 429, 'provider_rate_limited', 'true', /rate/],
    [500, { error: { message: 'stack' } }, 502, 'provider_error', 'true', /answered 500/],
    // The gateway has tried again by itself.
    [200, 'not json', 502, 'provider_error', 'false', /not JSON/],
  ])('with %i gives an OpenAI error', async (status, body, expected, code, retry, message) => {
    await serve(response => sendJson(response, status, body, { 'retry-after': '7' }))
    const response = await post(ask)
    expect(response.status).toBe(expected)
    expect(response.headers.get('x-should-retry')).toBe(retry)
    expect(response.headers.get('x-keelway-release')).toBe('mail-triage-1')
    if (status === 429) expect(response.headers.get('retry-after')).toBe('7')
    const text = await response.text()
    expect(JSON.parse(text)).toEqual({
      error: { message: expect.stringMatching(message), type: expect.any(String), param: null, code },
    })
    expect(text).not.toContain(secretKey)
    expect(await lastRecord()).toMatchObject({ status: expected, error: code })
  })

  test('to answer in time gives 504', async () => {
    await serve(() => undefined, {}, { timeoutMs: 100 })
    const response = await post(ask)
    expect([response.status, await response.json()]).toMatchObject([
      504,
      { error: { code: 'provider_timeout' } },
    ])
  })

  test('to be there gives 502', async () => {
    await serve(() => undefined)
    await upstream.stop()
    const response = await post(ask)
    expect([response.status, await response.json()]).toMatchObject([
      502,
      { error: { code: 'provider_unreachable' } },
    ])
  })
})

describe('a streamed answer', () => {
  const read = async (options: object = {}) => {
    const chunks = []
    for await (const chunk of await client().chat.completions.create({ ...ask, stream: true, ...options }))
      chunks.push(chunk)
    return chunks
  }

  test('asks for usage always and shows it only to a client that asked', async () => {
    await serve(response => sendStream(response, [chunkEvents(['Hel', 'lo'])]))
    const plain = await read()
    expect(plain.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Hello')
    expect(plain.filter(chunk => 'usage' in chunk)).toEqual([])
    expect(upstream.requests[0]?.body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(await lastRecord()).toMatchObject({
      streamed: true,
      inputTokens: 11,
      outputTokens: 7,
      usageSource: 'provider',
      output: 'Hello',
      firstByteMs: expect.any(Number),
    })
    const asked = await read({ stream_options: { include_usage: true } })
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 18 } })
  })

  test('is passed on chunk for chunk when the client asked for usage', async () => {
    const events = chunkEvents(['Hé', '€llo'], { lineEnd: '\r\n' })
    await serve(response => sendStream(response, [events]))
    const response = await post({ ...ask, stream: true, stream_options: { include_usage: true } })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(await response.text()).toBe(events.replaceAll('\r\n', '\n').replace(': ping\n\n', ''))
  })

  test('is the same however the network cuts it, at every byte', async () => {
    const events = Buffer.from(chunkEvents(['Hé', '€']))
    let cut = 0
    await serve(response => sendStream(response, [events.subarray(0, cut), events.subarray(cut)]))
    const whole = await (await post({ ...ask, stream: true })).text()
    for (cut = 1; cut < events.length; cut++) {
      const text = await (await post({ ...ask, stream: true })).text()
      if (text !== whole) expect({ cut, text }).toEqual({ cut, text: whole })
    }
  })

  test('ends the upstream request when the client goes away and records what was delivered', async () => {
    const sent =
      chunkEvents(['Hello'])
        .split('data: [DONE]')[0]
        ?.split(
          'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-test","choices":[{"index":0,"delta":{},',
        )[0] ?? ''
    await serve(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(sent)
    })
    const abort = new AbortController()
    const stream = await client().chat.completions.create({ ...ask, stream: true }, { signal: abort.signal })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'Hello') break
    abort.abort()
    await upstream.disconnected
    expect(await lastRecord()).toMatchObject({
      status: 499,
      error: 'client_closed',
      output: 'Hello',
      usageSource: 'estimated',
      outputTokens: 2,
    })
  })

  test('that breaks off ends with an error event, never as if it were complete', async () => {
    await serve(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\ndata: {"cho')
      setImmediate(() => response.destroy())
    })
    const response = await post({ ...ask, stream: true })
    const text = await response.text()
    expect(text.split('\n\n').slice(0, -1)).toEqual([
      'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}',
      expect.stringContaining('"code":"provider_interrupted"'),
    ])
    await expect(read()).rejects.toThrow(OpenAI.APIError)
    expect(await lastRecord()).toMatchObject({ error: 'provider_interrupted', output: 'Hel' })
  })

  test('that ends without its end is an error too', async () => {
    await serve(response =>
      sendStream(response, ['data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n']),
    )
    expect(await (await post({ ...ask, stream: true })).text()).toContain('"code":"provider_interrupted"')
  })

  test('that fails before its first byte gets a status of its own', async () => {
    await serve(response => sendJson(response, 500, {}))
    expect((await post({ ...ask, stream: true })).status).toBe(502)
  })
})
