import { Agent } from 'undici'
import { afterAll, describe, expect, test } from 'vitest'
import { inputTokens, outputTokens, totalTokens } from '../canonical/usage.ts'
import type { Target } from '../snapshot.ts'
import { BlobMissing, type Provider, ProviderError } from './provider.ts'
import {
  folded,
  frozen,
  openTarget,
  providerRequest,
  providerSecret,
  readEvents,
  saying,
} from './provider.world.ts'

/** What every provider must do, given a target whose answer to `hello` is `text`. */
export interface ProviderCase {
  provider: Provider
  target: () => Promise<Target>
  blobs?: Map<string, Uint8Array>
  text: string
  /** A message it fails on, when there is one. */
  fails?: string
  /** The target refers to content that has to be loaded. */
  loads?: true
}

export function providerContract({
  provider,
  target,
  blobs = new Map(),
  text,
  fails,
  loads,
}: ProviderCase): void {
  const dispatcher = new Agent()
  afterAll(() => dispatcher.destroy())
  const open = async (found = blobs) => openTarget(provider, await target(), { dispatcher }, found)
  const { signal } = new AbortController()

  describe(`provider ${provider.protocol}`, () => {
    test('answers whole: begin, text, end, and usage that adds up', async () => {
      const answer = await (await open()).answer(providerRequest(), signal)
      if (!('whole' in answer)) throw new Error('streamed though nobody asked')
      const { events } = answer.whole
      expect(events[0]).toMatchObject({
        type: 'start',
        id: expect.stringMatching(/./),
        model: expect.stringMatching(/./),
      })
      const { choices, usage } = folded(events)
      expect(choices).toMatchObject([{ text, finish: 'stop' }])
      if (usage) expect(inputTokens(usage) + outputTokens(usage)).toBe(totalTokens(usage))
      if (answer.whole.wire) expect(() => JSON.parse(answer.whole.wire?.data ?? '')).not.toThrow()
    })

    test('streams the same answer, begun once and ended once', async () => {
      const backend = await open()
      const whole = folded(await readEvents(await backend.answer(providerRequest(), signal)))
      const events = await readEvents(await backend.answer(providerRequest({ stream: true }), signal))
      expect(folded(events)).toMatchObject({ choices: whole.choices, usage: whole.usage })
      expect(events.filter(({ type }) => type === 'start')).toEqual([events[0]])
      expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
    })

    test('answers many at once and never writes into a request', async () => {
      const backend = await open()
      const requests = Array.from({ length: 20 }, (_, i) => frozen(providerRequest({ stream: i % 2 === 0 })))
      const answers = await Promise.all(
        requests.map(async request => folded(await readEvents(await backend.answer(request, signal)))),
      )
      expect(answers.map(({ choices }) => choices[0]?.text)).toEqual(requests.map(() => text))
    })

    test('stops for a signal before and while it answers, with the reason that was given', async () => {
      const backend = await open()
      const reason = new Error('enough')
      if (!loads)
        await expect(backend.answer(providerRequest(), AbortSignal.abort(reason))).rejects.toBe(reason)
      const abort = new AbortController()
      const answer = await backend.answer(providerRequest({ stream: true }), abort.signal)
      abort.abort(reason)
      const error = await readEvents(answer).catch((error: unknown) => error)
      // What is there already may be read to its end.
      if (!Array.isArray(error)) expect(error).toBe(reason)
    })

    if (loads)
      test('opens only when its content can be had', async () => {
        await expect(open(new Map())).rejects.toThrow(BlobMissing)
      })

    if (fails)
      test('fails with a ProviderError that holds neither key nor prompt', async () => {
        const backend = await open()
        const error = await backend
          .answer(providerRequest(saying(fails)), signal)
          .catch((error: unknown) => error)
        expect(error).toBeInstanceOf(ProviderError)
        expect(String(error)).not.toContain(providerSecret)
        expect(String(error)).not.toContain(fails)
      })
  })
}
