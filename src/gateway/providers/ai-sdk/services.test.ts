import { Agent } from 'undici'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CanonicalRequest, Message, Origin, Part } from '../../canonical/request.ts'
import { totalTokens } from '../../canonical/usage.ts'
import { ProviderError } from '../provider.ts'
import { ask, callOf, openAt, read, services } from './services.world.ts'
import { fixture, startUpstream, type Upstream } from './upstream.world.ts'

const dispatcher = new Agent()
afterAll(() => dispatcher.destroy())

let upstream: Upstream
beforeEach(async () => {
  upstream = await startUpstream()
})
afterEach(() => upstream.stop())

const send = (name: string): void => {
  const { type, bytes } = fixture(name)
  upstream.reply = response => {
    response.writeHead(200, { 'content-type': type })
    response.end(bytes)
  }
}

const refuse = (status: number, body: object, headers: Record<string, string> = {}): void => {
  upstream.reply = response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

const weather = {
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

describe.each(services)('$protocol', service => {
  const { signal } = new AbortController()
  const answer = async (fields: Parameters<typeof ask>[0] = {}, aborting: AbortSignal = signal) =>
    (await openAt(service, upstream, dispatcher)).answer(callOf(ask(fields), service.secret), aborting)

  const failure = async (fields: Parameters<typeof ask>[0] = {}): Promise<ProviderError> => {
    const error = await answer(fields)
      .then(read)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
    expect(error).toBeInstanceOf(ProviderError)
    return error as ProviderError
  }

  test.each([false, true])('gives text, reasoning, finish and usage (streamed: %s)', async stream => {
    send(stream ? service.fixtures.streamed : service.fixtures.whole)
    const { content, events } = await read(await answer({ stream }))
    expect(events[0]).toMatchObject({ type: 'start', id: expect.any(String) })
    expect(content.choices).toHaveLength(1)
    expect(content.choices[0]).toMatchObject({
      text: 'Hello there',
      reasoning: 'A greeting is wanted.',
      finish: 'stop',
      thoughts: [
        { text: 'A greeting is wanted.', ...(service.signature ? { signature: service.signature } : {}) },
      ],
    })
    expect(content.usage?.source).toBe('provider')
    expect(content.usage && totalTokens(content.usage)).toBe(130)
    expect(content.usage?.cacheRead).toBe(20)
    expect(upstream.requests[0]?.path).toBe(stream ? service.paths.streamed : service.paths.whole)
    const headers = upstream.requests[0]?.headers ?? {}
    expect(service.key(headers)).toBe(service.expectedKey)
    expect(headers.traceparent).toMatch(/^00-/)
  })

  test('streams parallel tool calls whose arguments join to JSON', async () => {
    send(service.fixtures.tools)
    const { content } = await read(await answer({ stream: true, tools: [weather], toolChoice: 'required' }))
    const calls = content.choices[0]?.toolCalls ?? []
    expect(calls.map(({ name }) => name)).toEqual(['weather', 'weather'])
    expect(calls.map(call => JSON.parse(call.arguments))).toEqual([{ city: 'Delft' }, { city: 'Rome' }])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
    expect(content.choices[0]?.finish).toBe('tool-calls')
    expect(content.usage && totalTokens(content.usage)).toBe(50)
    expect(JSON.stringify(upstream.requests[0]?.body)).toContain('Tells the weather.')
  })

  test('sends the whole conversation: system, image, tool calls and their results', async () => {
    send(service.fixtures.whole)
    await answer({
      maxTokens: 77,
      temperature: 0.5,
      tools: [weather],
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', url: 'data:image/png;base64,aW1hZ2U=' },
          ],
        },
        {
          role: 'assistant',
          parts: [],
          toolCalls: [
            { id: 'callabcd1', name: 'weather', arguments: '{"city":"Delft"}' },
            { id: 'callabcd2', name: 'weather', arguments: '{"city":"Rome"}' },
          ],
        },
        { role: 'tool', toolCallId: 'callabcd1', parts: [{ type: 'text', text: 'rain in Delft' }] },
        { role: 'tool', toolCallId: 'callabcd2', parts: [{ type: 'text', text: 'sun in Rome' }] },
      ],
    })
    const sent = JSON.stringify(upstream.requests[0]?.body)
    for (const piece of [
      'Be brief.',
      'What is this?',
      'aW1hZ2U=',
      'Delft',
      'rain in Delft',
      'sun in Rome',
      '77',
      '0.5',
    ])
      expect(sent).toContain(piece)
  })

  test('asks for JSON of a schema', async () => {
    send(service.fixtures.whole)
    const schema = { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] }
    await answer({ format: { type: 'schema', name: 'mood', schema } })
    expect(JSON.stringify(upstream.requests[0]?.body)).toContain('"mood"')
  })

  test.each([
    [401, 'provider_unauthorized', 502],
    [403, 'provider_unauthorized', 502],
    [422, 'provider_rejected', 422],
    [500, 'provider_error', 502],
    [503, 'provider_overloaded', 503],
  ])('answered with %i fails with %s', async (status, code, expected) => {
    refuse(status, { message: `about ${service.secret}`, error: { code: status, status: 'X', message: 'm' } })
    const error = await failure()
    expect([error.code, error.status]).toEqual([code, expected])
    for (const piece of [service.secret, 'secret-key']) expect(error.message).not.toContain(piece)
    expect(upstream.requests).toHaveLength(1)
  })

  test('answered with 429 says how long to wait', async () => {
    refuse(429, { message: 'slow down' }, { 'retry-after': '7' })
    expect(await failure({ stream: true })).toMatchObject({
      code: 'provider_rate_limited',
      retryable: true,
      retryAfterMs: 7000,
    })
  })

  test('with an input that is too long fails with context_overflow', async () => {
    refuse(service.tooLong.status, service.tooLong.body)
    expect(await failure()).toMatchObject({ code: 'context_overflow', status: 400 })
  })

  test('whose error repeats the prompt does not pass it on', async () => {
    refuse(400, { message: 'cannot read "Please say hello to everyone."' })
    expect((await failure()).message).not.toContain('Please say hello')
  })

  test('with no JSON, or nothing listening, fails as what it is', async () => {
    upstream.reply = response => response.end('<html>')
    expect(await failure()).toMatchObject({ code: 'provider_error' })
    await upstream.stop()
    expect(await failure()).toMatchObject({ code: 'provider_unreachable' })
  })

  test('closes the upstream at once when aborted while the stream is read', async () => {
    const { type, bytes } = fixture(service.fixtures.streamed)
    upstream.reply = response => {
      response.writeHead(200, { 'content-type': type })
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)))
    }
    const abort = new AbortController()
    const reason = new Error('the client went away')
    const streamed = await answer({ stream: true }, abort.signal)
    const reading = (async () => {
      if (!('stream' in streamed)) throw new Error('not streamed')
      for await (const _ of streamed.stream) abort.abort(reason)
    })()
    await expect(reading).rejects.toBe(reason)
    await upstream.brokenOff
  })

  test('closes the upstream when aborted before it answers, and when the reader leaves', async () => {
    const abort = new AbortController()
    const reason = new Error('too slow')
    upstream.reply = () => abort.abort(reason)
    await expect(answer({ stream: true }, abort.signal)).rejects.toBe(reason)
    await upstream.brokenOff
    await upstream.stop()

    upstream = await startUpstream()
    const { type, bytes } = fixture(service.fixtures.streamed)
    upstream.reply = response => {
      response.writeHead(200, { 'content-type': type })
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)))
    }
    const streamed = await answer({ stream: true })
    if ('stream' in streamed) for await (const _ of streamed.stream) break
    await upstream.brokenOff
  })

  test('that breaks off its stream never looks complete', async () => {
    const { type, bytes } = fixture(service.fixtures.streamed)
    const most = bytes.subarray(0, Math.floor(bytes.length * 0.6))
    upstream.reply = response => {
      response.writeHead(200, { 'content-type': type })
      response.end(most)
    }
    expect(await failure({ stream: true })).toMatchObject({ code: 'provider_interrupted' })
    upstream.reply = response => {
      response.writeHead(200, { 'content-type': type })
      response.write(most, () => response.destroy())
    }
    expect(await failure({ stream: true })).toMatchObject({ code: 'provider_interrupted' })
  })

  test('reads a stream the same however the network cuts it', async () => {
    const { type, bytes } = fixture(service.fixtures.streamed)
    const step = Math.ceil(bytes.length / 40)
    for (let cut = 1; cut < bytes.length; cut += step) {
      upstream.reply = response => {
        response.writeHead(200, { 'content-type': type })
        response.socket?.setNoDelay(true)
        response.write(bytes.subarray(0, cut), () => setImmediate(() => response.end(bytes.subarray(cut))))
      }
      const { content } = await read(await answer({ stream: true }))
      expect([cut, content.choices[0]?.text, content.choices[0]?.finish]).toEqual([
        cut,
        'Hello there',
        'stop',
      ])
    }
  })

  test.each([
    ['several answers', { choices: 2 }],
    ['a file by id', user({ type: 'file', id: 'file-1' })],
    [
      'a part of another protocol',
      user({ type: 'opaque', origin: { protocol: 'anthropic-messages', value: { type: 'document' } } }),
    ],
    ['an image that the gateway would have to fetch', user({ type: 'image', url: 'ftp://10.0.0.1/a.png' })],
    ['a tool of another protocol', { tools: [{ name: 'web', origin: openAi({ type: 'web_search' }) }] }],
    ['arguments that are no JSON', said({ toolCalls: [{ id: 'a', name: 'b', arguments: '{' }] })],
    ['a result without its call', { messages: [{ role: 'tool' as const, toolCallId: 'a', parts: [] }] }],
    ['a conversation kept elsewhere', { ownProtocolOnly: ['previous_response_id'] }],
  ])('refuses %s before anything is sent', async (_, fields) => {
    expect(await failure(fields)).toMatchObject({ code: 'unsupported_by_provider', retryable: false })
    expect(upstream.requests).toEqual([])
  })

  test('without a key is refused and looks for none in the environment', async () => {
    const backend = await openAt(service, upstream, dispatcher)
    await expect(backend.answer(callOf(ask()), signal)).rejects.toMatchObject({
      code: 'provider_unauthorized',
    })
    expect(upstream.requests).toEqual([])
  })

  test('names what of a request it left out', async () => {
    send(service.fixtures.whole)
    const { dropped } = await answer({
      user: 'u-1',
      topK: 5,
      presencePenalty: 1,
      origin: openAi({ logit_bias: { 5: 1 }, temperature: 1 }),
    })
    expect(dropped).toEqual(['logit_bias', 'user', ...service.without])
  })
})

function user(part: Part): Partial<CanonicalRequest> {
  return { messages: [{ role: 'user', parts: [part] }] }
}

function said(fields: Partial<Message>): Partial<CanonicalRequest> {
  return { messages: [{ role: 'assistant', parts: [], ...fields }] }
}

function openAi(value: Record<string, unknown>): Origin {
  return { protocol: 'openai-chat', value }
}
