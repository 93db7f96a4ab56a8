import { Agent } from 'undici'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { totalTokens } from '../../canonical/usage.ts'
import { aiSdkProviders } from './provider.ts'
import {
  ask,
  callOf,
  openAt,
  read,
  type ServiceCase,
  serviceAccount,
  services,
  testClock,
} from './services.world.ts'
import { awsFrame, fixture, startUpstream, type Upstream } from './upstream.world.ts'

const dispatcher = new Agent()
afterAll(() => dispatcher.destroy())

let upstream: Upstream
beforeEach(async () => {
  upstream = await startUpstream()
})
afterEach(() => upstream.stop())

const { signal } = new AbortController()
const caseOf = (protocol: string): ServiceCase => {
  const found = services.find(service => service.protocol === protocol)
  if (!found) throw new Error(protocol)
  return found
}

const answerOf = async (
  protocol: string,
  fields: Parameters<typeof ask>[0] = {},
  { secret = caseOf(protocol).secret, options = caseOf(protocol).options } = {},
) =>
  (await openAt({ ...caseOf(protocol), ...(options ? { options } : {}) }, upstream, dispatcher)).answer(
    callOf(ask(fields), secret),
    signal,
  )

const json = (body: unknown, status = 200): void => {
  upstream.reply = response => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
}

const whole = (name: string): void => json(JSON.parse(fixture(name).bytes.toString()))

test('Gemini tells audio, cached and thought tokens apart, and keeps the total', async () => {
  whole('gemini-whole.json')
  const { usage } = (await read(await answerOf('gemini'))).content
  expect(usage).toMatchObject({ input: 70, inputAudio: 30, cacheRead: 20, output: 3, reasoning: 7 })
  expect(usage && totalTokens(usage)).toBe(130)
})

test('Gemini is asked for its thoughts where reasoning is wanted, with a budget where one is given', async () => {
  whole('gemini-whole.json')
  await answerOf('gemini', { reasoning: { budgetTokens: 512 } })
  expect(upstream.requests[0]?.body).toMatchObject({
    generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 512 } },
  })
})

test('Gemini gets a system message of the client beside that of the prompt', async () => {
  whole('gemini-whole.json')
  const text = (value: string) => [{ type: 'text' as const, text: value }]
  await answerOf('gemini', {
    messages: [
      { role: 'system', parts: text('one') },
      { role: 'user', parts: text('hi') },
      { role: 'developer', parts: text('two') },
    ],
  })
  expect(upstream.requests[0]?.body).toMatchObject({
    systemInstruction: { parts: [{ text: 'one' }, { text: 'two' }] },
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
  })
})

test('Gemini says a wrong key with 400, and how long to wait in the body', async () => {
  const error = {
    code: 400,
    message: 'API key not valid. Please pass a valid API key.',
    status: 'INVALID_ARGUMENT',
  }
  json({ error }, 400)
  await expect(answerOf('gemini')).rejects.toMatchObject({ code: 'provider_unauthorized' })
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }]
  json({ error: { code: 429, message: 'quota', status: 'RESOURCE_EXHAUSTED', details } }, 429)
  await expect(answerOf('gemini')).rejects.toMatchObject({ retryAfterMs: 34_000 })
})

test('an error as first event of a stream is thrown before the answer has begun', async () => {
  const { type, bytes } = fixture('gemini-error.sse')
  upstream.reply = response => {
    response.writeHead(200, { 'content-type': type })
    response.end(bytes)
  }
  await expect(answerOf('gemini', { stream: true })).rejects.toMatchObject({ code: 'provider_rate_limited' })
  upstream.reply = response => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
    response.end(awsFrame('throttlingException', { message: 'Too many requests' }, 'exception'))
  }
  await expect(answerOf('bedrock', { stream: true })).rejects.toMatchObject({ code: 'provider_rate_limited' })
})

test('Bedrock tells what it keeps for an hour, and a damaged frame is an interruption', async () => {
  whole('bedrock-whole.json')
  expect((await read(await answerOf('bedrock'))).content.usage).toMatchObject({
    input: 90,
    cacheRead: 20,
    cacheWrite: 10,
    cacheWriteLong: 4,
    output: 10,
  })
  const { type, bytes } = fixture('bedrock-stream.jsonl')
  const damaged = Buffer.from(bytes)
  damaged.writeUInt8(damaged.readUInt8(bytes.length - 60) ^ 1, bytes.length - 60)
  upstream.reply = response => {
    response.writeHead(200, { 'content-type': type })
    response.end(damaged)
  }
  await expect(answerOf('bedrock', { stream: true }).then(read)).rejects.toMatchObject({
    code: 'provider_interrupted',
  })
})

