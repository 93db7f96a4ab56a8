import { generateKeyPairSync } from 'node:crypto'
import type { Agent } from 'undici'
import { FakeClock } from '../../../lib/clock.fake.ts'
import type { AnswerEvent } from '../../canonical/answer.ts'
import { createFold } from '../../canonical/answer.ts'
import type { CanonicalRequest } from '../../canonical/request.ts'
import type { Backend, ProviderAnswer, ProviderRequest } from '../provider.ts'
import { aiSdkProviders } from './provider.ts'
import type { Upstream } from './upstream.world.ts'

/** A service with what its tests have to know of its API. */
export interface ServiceCase {
  protocol: string
  secret: string
  options?: Record<string, string>
  /** Put behind the address of the upstream. */
  base: string
  paths: { whole: string; streamed: string }
  fixtures: { whole: string; streamed: string; tools: string }
  /** Header that carries the key. */
  key: (headers: Record<string, string | string[] | undefined>) => unknown
  expectedKey: unknown
  tooLong: { status: number; body: object }
  /** Of topK and presencePenalty, what it does not know, as its package says. */
  without: string[]
  /** The signature that comes with reasoning. */
  signature?: string
}

const overflow = (message: string) => ({ message })
const gemini = { whole: 'gemini-whole.json', streamed: 'gemini-stream.sse', tools: 'gemini-tools.sse' }
const tooManyForGemini = {
  status: 400,
  body: {
    error: {
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    },
  },
}

export const services: readonly ServiceCase[] = [
  {
    protocol: 'gemini',
    without: [],
    secret: 'gemini-secret-key',
    base: '/v1beta',
    paths: {
      whole: '/v1beta/models/test-model:generateContent',
      streamed: '/v1beta/models/test-model:streamGenerateContent?alt=sse',
    },
    fixtures: gemini,
    key: headers => headers['x-goog-api-key'],
    expectedKey: 'gemini-secret-key',
    tooLong: tooManyForGemini,
  },
  {
    protocol: 'vertex',
    without: [],
    secret: 'vertex-secret-key',
    base: '/v1/publishers/google',
    paths: {
      whole: '/v1/publishers/google/models/test-model:generateContent',
      streamed: '/v1/publishers/google/models/test-model:streamGenerateContent?alt=sse',
    },
    fixtures: gemini,
    key: headers => headers['x-goog-api-key'],
    expectedKey: 'vertex-secret-key',
    tooLong: tooManyForGemini,
  },
  {
    protocol: 'bedrock',
    without: ['presence_penalty'],
    secret: JSON.stringify({
      accessKeyId: 'AKIATESTTESTTEST',
      secretAccessKey: 'bedrock-secret-key',
      sessionToken: 'session-1',
    }),
    options: { region: 'eu-central-1' },
    base: '',
    paths: { whole: '/model/test-model/converse', streamed: '/model/test-model/converse-stream' },
    fixtures: { whole: 'bedrock-whole.json', streamed: 'bedrock-stream.jsonl', tools: 'bedrock-tools.jsonl' },
    key: headers =>
      /^AWS4-HMAC-SHA256 Credential=AKIATESTTESTTEST\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /.test(
        String(headers.authorization),
      ) && headers['x-amz-security-token'],
    expectedKey: 'session-1',
    tooLong: { status: 400, body: overflow('Input is too long for requested model.') },
    signature: 'c2lnbmVk',
  },
  {
    protocol: 'mistral',
    without: ['top_k'],
    secret: 'mistral-secret-key',
    base: '/v1',
    paths: { whole: '/v1/chat/completions', streamed: '/v1/chat/completions' },
    fixtures: { whole: 'mistral-whole.json', streamed: 'mistral-stream.sse', tools: 'mistral-tools.sse' },
    key: headers => headers.authorization,
    expectedKey: 'Bearer mistral-secret-key',
    tooLong: {
      status: 400,
      body: {
        object: 'error',
        message:
          'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
        type: 'invalid_request_error',
        param: null,
        code: '3051',
      },
    },
  },
  {
    protocol: 'cohere',
    without: [],
    secret: 'cohere-secret-key',
    base: '/v2',
    paths: { whole: '/v2/chat', streamed: '/v2/chat' },
    fixtures: { whole: 'cohere-whole.json', streamed: 'cohere-stream.sse', tools: 'cohere-tools.sse' },
    key: headers => headers.authorization,
    expectedKey: 'Bearer cohere-secret-key',
    tooLong: {
      status: 400,
      body: overflow(
        'too many tokens: size limit exceeded by 2000 tokens. Try using shorter or fewer inputs.',
      ),
    },
  },
]

export const testClock = new FakeClock(1_700_000_000_000)

/** Opens a service at the upstream. */
export async function openAt(
  { protocol, options, base }: Pick<ServiceCase, 'protocol' | 'options' | 'base'>,
  upstream: Upstream,
  dispatcher: Agent,
): Promise<Backend> {
  const provider = aiSdkProviders.find(known => known.protocol === protocol)
  if (!provider) throw new Error(`no provider ${protocol}`)
  const settings = {
    protocol,
    endpoint: upstream.url + base,
    timeoutMs: 5000,
    ...(options ? { options } : {}),
  }
  return provider.open(
    { serve: 'provider', provider: settings, model: 'test-model' },
    { clock: testClock, runtimes: [], dispatcher, content: () => Promise.reject(new Error('no content')) },
  )
}

export const ask = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  operation: 'chat',
  origin: { protocol: 'openai-chat', value: {} },
  model: 'test-model',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Please say hello to everyone.' }] }],
  choices: 1,
  stream: false,
  usageInStream: false,
  variables: {},
  ...fields,
})

export const callOf = (request: CanonicalRequest, secret?: string): ProviderRequest => ({
  call: '018f0000-0000-7000-8000-000000000000',
  at: 1_700_000_000_000,
  request,
  trace: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
  ...(secret === undefined ? {} : { secret }),
})

/** All events of an answer, and what they say together. */
export async function read(answer: ProviderAnswer) {
  const events: AnswerEvent[] = []
  if ('whole' in answer) events.push(...answer.whole.events)
  else for await (const frames of answer.stream) for (const frame of frames) events.push(...frame.events)
  const fold = createFold()
  fold.add(events)
  return { events, content: fold.content }
}

/** A service account whose tokens come from the upstream. */
export const serviceAccount = (upstream: Upstream): string =>
  JSON.stringify({
    type: 'service_account',
    client_email: 'gateway@project-1.iam.gserviceaccount.com',
    private_key: generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    private_key_id: 'key-1',
    token_uri: `${upstream.url}/token`,
  })
