import { Agent } from 'undici'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { echoRuntime } from '../gateway.world.ts'
import type { ReleaseSnapshot } from '../snapshot.ts'
import { type Backend, BlobMissing, type Provider, ProviderError, type ProviderRequest } from './provider.ts'

/** What every provider must do, given a release whose answer to `hello` is `text`. */
export interface ProviderCase {
  provider: Provider
  release: () => Promise<ReleaseSnapshot>
  blobs: Map<string, Uint8Array>
  text: string
  /** A message it fails on, when there is one. */
  fails?: string
  /** The release refers to content that has to be loaded. */
  loads: boolean
}

const secret = 'sk-secret-of-the-contract'

export function providerContract({ provider, release, blobs, text, fails, loads }: ProviderCase): void {
  const dispatcher = new Agent()
  afterAll(() => dispatcher.destroy())

  const open = async (found = blobs): Promise<Backend> =>
    provider.open(await release(), {
      clock: systemClock,
      runtimes: [echoRuntime],
      dispatcher,
      content: async (digest, _, parse) => {
        const bytes = found.get(digest)
        if (!bytes) throw new BlobMissing(digest)
        return parse(bytes)
      },
    })

  const request = (content: string, fields: object = {}): ProviderRequest => ({
    call: '018f0000-0000-7000-8000-000000000000',
    at: 1_700_000_000_000,
    chat: { model: 'm', messages: [{ role: 'user', content }], ...fields },
    secret,
    trace: {},
  })
  const { signal } = new AbortController()

  const read = async (body: Buffer | AsyncIterable<Buffer>): Promise<string> => {
    if (Buffer.isBuffer(body)) return body.toString()
    const parts: Buffer[] = []
    for await (const part of body) parts.push(part)
    return Buffer.concat(parts).toString()
  }

  describe(`provider ${provider.protocol}`, () => {
    test('answers with a chat completion and says what it used', async () => {
      const answer = await (await open()).answer(request('hello'), signal)
      expect(answer.contentType).toMatch(/^application\/json/)
      const body = JSON.parse(await read(answer.body))
      expect(body).toMatchObject({
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      })
      const outcome = answer.outcome()
      expect(outcome.output).toBe(text)
      expect(outcome.usageSource === 'none').toBe(outcome.inputTokens === undefined)
    })

    test('streams the same text as events that end with [DONE]', async () => {
      const answer = await (await open()).answer(request('hello', { stream: true }), signal)
      expect(answer.contentType).toMatch(/^text\/event-stream/)
      const events = (await read(answer.body)).split('\n\n').filter(event => event.startsWith('data: '))
      expect(events.at(-1)).toBe('data: [DONE]')
      const chunks = events.slice(0, -1).map(event => JSON.parse(event.slice(6)))
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(text)
      expect(chunks[0]).toMatchObject({
        object: 'chat.completion.chunk',
        choices: [{ delta: { role: 'assistant' } }],
      })
      expect(chunks.at(-1).choices[0].finish_reason).toBe('stop')
      expect(chunks.some(chunk => 'usage' in chunk)).toBe(false)
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
      expect(answer.outcome().output).toBe(text)
    })

    test('adds one chunk with usage when asked', async () => {
      const asked = { stream: true, stream_options: { include_usage: true } }
      const answer = await (await open()).answer(request('hello', asked), signal)
      const last = (await read(answer.body)).trim().split('\n\n').at(-2)
      expect(JSON.parse(last?.slice(6) ?? '')).toMatchObject({
        choices: [],
        usage: {
          prompt_tokens: expect.any(Number),
          completion_tokens: expect.any(Number),
          total_tokens: expect.any(Number),
        },
      })
    })

    if (loads)
      test('opens only when its content can be had', async () => {
        await expect(open(new Map())).rejects.toThrow(BlobMissing)
      })

    if (fails)
      test('fails with a ProviderError that holds neither key nor prompt', async () => {
        const backend = await open()
        const error = await backend.answer(request(fails), signal).catch((error: unknown) => error)
        expect(error).toBeInstanceOf(ProviderError)
        expect(String(error)).not.toContain(secret)
        expect(String(error)).not.toContain(fails)
      })
  })
}