test('Bedrock takes an API key, gets reasoning back as it gave it, and refuses a key that is neither', async () => {
  whole('bedrock-whole.json')
  const thought = { type: 'reasoning' as const, text: 'A greeting is wanted.', signature: 'c2lnbmVk' }
  const parts = [thought, { type: 'text' as const, text: 'Hello' }]
  await answerOf('bedrock', { messages: [{ role: 'assistant', parts }] }, { secret: 'bedrock-api-key' })
  expect(upstream.requests[0]?.headers.authorization).toBe('Bearer bedrock-api-key')
  expect(upstream.requests[0]?.body).toMatchObject({
    messages: [
      {
        content: [{ reasoningContent: { reasoningText: { text: thought.text, signature: 'c2lnbmVk' } } }, {}],
      },
    ],
  })
  for (const secret of ['{"accessKeyId":"A"}', '{broken'])
    await expect(answerOf('bedrock', {}, { secret })).rejects.toMatchObject({ code: 'provider_unauthorized' })
  const open = openAt({ ...caseOf('bedrock'), options: {} }, upstream, dispatcher)
  await expect(open).rejects.toThrow('options.region')
})

test('Vertex AI with a service account signs in once, with a token that is renewed before it ends', async () => {
  const tokens: string[] = []
  upstream.reply = (response, path) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    if (path !== '/token') return response.end(fixture('gemini-whole.json').bytes)
    tokens.push(`token-${tokens.length}`)
    return response.end(
      JSON.stringify({ access_token: tokens.at(-1), expires_in: 3600, token_type: 'Bearer' }),
    )
  }
  const options = { project: 'project-1', location: 'europe-west4' }
  const backend = await openAt({ ...caseOf('vertex'), options }, upstream, dispatcher)
  const secret = serviceAccount(upstream)
  const call = () => backend.answer(callOf(ask(), secret), signal)
  await Promise.all([call(), call()])
  await testClock.advance(3_599_000)
  await call()
  expect(tokens).toHaveLength(2)
  const sent = upstream.requests.filter(({ path }) => path !== '/token').map(({ headers }) => headers)
  expect(sent.map(({ authorization }) => authorization)).toEqual([
    'Bearer token-0',
    'Bearer token-0',
    'Bearer token-1',
  ])
  expect(sent.some(headers => 'x-goog-api-key' in headers)).toBe(false)
  const [, claims = ''] = String(upstream.requests[0]?.body.assertion).split('.')
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: 'gateway@project-1.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
  })
})

test('Vertex AI says what of project, location or account is missing, without the account', async () => {
  const open = openAt({ ...caseOf('vertex'), base: '', options: {} }, upstream, dispatcher)
  expect(await open).toBeDefined()
  json({ error: 'invalid_grant' }, 400)
  const failed = answerOf('vertex', {}, { secret: serviceAccount(upstream), options: {} })
  await expect(failed).rejects.toMatchObject({
    code: 'provider_unauthorized',
    message: 'Google refused the service account; check the Secret of the ModelProvider',
  })
  const secret = '{"client_email":"a@b","private_key":"no key"}'
  await expect(answerOf('vertex', {}, { secret })).rejects.toMatchObject({ code: 'provider_unauthorized' })
  const provider = aiSdkProviders.find(({ protocol }) => protocol === 'vertex')
  const target = {
    serve: 'provider' as const,
    model: 'm',
    provider: { protocol: 'vertex', timeoutMs: 1, options: { project: 'p' } },
  }
  const context = {
    clock: testClock,
    runtimes: [],
    dispatcher,
    content: () => Promise.reject(new Error('none')),
  }
  await expect(provider?.open(target, context)).rejects.toThrow('location is missing')
})

test('Cohere counts what it bills', async () => {
  whole('cohere-whole.json')
  expect((await read(await answerOf('cohere'))).content.usage).toMatchObject({
    input: 100,
    cacheRead: 20,
    output: 10,
  })
})

test('parameters of the route are options of the service', async () => {
  whole('mistral-whole.json')
  await answerOf('mistral', { extra: { safePrompt: true }, parallelTools: false, tools: [{ name: 'a' }] })
  expect(upstream.requests[0]?.body).toMatchObject({ safe_prompt: true, parallel_tool_calls: false })
})

test.each([
  ['gemini', { embeddings: [{ values: [1, 0] }, { values: [0, 1] }] }, 1],
  [
    'mistral',
    {
      object: 'list',
      data: [{ embedding: [1, 0] }, { embedding: [0, 1] }],
      usage: { prompt_tokens: 6, total_tokens: 6 },
    },
    1,
  ],
  [
    'cohere',
    {
      embeddings: {
        float: [
          [1, 0],
          [0, 1],
        ],
      },
      meta: { billed_units: { input_tokens: 6 } },
    },
    1,
  ],
  ['bedrock', { embedding: [1, 0], inputTextTokenCount: 3 }, 2],
])('%s embeds all inputs in order', async (protocol, body, calls) => {
  json(body)
  const request = { operation: 'embeddings' as const, messages: [], inputs: ['one', 'two'], dimensions: 256 }
  const { content } = await read(await answerOf(protocol, request))
  expect(content.embeddings).toEqual(
    protocol === 'bedrock'
      ? [
          [1, 0],
          [1, 0],
        ]
      : [
          [1, 0],
          [0, 1],
        ],
  )
  if (protocol !== 'gemini') expect(content.usage).toMatchObject({ input: 6 })
  expect(upstream.requests).toHaveLength(calls)
  expect(JSON.stringify(upstream.requests[0]?.body)).toContain('256')
  await expect(answerOf(protocol, { ...request, inputs: [[1, 2]] })).rejects.toMatchObject({
    code: 'unsupported_by_provider',
  })
})
