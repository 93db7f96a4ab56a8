import fc from 'fast-check'
import { fetch } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import { assign, bucketOf } from './assignment.ts'
import {
  echo,
  type GatewayWorld,
  gatewayWorld,
  openai,
  recorded,
  release,
  route,
  userKey,
} from './gateway.world.ts'
import { completion, type FakeOpenAi, fakeOpenAi, sendJson } from './upstream.world.ts'

let world: GatewayWorld
let upstream: FakeOpenAi | undefined
afterEach(async () => {
  await world?.stop()
  await upstream?.stop()
  upstream = undefined
})

const post = (session: string, body: object = {}) =>
  fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'mail-triage', messages: [{ role: 'user', content: 'hello' }], ...body }),
    headers: {
      authorization: `Bearer ${userKey}`,
      'content-type': 'application/json',
      'x-keelway-session': session,
    },
  })

const answers = (id: string) => ({ arm: id })

describe('assignment', () => {
  const candidate = (weight: number) => ({ release: 'support/mail-triage-2', weight, shadow: false })
  const arms = (weight: number, count: number, unit: 'session' | 'call' = 'session') =>
    Array.from({ length: count }, (_, i) =>
      assign(route({ candidate: candidate(weight), unit }), {
        call: `c${i}`,
        accessKey: 'support/web',
        session: `s${i}`,
      }),
    )

  test.each([1, 5, 25, 50, 99])(
    'gives a candidate of weight %i its share of sessions within binomial bounds',
    weight => {
      const count = 20_000
      const found = arms(weight, count).filter(answer => answer?.arm === 'candidate').length
      const expected = (count * weight) / 100
      expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt(expected * (1 - weight / 100)))
    },
  )

  test('gives weight 0 no traffic and weight 100 all of it', () => {
    expect(arms(0, 2000).every(answer => answer?.arm === 'stable')).toBe(true)
    expect(arms(100, 2000).every(answer => answer?.arm === 'candidate')).toBe(true)
  })

  test('keeps a session with the candidate while its weight rises', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (session, a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a]
          const armAt = (weight: number) =>
            assign(route({ candidate: candidate(weight) }), { call: 'c', accessKey: 'k', session })?.arm
          return armAt(low) === 'stable' || armAt(high) === 'candidate'
        },
      ),
    )
  })

  test('takes the session header, else key and user, else the call', () => {
    const unit = (caller: object) =>
      assign(route(), { call: 'c1', accessKey: 'support/web', ...caller })?.unit
    expect(unit({ session: 's' })).toBe(
      unit({ session: 's', user: 'u', call: 'c2', accessKey: 'support/other' }),
    )
    expect(unit({ user: 'u' })).toBe(unit({ user: 'u', call: 'c2' }))
    expect(unit({ user: 'u' })).not.toBe(unit({ user: 'u', accessKey: 'support/other' }))
    expect(unit({})).not.toBe(unit({ call: 'c2' }))
    expect(unit({ session: 's' })).toMatch(/^[0-9a-f]{16}$/)
    expect(bucketOf('ffffffff00000000')).toBeLessThan(100)
  })

  test('by call ignores the session', () => {
    const units = new Set(
      ['c1', 'c2'].map(call => assign(route({ unit: 'call' }), { call, accessKey: 'k', session: 's' })?.unit),
    )
    expect(units.size).toBe(2)
  })
})

describe('a canary', () => {
  test('serves sticky sessions from both releases and writes arm and phase into the records', async () => {
    world = await gatewayWorld()
    await world.publish({
      routes: [
        route({
          candidate: { release: 'support/mail-triage-2', weight: 50, shadow: false },
          phase: 'c/1/50',
        }),
      ],
      releases: {
        ...release('mail-triage-1', echo(world.put('one'))),
        ...release('mail-triage-2', echo(world.put('two'))),
      },
    })
    const releaseOf = async (session: string) => (await post(session)).headers.get('x-keelway-release')
    const first = await Promise.all(Array.from({ length: 40 }, (_, i) => releaseOf(`s${i}`)))
    const second = await Promise.all(Array.from({ length: 40 }, (_, i) => releaseOf(`s${i}`)))
    expect(second).toEqual(first)
    expect(new Set(first)).toEqual(new Set(['mail-triage-1', 'mail-triage-2']))
    await recorded(world, async () => (await world.telemetry.calls({ limit: 100 })).length === 80)
    for (const call of await world.telemetry.calls({ limit: 100 })) {
      expect(call.phase).toBe('c/1/50')
      expect([call.arm, call.output]).toEqual(
        call.release === 'mail-triage-1' ? ['stable', 'one'] : ['candidate', 'two'],
      )
    }
  })

  test('a change of weight reaches every session with the next call', async () => {
    world = await gatewayWorld()
    const releases = {
      ...release('mail-triage-1', echo(world.put('one'))),
      ...release('mail-triage-2', echo(world.put('two'))),
    }
    const publish = (weight: number) =>
      world.publish({
        routes: [route({ candidate: { release: 'support/mail-triage-2', weight, shadow: false } })],
        releases,
      })
    for (const [weight, expected] of [
      [100, 'mail-triage-2'],
      [0, 'mail-triage-1'],
      [100, 'mail-triage-2'],
    ] as const) {
      await publish(weight)
      expect((await post('s')).headers.get('x-keelway-release')).toBe(expected)
    }
  })
})

