import { describe, expect, test } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { seededRandom } from '../lib/random.ts'
import type { Attempt } from '../telemetry/telemetry.ts'
import type { Frame } from './canonical/answer.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import { createHealthBook } from './health.ts'
import { type Backend, ProviderError, type ProviderErrorCode } from './providers/provider.ts'
import { answerByTargets, type OpenTarget, type TargetGroup } from './targets.ts'

const request: CanonicalRequest = {
  operation: 'chat',
  origin: { protocol: 'openai-chat', value: {} },
  model: 'route',
  messages: [],
  choices: 1,
  stream: true,
  usageInStream: false,
  variables: {},
}

const say = (text: string): Frame => ({ events: [{ type: 'text', choice: 0, text }] })
const whole: Backend = { answer: async ({ request: { model } }) => ({ whole: say(model) }) }

/** Fails with these codes in turn, then answers. */
const failing = (...codes: (ProviderErrorCode | ProviderError)[]): Backend => ({
  answer: async asked => {
    const code = codes.shift()
    if (code) throw typeof code === 'string' ? new ProviderError(code, code) : code
    return whole.answer(asked, new AbortController().signal)
  },
})

function world(settings: Partial<TargetGroup['resilience']> = {}) {
  const clock = new FakeClock()
  const random = seededRandom(3)
  const health = createHealthBook()
  const attempts: Attempt[] = []
  const target = (model: string, backend: Backend, fields: Partial<OpenTarget> = {}): OpenTarget => ({
    provider: `p-${model}`,
    protocol: 'scripted',
    model,
    weight: 1,
    health: health(model),
    backend,
    ...fields,
  })
  const group = (targets: OpenTarget[], fields: Partial<TargetGroup> = {}): TargetGroup => ({
    targets,
    spread: 'weighted',
    fallbacks: [],
    resilience: {
      attempts: 2,
      firstTokenMs: 1000,
      betweenTokensMs: 500,
      failures: 3,
      cooldownMs: 10_000,
      ...settings,
    },
    ...fields,
  })
  const ask = (of: TargetGroup, signal = new AbortController().signal) =>
    answerByTargets(
      of,
      {
        request: { call: 'c', at: 0, request, trace: {} },
        secret: name => name && `key of ${name}`,
        attempts,
        clock,
        random,
      },
      signal,
    )
  /** Lets everything happen that time brings. */
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let over = false
    const settled = work.finally(() => {
      over = true
    })
    settled.catch(() => undefined)
    for (let i = 0; !over && i < 500; i++) {
      await new Promise<void>(resolve => setImmediate(resolve))
      clock.advance(50)
    }
    return settled
  }
  return { clock, attempts, target, group, ask, during }
}

const textOf = async (answer: Awaited<ReturnType<typeof answerByTargets>>): Promise<string> => {
  const frames: Frame[] = []
  if ('whole' in answer) frames.push(answer.whole)
  else for await (const groupOf of answer.stream) frames.push(...groupOf)
  return frames
    .flatMap(({ events }) => events.map(event => (event.type === 'text' ? event.text : '')))
    .join('')
}

describe('a failing target', () => {
  test('is tried again when that may help, and the tries are told', async () => {
    const { target, group, ask, during, attempts } = world()
    const answer = await during(ask(group([target('a', failing('provider_error'))])))
    expect(await textOf(answer)).toBe('a')
    expect(attempts).toMatchObject([{ provider: 'p-a', error: 'provider_error' }])
  })

  test('is not tried again when the request is at fault', async () => {
    const { target, group, ask, during, attempts } = world()
    await expect(during(ask(group([target('a', failing('provider_rejected'))])))).rejects.toMatchObject({
      code: 'provider_rejected',
      spent: false,
    })
    expect(attempts).toHaveLength(1)
  })

  test('tells the client not to try again once the gateway has', async () => {
    const { target, group, ask, during } = world()
    const backend = failing('provider_error', 'provider_error')
    await expect(during(ask(group([target('a', backend)])))).rejects.toMatchObject({ spent: true })
  })

  test('that asks for a long pause is left alone for it, without making the client wait', async () => {
    const { clock, target, group, ask, attempts } = world()
    const limited = new ProviderError('provider_rate_limited', 'slow down', { retryAfterMs: 60_000 })
    const of = group([target('a', failing(limited)), target('b', whole, { weight: 0 })])
    expect(await textOf(await ask(of))).toBe('b')
    expect(await textOf(await ask(of))).toBe('b')
    expect(attempts).toHaveLength(1)
    clock.advance(60_001)
    expect(await textOf(await ask(of))).toBe('a')
  })

  test('cools down after failures in a row, and one probe more cools it again', async () => {
    const { clock, target, group, ask, attempts } = world({ attempts: 1, failures: 2, cooldownMs: 5000 })
    const bad = target('a', failing(...Array.from({ length: 3 }, () => 'provider_error' as const)))
    const of = group([bad, target('b', whole, { weight: 0 })])
    for (let i = 0; i < 6; i++) expect(await textOf(await ask(of))).toBe('b')
    expect(attempts).toHaveLength(2)
    clock.advance(5001)
    await ask(of)
    await ask(of)
    expect(attempts).toHaveLength(3)
  })
})

