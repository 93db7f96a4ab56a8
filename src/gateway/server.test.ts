import OpenAI from 'openai'
import { fetch, type RequestInit } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import { digestOf } from '../lib/digest.ts'
import {
  accessKey,
  echo,
  type GatewayWorld,
  gatewayWorld,
  recorded,
  release,
  route,
  userKey,
} from './gateway.world.ts'

let world: GatewayWorld
afterEach(() => world?.stop())

const client = (key = userKey, headers: Record<string, string> = {}) =>
  new OpenAI({ baseURL: `${world.url}/v1`, apiKey: key, maxRetries: 0, defaultHeaders: headers })

const ask = (content: string, model = 'mail-triage') => ({
  model,
  messages: [{ role: 'user' as const, content }],
})

async function serveEcho(): Promise<void> {
  world = await gatewayWorld()
  await world.publish({
    routes: [route()],
    releases: release('mail-triage-1', echo(world.put('spam-words'))),
  })
}

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${world.url}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json', ...headers },
  })

describe('the gateway', () => {
  test('answers the openai client with the label of a trained model', async () => {
    await serveEcho()
    const { data, response } = await client().chat.completions.create(ask('make money fast')).withResponse()
    expect(data.choices[0]?.message.content).toBe('spam')
    expect(data.choices[0]?.finish_reason).toBe('stop')
    expect(response.headers.get('x-keelway-release')).toBe('mail-triage-1')
    expect(response.headers.get('x-keelway-call')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  test('streams to the openai client, with usage only when asked', async () => {
    await serveEcho()
    const read = async (options: object) => {
      const chunks = []
      for await (const chunk of await client().chat.completions.create({
        ...ask('hello'),
        stream: true,
        ...options,
      }))
        chunks.push(chunk)
      return chunks
    }
    const plain = await read({})
    expect(plain.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).toBe('ham')
    expect(plain.some(chunk => 'usage' in chunk)).toBe(false)
    const counted = await read({ stream_options: { include_usage: true } })
    expect(counted.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 0 } })
  })

  test('records each call with release, unit and output', async () => {
    await serveEcho()
    const { response } = await client(userKey, { 'x-keelway-session': 's1' })
      .chat.completions.create(ask('hello'))
      .withResponse()
    const id = response.headers.get('x-keelway-call') ?? ''
    await recorded(world, async () => (await world.telemetry.call(id)) !== undefined)
    expect(await world.telemetry.call(id)).toMatchObject({
      namespace: 'support',
      route: 'mail-triage',
      release: 'mail-triage-1',
      arm: 'stable',
      phase: '',
      accessKey: 'web',
      status: 200,
      provider: 'model',
      output: 'ham',
      usageSource: 'provider',
      unit: digestOf('support/mail-triage\0session:s1').slice(7, 23),
    })
  })

  test('takes scores and labels as feedback', async () => {
    await serveEcho()
    const { response } = await client().chat.completions.create(ask('hello')).withResponse()
    const call = response.headers.get('x-keelway-call') ?? ''
    expect((await post('/v1/feedback', JSON.stringify({ call, scores: { correct: 1 } }))).status).toBe(202)
    expect((await post('/v1/feedback', JSON.stringify({ call, label: 'ham' }))).status).toBe(202)
    await recorded(world, async () => (await world.telemetry.call(call))?.feedback.length === 2)
    expect((await world.telemetry.call(call))?.feedback).toMatchObject([
      { scores: { correct: 1 } },
      { label: 'ham' },
    ])
  })

  test.each([
    ['no call', { scores: { correct: 1 } }, 'call'],
    ['nothing said', { call: '018f0000-0000-7000-8000-000000000000' }, 'scores'],
    [
      'a score above 1',
      { call: '018f0000-0000-7000-8000-000000000000', scores: { correct: 2 } },
      'scores.correct',
    ],
    ['a label that is no text', { call: '018f0000-0000-7000-8000-000000000000', label: 3 }, 'label'],
  ])('refuses feedback with %s', async (_, body, param) => {
    await serveEcho()
    const response = await post('/v1/feedback', JSON.stringify(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param, code: 'invalid_request' },
    })
  })

  test('lists only the models that a key may use', async () => {
    world = await gatewayWorld()
    const limited = 'kw-limited'
    const other = 'kw-other'
    await world.publish({
      routes: [
        route(),
        route({ name: 'refund', model: 'refund-desk' }),
        route({ namespace: 'sales', name: 'x', model: 'x' }),
      ],
      releases: release('mail-triage-1', echo(world.put('a'))),
      accessKeys: [
        accessKey(),
        accessKey({ name: 'limited', hash: digestOf(limited), routes: ['refund'] }),
        accessKey({ name: 'sales', namespace: 'sales', hash: digestOf(other) }),
      ],
    })
    const names = async (key: string) => (await client(key).models.list()).data.map(({ id }) => id)
    expect(await names(userKey)).toEqual(['mail-triage', 'refund-desk'])
    expect(await names(limited)).toEqual(['refund-desk'])
    expect(await names(other)).toEqual(['x'])
    expect(await client(limited).models.retrieve('refund-desk')).toMatchObject({
      id: 'refund-desk',
      object: 'model',
    })
    await expect(client(limited).models.retrieve('mail-triage')).rejects.toThrow(OpenAI.NotFoundError)
    await expect(client(limited).chat.completions.create(ask('hi'))).rejects.toMatchObject({
      code: 'model_not_found',
    })
    await expect(client(other).chat.completions.create(ask('hi'))).rejects.toMatchObject({
      code: 'model_not_found',
    })
  })

  test('refuses a missing, unknown or expired key with 401 and says how to send one', async () => {
    world = await gatewayWorld()
    const expired = 'kw-expired'
    await world.publish({ accessKeys: [accessKey({ hash: digestOf(expired), expiresAt: 1000 })] })
    await expect(client('wrong').models.list()).rejects.toThrow(OpenAI.AuthenticationError)
    await expect(client(expired).models.list()).rejects.toThrow(OpenAI.AuthenticationError)
    const bare = await fetch(`${world.url}/v1/models`)
    expect(bare.status).toBe(401)
    expect(bare.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(bare.headers.get('x-should-retry')).toBe('false')
    expect(bare.headers.get('x-keelway-call')).toBeTruthy()
    expect(await bare.json()).toEqual({
      error: {
        message: expect.any(String),
        type: 'authentication_error',
        param: null,
        code: 'invalid_api_key',
      },
    })
  })

  test.each([
    ['broken JSON', '{"model":', 400, 'invalid_json', null],
    ['a list', '[]', 400, 'invalid_request', null],
    ['no model', '{"messages":[{"role":"user","content":"x"}]}', 400, 'invalid_request', 'model'],
    ['no messages', '{"model":"mail-triage","messages":[]}', 400, 'invalid_request', 'messages'],
    [
      'a message without role',
      '{"model":"mail-triage","messages":[{}]}',
      400,
      'invalid_request',
      'messages[0].role',
    ],
    [
      'an unknown model',
      '{"model":"nope","messages":[{"role":"user","content":"x"}]}',
      404,
      'model_not_found',
      'model',
    ],
  ])('answers %s with the error shape of the OpenAI API', async (_, body, status, code, param) => {
    await serveEcho()
    const response = await post('/v1/chat/completions', body)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code },
    })
  })

  test('bounds the body, the content type, methods and paths', async () => {
    world = await gatewayWorld({ maxBodyBytes: 1000 })
    await world.publish({ routes: [route()], releases: release('mail-triage-1', echo(world.put('a'))) })
    const large = JSON.stringify(ask('x'.repeat(2000)))
    expect((await post('/v1/chat/completions', large)).status).toBe(413)
    const chunked = new ReadableStream({
      start: controller => {
        controller.enqueue(new TextEncoder().encode(large))
        controller.close()
      },
    })
    const init = {
      method: 'POST',
      body: chunked,
      duplex: 'half',
      headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
    }
    expect((await fetch(`${world.url}/v1/chat/completions`, init as RequestInit)).status).toBe(413)
    expect((await post('/v1/chat/completions', 'a=1', { 'content-type': 'text/plain' })).status).toBe(415)
    const get = await fetch(`${world.url}/v1/chat/completions`)
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await fetch(`${world.url}/v1/nothing`)).status).toBe(404)
  })

  test('is alive without a snapshot and ready with one', async () => {
    world = await gatewayWorld()
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${world.url}/readyz`)).status).toBe(503)
    const early = await post('/v1/chat/completions', JSON.stringify(ask('x')))
    expect([early.status, early.headers.get('x-should-retry')]).toEqual([503, 'true'])
    const { digest } = await world.publish({})
    expect((await fetch(`${world.url}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${world.url}/healthz`)).json()).toMatchObject({
      status: 'ok',
      snapshot: digest,
    })
  })

  test('says when no release of a route is live yet', async () => {
    world = await gatewayWorld()
    const { stable: _, ...empty } = route()
    await world.publish({ routes: [empty] })
    await expect(client().chat.completions.create(ask('x'))).rejects.toMatchObject({
      status: 503,
      code: 'no_release',
    })
  })
})

describe('evaluations', () => {
  test('a release without traffic answers through the control plane', async () => {
    world = await gatewayWorld()
    await world.publish({ releases: release('mail-triage-2', echo(world.put('spam-words'))) })
    const answer = (name: string) =>
      world.hub.control.answer({ release: name, input: 'money' }, AbortSignal.timeout(5000))
    expect(await answer('support/mail-triage-2')).toMatchObject({
      output: 'spam',
      latencyMs: expect.any(Number),
    })
    await expect(answer('support/none')).rejects.toMatchObject({ reason: 'NotFound' })
    await recorded(world, async () => (await world.telemetry.calls({ limit: 1 })).length > 0)
    expect(await world.telemetry.calls({ limit: 1 })).toMatchObject([
      { arm: 'evaluation', phase: '', release: 'mail-triage-2' },
    ])
  })

  test('nobody but the control plane may ask for one', async () => {
    await serveEcho()
    const response = await post(
      '/internal/answer',
      JSON.stringify({ release: 'support/mail-triage-1', input: 'x' }),
    )
    expect(response.status).toBe(401)
  })

  test('say that no gateway is there', async () => {
    await serveEcho()
    await world.stop()
    await expect(
      world.hub.control.answer({ release: 'support/mail-triage-1', input: 'x' }, AbortSignal.timeout(5000)),
    ).rejects.toMatchObject({ reason: 'ServiceUnavailable' })
  })
})