describe('a shadowed candidate', () => {
  const shadowed = {
    candidate: { release: 'support/mail-triage-2', weight: 0, shadow: true },
    phase: 'c/1/shadow',
  }

  test('answers the same input unseen, as a pair of the user call', async () => {
    world = await gatewayWorld()
    await world.publish({
      routes: [route(shadowed)],
      releases: {
        ...release('mail-triage-1', echo(world.put('one'))),
        ...release('mail-triage-2', echo(world.put('two'))),
      },
    })
    const response = await post('s')
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'one' } }] })
    const call = response.headers.get('x-keelway-call') ?? ''
    await fetch(`${world.url}/v1/feedback`, {
      method: 'POST',
      body: JSON.stringify({ call, label: 'two' }),
      headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
    })
    await recorded(world, async () => (await world.telemetry.call(call))?.feedback.length === 1)
    const [unit] = await world.telemetry.units({
      namespace: 'support',
      route: 'mail-triage',
      phase: 'c/1/shadow',
      closeAfterMs: 60_000,
      until: Number.MAX_SAFE_INTEGER,
      limit: 10,
    })
    // Both began in one millisecond, so their order is by chance.
    const seen = unit?.answers.map(({ arm, output, label }) => ({ arm, output, label }))
    expect(seen?.sort((a, b) => (a.output ?? '').localeCompare(b.output ?? ''))).toEqual([
      { ...answers('stable'), output: 'one', label: 'two' },
      { ...answers('shadow'), output: 'two', label: 'two' },
    ])
  })

  test('that hangs or fails neither slows nor fails the user, and is dropped when too much of it waits', async () => {
    upstream = await fakeOpenAi(() => undefined)
    world = await gatewayWorld()
    await world.publish({
      routes: [route(shadowed)],
      releases: {
        ...release('mail-triage-1', echo(world.put('one'))),
        ...release('mail-triage-2', openai(upstream.endpoint)),
      },
    })
    const begin = performance.now()
    for (let i = 0; i < 600; i += 50) {
      const responses = await Promise.all(Array.from({ length: 50 }, (_, j) => post(`s${i + j}`)))
      expect(responses.every(({ status }) => status === 200)).toBe(true)
    }
    expect(performance.now() - begin).toBeLessThan(5000)
    expect(world.gateway.dropped.shadow).toBeGreaterThan(0)
    expect(upstream.requests.length).toBeLessThanOrEqual(16)
  })

  test('that answers with an error is recorded as an error of the shadow arm', async () => {
    upstream = await fakeOpenAi(response => sendJson(response, 500, {}))
    world = await gatewayWorld()
    await world.publish({
      routes: [route(shadowed)],
      releases: {
        ...release('mail-triage-1', echo(world.put('one'))),
        ...release('mail-triage-2', openai(upstream.endpoint)),
      },
    })
    const call = (await post('s')).headers.get('x-keelway-call') ?? ''
    await recorded(world, async () => (await world.telemetry.calls({ limit: 9 })).length === 2)
    const shadow = (await world.telemetry.calls({ limit: 9 })).find(({ arm }) => arm === 'shadow')
    expect(shadow).toMatchObject({
      pair: call,
      error: 'provider_error',
      status: 502,
      release: 'mail-triage-2',
    })
  })

  test('is asked without a stream also when the user wanted one', async () => {
    upstream = await fakeOpenAi(response => sendJson(response, 200, completion('hi')))
    world = await gatewayWorld()
    await world.publish({
      routes: [route(shadowed)],
      releases: {
        ...release('mail-triage-1', echo(world.put('one'))),
        ...release('mail-triage-2', openai(upstream.endpoint)),
      },
    })
    await (await post('s', { stream: true, stream_options: { include_usage: true } })).text()
    await recorded(world, async () => (await world.telemetry.calls({ limit: 9 })).length === 2)
    expect(upstream.requests[0]?.body).toEqual({
      model: 'gpt-test',
      stream: false,
      messages: [{ role: 'user', content: 'hello' }],
    })
  })
})

test('an answer is scored against the output schema of its prompt', async () => {
  let content = '{"action":"refund"}'
  upstream = await fakeOpenAi(response => sendJson(response, 200, completion(content)))
  world = await gatewayWorld()
  const prompt = {
    messages: [{ role: 'system' as const, content: 'answer in JSON' }],
    variables: {},
    partials: {},
    outputSchema: {
      type: 'object',
      required: ['action'],
      properties: { action: { type: 'string', pattern: '^(refund|deny)$' } },
    },
  }
  await world.publish({
    routes: [route()],
    releases: release('mail-triage-1', openai(upstream.endpoint, { prompt })),
  })
  const scores: (number | undefined)[] = []
  for (content of ['{"action":"refund"}', '{"action":"dance"}', 'Sure! {"action":"refund"}']) {
    const id = (await post('s')).headers.get('x-keelway-call') ?? ''
    await recorded(world, async () => (await world.telemetry.call(id)) !== undefined)
    scores.push((await world.telemetry.call(id))?.scores?.schema)
  }
  expect(scores).toEqual([1, 0, 0])
})