describe('fallbacks', () => {
  test('are for the failures they name', async () => {
    const { target, group, ask, during } = world()
    const fallback = target('big', whole, { on: new Set(['context_overflow']) })
    const overflowing = group([target('a', failing('context_overflow'))], { fallbacks: [fallback] })
    expect(await textOf(await during(ask(overflowing)))).toBe('big')
    const other = group([target('b', failing('provider_rejected'))], { fallbacks: [fallback] })
    await expect(during(ask(other))).rejects.toMatchObject({ code: 'provider_rejected' })
  })
})

describe('a stream', () => {
  const slow = (before: number, between: number, clock: FakeClock): Backend => ({
    answer: async (_, signal) => ({
      stream: (async function* () {
        yield [{ events: [{ type: 'start', id: 'x', model: 'm' }] }] satisfies Frame[]
        await clock.sleep(before, signal)
        yield [say('first ')]
        await clock.sleep(between, signal)
        yield [say('second')]
      })(),
    }),
  })

  test('that says nothing in time is tried elsewhere, and nothing is said twice', async () => {
    const { clock, target, group, ask, during, attempts } = world({ attempts: 1 })
    const of = group([target('a', slow(5000, 0, clock))], {
      fallbacks: [target('b', whole, { on: new Set(['provider_timeout']) })],
    })
    expect(await textOf(await during(ask(of)))).toBe('b')
    expect(attempts).toMatchObject([{ error: 'provider_timeout' }])
  })

  test('that falls silent in the middle ends with a timeout', async () => {
    const { clock, target, group, ask, during } = world()
    const answer = await during(ask(group([target('a', slow(10, 5000, clock))])))
    await expect(during(textOf(answer))).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test('may be read as slowly as its reader likes', async () => {
    const { clock, target, group, ask, during } = world()
    const of = group([target('a', slow(10, 10, clock))])
    const answer = await during(ask(of))
    if (!('stream' in answer)) throw new Error('a stream was asked for')
    let text = ''
    const reading = (async () => {
      for await (const frames of answer.stream) {
        for (const { events } of frames)
          for (const event of events) if (event.type === 'text') text += event.text
        await clock.sleep(3000)
      }
    })()
    await during(reading)
    expect(text).toBe('first second')
    expect(of.targets[0]?.health.inFlight).toBe(0)
  })
})

describe('load', () => {
  test('is spread by weight', async () => {
    const { target, group, ask } = world()
    const of = group([target('a', whole, { weight: 3 }), target('b', whole)])
    const counts: Record<string, number> = {}
    for (let i = 0; i < 2000; i++) {
      const text = await textOf(await ask(of))
      counts[text] = (counts[text] ?? 0) + 1
    }
    expect((counts.a ?? 0) / 2000).toBeGreaterThan(0.71)
    expect((counts.a ?? 0) / 2000).toBeLessThan(0.79)
  })

  test('goes to the target with the fewest calls, or the smallest latency times calls', async () => {
    const { target, group, ask } = world()
    const busy = target('busy', whole)
    const idle = target('idle', whole)
    busy.health.inFlight = 5
    expect(await textOf(await ask(group([busy, idle], { spread: 'least-busy' })))).toBe('idle')
    busy.health.latencyMs = 10
    idle.health.latencyMs = 500
    expect(await textOf(await ask(group([busy, idle], { spread: 'fastest' })))).toBe('busy')
  })
})
