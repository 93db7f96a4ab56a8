import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CanonicalRequest, Message } from '../canonical/request.ts'
import type { GuardrailContent, GuardrailRule } from '../snapshot.ts'
import { createGuard } from './guard.ts'
import { compileRules } from './rules.ts'

const text = (role: Message['role'], said: string, zone?: 'document'): Message => ({
  role,
  parts: [{ type: 'text', text: said, ...(zone ? { zone } : {}) }],
})
const asking = (...messages: Message[]): CanonicalRequest => ({
  operation: 'chat',
  origin: { protocol: 'openai-chat', value: {} },
  model: 'm',
  messages,
  choices: 1,
  stream: false,
  usageInStream: false,
  variables: {},
})
const rule = (fields: Partial<GuardrailRule>): GuardrailRule => ({
  name: 'r',
  detector: 'topics',
  zones: ['user', 'document', 'tool'],
  action: 'block',
  options: { topics: { eden: ['forbidden fruit'] } },
  ...fields,
})
const look = async (
  rules: GuardrailRule[],
  request: CanonicalRequest,
  fields: Partial<GuardrailContent> = {},
) => {
  const content: GuardrailContent = { name: 'g', mode: 'enforce', onError: 'block', rules, ...fields }
  return createGuard(compileRules([content], new Agent())).request(request, new AbortController().signal)
}

describe('trust zones of a request', () => {
  const bad = 'eat the forbidden fruit'
  test.each([
    ['user', text('user', bad), 'user'],
    ['a tool', text('tool', bad), 'tool'],
    ['a document in a user message', text('user', bad, 'document'), 'document'],
    ['a document in a system message', text('system', bad, 'document'), 'document'],
  ])('%s is looked at as what it is', async (_, message, zone) => {
    const { refusal, results } = await look([rule({})], asking(message))
    expect(refusal?.code).toBe('content_blocked')
    expect(refusal?.message).not.toContain('fruit')
    expect(results.filter(({ verdict }) => verdict === 'deny')).toMatchObject([{ zone }])
    expect(results).toHaveLength(1)
  })

  test('what the application itself says, and what the assistant said, is not', async () => {
    const { refusal } = await look(
      [rule({})],
      asking(text('system', bad), text('assistant', bad), text('user', 'hi')),
    )
    expect(refusal).toBeUndefined()
  })
})

describe('masking', () => {
  const mask = rule({ detector: 'pii', zones: ['user'], action: 'mask', options: {} })
  const texts = ({ messages }: CanonicalRequest) =>
    messages.map(({ parts }) => parts.map(part => (part.type === 'text' ? part.text : '')).join(''))

  test('gives one original one placeholder through the whole conversation, the assistant’s part included', async () => {
    const { request, mask: table } = await look(
      [mask],
      asking(
        text('user', 'I am ada@example.org'),
        text('assistant', 'Hello ada@example.org'),
        text('user', 'write to bob@example.org and ada@example.org'),
      ),
    )
    const [first = '', second = '', third = ''] = texts(request)
    const placeholder = first.slice('I am '.length)
    expect(second).toBe(`Hello ${placeholder}`)
    expect(third).toMatch(/^write to \[EMAIL_\d+\] and /)
    expect(third.endsWith(placeholder)).toBe(true)
    expect(table?.restorations(placeholder)).toMatchObject([{ text: 'ada@example.org' }])
  })

  test('does nothing in shadow mode, and leaves the request as it was when nothing is found', async () => {
    const asked = asking(text('user', 'ada@example.org'))
    expect((await look([mask], asked, { mode: 'shadow' })).request).toBe(asked)
    const clean = asking(text('user', 'nobody'))
    expect((await look([mask], clean)).request).toBe(clean)
  })
})

describe('a guard of another process', () => {
  async function guardAt(answer: (text: string) => { status?: number; body: unknown }) {
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const { status = 200, body: told } = answer(JSON.parse(body).text)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close().closeAllConnections())
    return rule({
      detector: 'external',
      zones: ['user'],
      options: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    })
  }

  test('is asked about every text, and its findings count', async () => {
    const external = await guardAt(said => ({
      body: { findings: said.includes('bad') ? [{ score: 0.9, reason: 'badness' }] : [] },
    }))
    expect((await look([external], asking(text('user', 'good')))).results).toMatchObject([
      { verdict: 'allow' },
    ])
    expect((await look([external], asking(text('user', 'bad')))).refusal?.message).toContain('badness')
  })

  test('that is broken or gone has not passed anything', async () => {
    const external = await guardAt(() => ({ status: 500, body: {} }))
    const closed = await look([external], asking(text('user', 'good')))
    expect(closed.refusal?.code).toBe('guardrail_failed')
    const gone = rule({ detector: 'external', zones: ['user'], options: { url: 'http://127.0.0.1:9/' } })
    const open = await look([gone], asking(text('user', 'good')), { onError: 'allow' })
    expect(open.refusal).toBeUndefined()
    expect(open.results).toMatchObject([{ verdict: 'failed', action: 'none' }])
  })
})
