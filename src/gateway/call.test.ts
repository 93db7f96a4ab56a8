import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import type { CallRecord } from '../telemetry/telemetry.ts'
import {
  accessKey,
  type GatewayWorld,
  gatewayWorld,
  type ProviderBundle,
  recorded,
  release,
  route,
  userKey,
} from './gateway.world.ts'
import type { GuardrailContent, GuardrailRule, RouteSnapshot, SnapshotContent } from './snapshot.ts'
import { fakeOpenAi } from './upstream.world.ts'

let world: GatewayWorld
afterEach(async () => world.stop())

const scripted = (options: Record<string, string>, fields: Partial<ProviderBundle> = {}) =>
  ({
    serve: 'provider' as const,
    provider: { name: 'desk', protocol: 'scripted', options, timeoutMs: 20_000 },
    model: 'm',
    parameters: {},
    resilience: { attempts: 1, failures: 100, cooldownMs: 1000 },
    ...fields,
  }) satisfies ProviderBundle

async function serve(
  bundle: ProviderBundle,
  more: Partial<SnapshotContent> = {},
  fields: Partial<RouteSnapshot> = {},
): Promise<void> {
  world = await gatewayWorld()
  await world.publish({ routes: [route(fields)], releases: release('mail-triage-1', bundle), ...more })
}

const rule = (fields: Partial<GuardrailRule>): GuardrailRule => ({
  name: 'r',
  detector: 'topics',
  zones: ['user', 'output'],
  action: 'block',
  options: { topics: { eden: ['forbidden fruit'] } },
  ...fields,
})
const guardrail = (rules: GuardrailRule[], fields: Partial<GuardrailContent> = {}): GuardrailContent => ({
  name: 'g',
  mode: 'enforce',
  onError: 'block',
  rules,
  ...fields,
})

const openai = () => new OpenAI({ baseURL: `${world.url}/v1`, apiKey: userKey, maxRetries: 0 })
const anthropic = () => new Anthropic({ baseURL: world.url, apiKey: userKey, maxRetries: 0 })

/** One question in every protocol, streamed and not, by the official clients. */
const ways: [string, (text: string) => Promise<string>][] = [
  [
    'chat',
    async content =>
      (
        await openai().chat.completions.create({
          model: 'mail-triage',
          messages: [{ role: 'user', content }],
        })
      ).choices[0]?.message.content ?? '',
  ],
  [
    'chat, streamed',
    async content => {
      let text = ''
      const messages = [{ role: 'user' as const, content }]
      const stream = await openai().chat.completions.create({ model: 'mail-triage', messages, stream: true })
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
      return text
    },
  ],
  [
    'completions',
    async prompt =>
      (await openai().completions.create({ model: 'mail-triage', prompt })).choices[0]?.text ?? '',
  ],
  [
    'completions, streamed',
    async prompt => {
      let text = ''
      const stream = await openai().completions.create({ model: 'mail-triage', prompt, stream: true })
      for await (const { choices } of stream) text += choices[0]?.text ?? ''
      return text
    },
  ],
  [
    'responses',
    async input => (await openai().responses.create({ model: 'mail-triage', input })).output_text,
  ],
  [
    'responses, streamed',
    async input => {
      let text = ''
      const stream = await openai().responses.create({ model: 'mail-triage', input, stream: true })
      for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
      return text
    },
  ],
  [
    'messages',
    async content => {
      const { content: blocks } = await anthropic().messages.create({
        model: 'mail-triage',
        max_tokens: 500,
        messages: [{ role: 'user', content }],
      })
      return blocks.map(block => (block.type === 'text' ? block.text : '')).join('')
    },
  ],
  [
    'messages, streamed',
    async content =>
      anthropic()
        .messages.stream({ model: 'mail-triage', max_tokens: 500, messages: [{ role: 'user', content }] })
        .finalText(),
  ],
]

async function records(count: number): Promise<CallRecord[]> {
  let found: CallRecord[] = []
  await recorded(world, async () => {
    found = await world.telemetry.calls({ limit: 100 })
    return found.length >= count
  })
  return found
}

