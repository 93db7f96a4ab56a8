import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../lib/clock.ts'
import type { AnswerEvent } from '../../canonical/answer.ts'
import { inputTokens, outputTokens, totalTokens } from '../../canonical/usage.ts'
import type { ProviderSettings } from '../../snapshot.ts'
import { type FakeOpenAi, fakeOpenAi, sendJson, sendStream } from '../../upstream.world.ts'
import { type Backend, type Provider, ProviderError, type ProviderRequest } from '../provider.ts'
import {
  folded,
  openTarget,
  providerRequest,
  providerSecret,
  readEvents,
  readFrames,
  saying,
} from '../provider.world.ts'
import { UpstreamDispatcher } from './http1/dispatcher.ts'
import { type Played, playing } from './upstream.world.ts'

/** What every provider must do that speaks HTTP and server-sent events itself. */
export interface UpstreamCase {
  provider: Provider
  /** Folder of streams, and of each what its tokens add up to and the request that it answers. */
  fixtures: string
  streams: readonly { name: string; total: number; request?: ProviderRequest }[]
  /** Whole events of one usual stream, the text of which is `text`. */
  events: readonly string[]
  text: string
  /** One event with about this many characters of text. */
  eventOf(text: string): string
  /** What it says in a stream when it fails. */
  errorEvent: string
}