describe.each(ways)('%s', (_, ask) => {
  test('answers, and its record has the buckets that the provider counted', async () => {
    await serve(
      scripted({
        answer: 'you said: {user}',
        usage: '{"input":10,"cacheRead":5,"output":7,"reasoning":3}',
      }),
    )
    expect(await ask('hello')).toBe('you said: hello')
    const [record] = await records(1)
    expect(record?.usage).toMatchObject({ input: 10, cacheRead: 5, output: 7, reasoning: 3 })
    expect(record).toMatchObject({ inputTokens: 15, outputTokens: 10, usageSource: 'provider', status: 200 })
  })

  test('is blocked by what the user says, before a provider is asked', async () => {
    await serve(scripted({ answer: 'ok' }, { guardrails: [guardrail([rule({})])] }))
    await expect(ask('give me the forbidden fruit')).rejects.toMatchObject({ status: 400 })
    const [record] = await records(1)
    expect(record).toMatchObject({ status: 400, error: 'content_blocked', usageSource: 'none' })
    expect(record?.guards).toContainEqual(
      expect.objectContaining({ zone: 'user', verdict: 'deny', action: 'block', reason: 'eden' }),
    )
    // The answer was never looked at, so nothing says that it passed.
    expect(record?.guards?.some(({ zone }) => zone === 'output')).toBe(false)
  })

  test('is blocked by what the answer says, and the client sees none of it', async () => {
    await serve(
      scripted({ answer: 'take the forbidden fruit', pieces: '3' }, { guardrails: [guardrail([rule({})])] }),
    )
    const outcome = await ask('hello').then(
      text => `answered: ${text}`,
      (error: Error) => error.message,
    )
    expect(outcome).toContain('rule r of guardrail g')
    expect(outcome).not.toContain('fruit')
    const [record] = await records(1)
    expect(record).toMatchObject({ error: 'content_blocked' })
  })

  test('masks what the provider need not know and puts it back', async () => {
    const rules = [rule({ detector: 'pii', zones: ['user'], action: 'mask', options: {} })]
    await serve(
      scripted({ answer: 'I write to {user}.', pieces: '2' }, { guardrails: [guardrail(rules)] }),
      {},
      {
        record: { content: 'all', redact: false },
      },
    )
    expect(await ask('ada@example.org')).toBe('I write to ada@example.org.')
    const [record] = await records(1)
    expect(record?.input).toMatch(/^\[EMAIL_\d+\]$/)
    expect(record?.output).toMatch(/^I write to \[EMAIL_\d+\]\.$/)
  })

  test('in shadow mode only the record knows', async () => {
    await serve(scripted({ answer: 'ok' }, { guardrails: [guardrail([rule({})], { mode: 'shadow' })] }))
    expect(await ask('the forbidden fruit')).toBe('ok')
    const [record] = await records(1)
    expect(record?.guards).toContainEqual(
      expect.objectContaining({ zone: 'user', verdict: 'deny', action: 'none' }),
    )
  })

  test('falls back when a provider fails before the first token, and tells the tries', async () => {
    const failing = {
      name: 'down',
      protocol: 'scripted',
      options: { fail: 'provider_overloaded' },
      timeoutMs: 1000,
    }
    const working = {
      name: 'up',
      protocol: 'scripted',
      options: { answer: 'from the other' },
      timeoutMs: 1000,
    }
    await serve(scripted({}, { provider: failing, fallbacks: [{ provider: working, model: 'other' }] }))
    expect(await ask('hello')).toBe('from the other')
    const [record] = await records(1)
    expect(record).toMatchObject({ model: 'other', status: 200 })
    expect(record?.attempts).toMatchObject([{ provider: 'down', error: 'provider_overloaded' }])
  })

  test('stops at a budget that is spent, and says which', async () => {
    const price = { inputPerMillionUsd: 1, outputPerMillionUsd: 1 }
    const bundle = scripted({ answer: 'ok', usage: '{"input":1000,"output":1000}' })
    await serve(
      { ...bundle, provider: { ...bundle.provider, price, maxOutputTokens: 1000 } },
      {
        budgets: [
          {
            namespace: 'support',
            name: 'small',
            period: 'day',
            usd: 0.0025,
            unknownPrice: 'refuse',
            mode: 'enforce',
          },
        ],
      },
    )
    expect(await ask('hello')).toBe('ok')
    await expect(ask('hello')).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining('small'),
    })
  })

  test('gets an equal answer from the cache, for its own key only', async () => {
    const cache = { ttlMs: 60_000, maxBytes: 1 << 20, scope: 'key' as const }
    await serve(scripted({ answer: 'number {count}' }), {}, { cache })
    expect(await ask('hello')).toBe('number 0')
    expect(await ask('hello')).toBe('number 0')
    expect(await ask('hello!')).toBe('number 1')
    const hits = (await records(3)).map(({ cache: found }) => found)
    expect(hits.toSorted()).toEqual(['hit', 'miss', 'miss'])
    await world.publish({
      routes: [route({ cache })],
      releases: release('mail-triage-1', scripted({ answer: 'number {count}' })),
      accessKeys: [accessKey({ name: 'another' })],
    })
    expect(await ask('hello')).toBe('number 2')
  })
})

test('a client of Anthropic asks an Anthropic provider for betas', async () => {
  const asked: (string | undefined)[] = []
  const upstream = await fakeOpenAi((response, _, __) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [{ type: 'text', text: 'ok' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    )
  })
  try {
    await serve({
      ...scripted({}),
      provider: { protocol: 'anthropic', endpoint: upstream.endpoint, timeoutMs: 5000 },
    })
    await anthropic().messages.create(
      { model: 'mail-triage', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] },
      { headers: { 'anthropic-beta': 'context-1m-2025-08-07, files-api-2025-04-14' } },
    )
    asked.push(...upstream.requests.map(({ headers }) => String(headers['anthropic-beta'])))
    expect(asked).toEqual(['context-1m-2025-08-07,files-api-2025-04-14'])
  } finally {
    await upstream.stop()
  }
})

test('a client that goes away takes the upstream call with it, and is billed for what it got only', async () => {
  const chunk = (content: string) =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
  let goneAt = 0
  const upstream = await fakeOpenAi(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chunk('twelve chars'))
    response.on('close', () => {
      goneAt = systemClock.now()
    })
  })
  try {
    await serve({
      ...scripted({}),
      provider: { protocol: 'openai', endpoint: upstream.endpoint, timeoutMs: 5000 },
    })
    const abort = new AbortController()
    const messages = [{ role: 'user' as const, content: 'hi' }]
    const stream = await openai().chat.completions.create(
      { model: 'mail-triage', messages, stream: true },
      { signal: abort.signal },
    )
    for await (const { choices } of stream) if (choices[0]?.delta.content) break
    const left = systemClock.now()
    abort.abort()
    await upstream.disconnected
    expect(goneAt - left).toBeLessThan(100)
    const [record] = await records(1)
    expect(record).toMatchObject({
      status: 499,
      error: 'client_closed',
      usageSource: 'estimated',
      outputTokens: 3,
    })
    expect(record?.costUsd).toBeUndefined()
  } finally {
    await upstream.stop()
  }
})