export function upstreamContract({
  provider,
  fixtures,
  streams,
  events,
  text,
  eventOf,
  errorEvent,
}: UpstreamCase): void {
  let upstream: FakeOpenAi | undefined
  const open = () =>
    new UpstreamDispatcher({ clock: systemClock, connections: 100, keepAliveMs: 30_000, connectMs: 5000 })
  let agent = open()
  afterEach(async () => {
    await agent.destroy()
    await upstream?.stop()
    upstream = undefined
    agent = open()
  })

  const settings = (fields: Partial<ProviderSettings> = {}): ProviderSettings => ({
    protocol: provider.protocol,
    endpoint: 'http://127.0.0.1:9/v1',
    timeoutMs: 5000,
    ...fields,
  })
  const playBack = (answer: () => Played, fields: Partial<ProviderSettings> = {}): Promise<Backend> =>
    openTarget(
      provider,
      { serve: 'provider', provider: settings(fields), model: 'm' },
      { dispatcher: playing(answer).dispatcher },
    )
  const serve = async (reply: Parameters<typeof fakeOpenAi>[0], fields: Partial<ProviderSettings> = {}) => {
    upstream = await fakeOpenAi(reply)
    return openTarget(
      provider,
      { serve: 'provider', provider: settings({ endpoint: upstream.endpoint, ...fields }), model: 'm' },
      { dispatcher: agent },
    )
  }
  const { signal } = new AbortController()
  const streamed = providerRequest({ stream: true })
  const failure = async (backend: Backend, request = streamed): Promise<unknown> => {
    const answer = await backend.answer(request, signal).catch((error: unknown) => ({ error }))
    return 'error' in answer ? answer.error : (await readFrames(answer)).error
  }

  describe(`${provider.protocol} over HTTP`, () => {
    test.each(streams)(
      'reads $name to the same events however the network cuts it',
      async ({ name, total, request = streamed }) => {
        const bytes = readFileSync(join(fixtures, name))
        let parts: Buffer[] = [bytes]
        const backend = await playBack(() => ({ parts }))
        const whole = await readEvents(await backend.answer(request, signal))
        const { usage } = folded(whole)
        if (!usage) throw new Error('no usage')
        expect(totalTokens(usage)).toBe(total)
        expect(inputTokens(usage) + outputTokens(usage)).toBe(total)
        for (let cut = 1; cut < bytes.length; cut++) {
          parts = [bytes.subarray(0, cut), bytes.subarray(cut)]
          const cutEvents = await readEvents(await backend.answer(request, signal))
          if (JSON.stringify(cutEvents) !== JSON.stringify(whole))
            expect({ cut, cutEvents }).toEqual({ cut, cutEvents: whole })
        }
        parts = Array.from(bytes, byte => Buffer.from([byte]))
        expect(await readEvents(await backend.answer(request, signal))).toEqual(whole)
      },
    )

    test('reads a stream over real sockets, byte by byte, and uses the connection again', async () => {
      const bytes = Buffer.from(events.join(''))
      const backend = await serve(response =>
        sendStream(
          response,
          Array.from(bytes, byte => Buffer.from([byte])),
        ),
      )
      for (let i = 0; i < 2; i++) {
        expect(folded(await readEvents(await backend.answer(streamed, signal))).choices[0]?.text).toBe(text)
        // The end of the message comes after the end of the answer.
        await until(() => agent.running === 0)
      }
      expect(upstream?.connections()).toBe(1)
    })

    test('is the same with other line ends, comments, a byte order mark and events of other kinds', async () => {
      const plain = await readEvents(
        await (await playBack(() => ({ parts: [Buffer.from(events.join(''))] }))).answer(streamed, signal),
      )
      for (const [lineEnd, between] of [
        ['\n', ': comment\n\n'],
        ['\r\n', ': comment\r\n\r\n'],
        ['\r', 'id: 7\rretry: 10\r\r'],
      ] as const) {
        const stream = `\ufeff${events.map(event => between + event.replaceAll('\n', lineEnd)).join('')}`
        const backend = await playBack(() => ({ parts: [Buffer.from(stream)] }))
        expect(await readEvents(await backend.answer(streamed, signal))).toEqual(plain)
      }
    })

    test('gives what came and then an error when the stream breaks off after any event', async () => {
      for (let count = 0; count < events.length - 1; count++) {
        for (const broken of [{ broken: true as const }, {}]) {
          const parts = [Buffer.from(events.slice(0, count).join(''))]
          const backend = await playBack(() => ({ parts, ...broken }))
          const { frames, error } = await readFrames(await backend.answer(streamed, signal))
          const came = frames.flatMap(frame => frame.events)
          if (!('broken' in broken) && came.some(({ type }) => type === 'finish')) continue
          expect(error).toMatchObject({ name: 'ProviderError', code: 'provider_interrupted' })
          expect(text.startsWith(folded(came).choices[0]?.text ?? '')).toBe(true)
        }
      }
    })

    test('never takes half an event for one', async () => {
      const cut = events.slice(0, -2).join('') + (events.at(-2) ?? '').slice(0, 40)
      expect(await failure(await playBack(() => ({ parts: [Buffer.from(cut)] })))).toMatchObject({
        code: 'provider_interrupted',
      })
    })

    test('fails on what is not JSON, on an error event and on an event without end, after what came before', async () => {
      const begin = events.slice(0, 4).join('')
      for (const [bad, code] of [
        ['data: {"a":\n\n', 'provider_error'],
        ['data: [1]\n\n', 'provider_error'],
        ['data: null\n\n', 'provider_error'],
        [errorEvent, 'provider_overloaded'],
        [`data: ${'x'.repeat(9 << 20)}`, 'provider_error'],
      ] as const) {
        const backend = await playBack(() => ({ parts: [Buffer.from(begin), ...inPackets(bad)] }))
        const { frames, error } = await readFrames(await backend.answer(streamed, signal))
        expect(frames.length).toBeGreaterThan(0)
        expect(error, bad.slice(0, 40)).toMatchObject({ name: 'ProviderError', code })
      }
    })

    test('refuses a whole answer that is too large, empty or not JSON', async () => {
      for (const parts of [[Buffer.alloc(33 << 20, 'x')], [], [Buffer.from('<html>')], [Buffer.from('{}')]]) {
        const backend = await playBack(() => ({ parts, headers: { 'content-type': 'application/json' } }))
        expect(await failure(backend, providerRequest())).toMatchObject({ code: 'provider_error' })
      }
    })

    test.each([
      [400, { message: 'temperature is wrong' }, 400, 'provider_rejected', false],
      [400, { message: 'x', code: 'context_length_exceeded' }, 400, 'context_overflow', false],
      [
        400,
        { message: 'prompt is too long: 212323 tokens > 200000 maximum' },
        400,
        'context_overflow',
        false,
      ],
      [
        400,
        { message: "This model's maximum context length is 16384 tokens. However" },
        400,
        'context_overflow',
        false,
      ],
      [
        400,
        { message: "However, the model's context length is only 1024 tokens", code: 400 },
        400,
        'context_overflow',
        false,
      ],
      [
        400,
        { code: 400, type: 'exceed_context_size_error', message: 'request (4476 tokens) exceeds' },
        400,
        'context_overflow',
        false,
      ],
      [500, { message: 'the input length exceeds the context length' }, 400, 'context_overflow', false],
      [401, { message: `bad key ${providerSecret}` }, 502, 'provider_unauthorized', false],
      [403, {}, 502, 'provider_unauthorized', false],
      [404, { message: 'no such model' }, 404, 'provider_rejected', false],
      [408, {}, 504, 'provider_timeout', true],
      [
        422,
        { message: `the key ${providerSecret} and sk-proj-abcdefgh are odd` },
        422,
        'provider_rejected',
        false,
      ],
      [429, {}, 429, 'provider_rate_limited', true],
      [500, { message: 'stack' }, 502, 'provider_error', true],
      [503, {}, 503, 'provider_overloaded', true],
      [529, { type: 'overloaded_error' }, 503, 'provider_overloaded', true],
    ])('takes status %i with %j for what it is', async (status, error, expected, code, retryable) => {
      const backend = await serve(response => sendJson(response, status, { error }))
      const thrown = await failure(backend)
      expect(thrown).toBeInstanceOf(ProviderError)
      expect(thrown).toMatchObject({ status: expected, code, retryable })
      expect(String(thrown)).not.toMatch(/sk-/)
    })

    test.each([
      [{ 'retry-after': '7' }, 7000],
      [{ 'retry-after': '0.5' }, 500],
      [{ 'retry-after': '7', 'retry-after-ms': '250' }, 250],
      [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
      [{ 'retry-after': '99999999' }, 86_400_000],
      [{ 'retry-after': 'soon' }, undefined],
      [{}, undefined],
    ])('waits as long as %j asks', async (headers, ms) => {
      const backend = await serve(response => sendJson(response, 429, {}, headers))
      expect(await failure(backend)).toMatchObject({ code: 'provider_rate_limited', retryAfterMs: ms })
    })

    test('waits until the date that a server names', async () => {
      const at = new Date(systemClock.now() + 60_000).toUTCString()
      const backend = await serve(response => sendJson(response, 429, {}, { 'retry-after': at }))
      const { retryAfterMs } = (await failure(backend)) as ProviderError
      expect(retryAfterMs).toBeGreaterThan(50_000)
      expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    })

    test('cuts the prompt out of what a server says of it', async () => {
      const prompt = 'My card is 4111 1111 1111 1111 and nobody else may ever see this sentence.'
      const said = `[{'loc': ['body'], 'input': '${prompt.slice(0, 60)}…', 'msg': 'Field required'}]`
      const backend = await serve(response => sendJson(response, 400, { error: { message: said } }))
      const error = String(await failure(backend, providerRequest(saying(prompt))))
      expect(error).toContain('Field required')
      expect(error).not.toMatch(/4111|nobody/)
    })

    test('says when nobody is there, and when nobody answers in time', async () => {
      const silent = await serve(() => undefined, { timeoutMs: 50 })
      expect(await failure(silent)).toMatchObject({ code: 'provider_timeout' })
      await upstream?.stop()
      expect(await failure(silent)).toMatchObject({ code: 'provider_unreachable' })
    })

    test('closes the connection within 100 ms when its call is aborted, before and after the answer began', async () => {
      for (const begun of [false, true]) {
        const backend = await serve(response => {
          if (!begun) return
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write(events.slice(0, 4).join(''))
        })
        const abort = new AbortController()
        const reason = new Error('gone')
        const pending = backend.answer(streamed, abort.signal)
        let answer: unknown
        if (begun) {
          const stream = await pending
          answer = readFrames(stream).then(({ error }) => error)
        } else {
          answer = pending.catch((error: unknown) => error)
          await until(() => upstream?.requests.length === 1)
        }
        const at = systemClock.now()
        abort.abort(reason)
        await upstream?.disconnected
        expect(systemClock.now() - at).toBeLessThan(100)
        expect(await answer).toBe(reason)
        await upstream?.stop()
      }
    })

    test('closes the connection when its reader leaves at any event', async () => {
      for (let count = 1; count < 4; count++) {
        const backend = await serve(response => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          for (const event of events.slice(0, count + 1)) response.write(event)
        })
        const answer = await backend.answer(streamed, signal)
        if (!('stream' in answer)) throw new Error('not a stream')
        for await (const _ of answer.stream) break
        await upstream?.disconnected
        await upstream?.stop()
      }
    })

    test('makes the provider wait for a slow reader, in bounded memory', async () => {
      const event = eventOf('x'.repeat(1000))
      const total = 8 << 20
      let sent = 0
      const backend = await serve(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(events.slice(0, 3).join(''))
        const more = () => {
          while (sent < total) {
            sent += event.length
            if (!response.write(event)) return response.once('drain', more)
          }
          response.end(events.slice(3).join(''))
        }
        more()
      })
      const answer = await backend.answer(streamed, signal)
      if (!('stream' in answer)) throw new Error('not a stream')
      const frames = answer.stream[Symbol.asyncIterator]()
      await frames.next()
      // Until the sockets are full and nothing moves any more.
      let before = -1
      await until(async () => {
        const still = sent === before
        before = sent
        await systemClock.sleep(30)
        return still
      })
      expect(sent).toBeLessThan(total)
      const collected: AnswerEvent[] = []
      for (let next = await frames.next(); !next.done; next = await frames.next())
        collected.push(...next.value.flatMap(frame => frame.events))
      expect(sent).toBeGreaterThanOrEqual(total)
      expect(collected.at(-1)).toMatchObject({ type: expect.stringMatching(/usage|finish/) })
    })

    test('sends the key, the trace and nothing that nobody gave it', async () => {
      const backend = await serve(response => sendStream(response, [events.join('')]))
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      await readEvents(await backend.answer({ ...streamed, trace: { traceparent } }, signal))
      const { headers } = upstream?.requests[0] ?? { headers: {} }
      expect(headers).toMatchObject({ traceparent, 'user-agent': 'keelway', accept: 'text/event-stream' })
      expect(JSON.stringify(headers)).toContain(providerSecret)
      expect(Object.keys(headers).filter(name => /cookie|forwarded|keelway/.test(name))).toEqual([])
    })
  })
}

function inPackets(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const packets: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 1 << 16) packets.push(bytes.subarray(at, at + (1 << 16)))
  return packets
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 5000
  while (!(await condition())) {
    if (systemClock.now() > deadline) throw new Error('it did not come within 5 s')
    await systemClock.sleep(2)
  }
}
