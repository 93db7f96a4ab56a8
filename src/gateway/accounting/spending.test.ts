import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { GatewayError } from '../failure.ts'
import { budgetWindow, nanoUsd } from './budget-window.ts'
import { createSpending } from './spending.ts'
import { budgetOf, keyOf, limited, setting, used } from './spending.world.ts'

describe('a budget', () => {
  test('lets calls through until it is spent, and says how much of what, and when it is free again', async () => {
    const budget = budgetOf({ usd: 1 })
    const { ask } = setting([budget])
    for (let i = 0; i < 9; i++) (await ask({ maxUsd: 0.1 })).settle(used(1), 0.1)
    const refused = await ask({ maxUsd: 0.2 }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(GatewayError)
    expect(refused).toMatchObject({
      code: 'budget_exceeded',
      status: 429,
      retryable: false,
      message:
        'Budget default/b of $1.00 per month has no room for the $0.20 this call may need: $0.90 are spent or reserved, ' +
        'it is free again at 2026-02-01T00:00:00Z',
      headers: { 'retry-after': String((Date.UTC(2026, 1, 1) - Date.UTC(2026, 0, 10, 10, 0, 20)) / 1000) },
    })
    ;(await ask({ maxUsd: 0.1 })).settle(used(1), 0.1)
  })

  test('counts what a call used, not what it reserved', async () => {
    const budget = budgetOf({ tokens: 100, usd: 5 })
    const { ask, spent, gateways } = setting([budget])
    for (let i = 0; i < 8; i++) (await ask({ maxOutputTokens: 40, maxUsd: 2 })).settle(used(5), 0.25)
    await gateways[0]?.stop()
    expect(await spent(budget, 'tokens')).toBe(40)
    expect(await spent(budget, 'usd')).toBe(nanoUsd(2))
  })

  test('counts usage above the reservation too', async () => {
    const budget = budgetOf({ tokens: 100 })
    const { ask, spent, gateways } = setting([budget])
    ;(await ask({ maxOutputTokens: 10 })).settle(used(130), 0)
    await expect(ask({ maxOutputTokens: 1 })).rejects.toThrow('Budget default/b of 100 tokens per month')
    await gateways[0]?.stop()
    expect(await spent(budget, 'tokens')).toBe(130)
  })

  test('is all or nothing with the other limits of a call', async () => {
    const roomy = budgetOf({ name: 'roomy', tokens: 100 })
    const tight = budgetOf({ name: 'tight', usd: 0.001 })
    const { ask, spent, gateways } = setting(
      [roomy, tight],
      [limited({ requestsPerMinute: 5, concurrency: 1 })],
    )
    for (let i = 0; i < 20; i++) await expect(ask({ maxUsd: 0.01 })).rejects.toThrow('Budget default/tight')
    ;(await ask({ maxUsd: 0.001 })).settle(used(10), 0.001)
    await gateways[0]?.stop()
    expect(await spent(roomy, 'tokens')).toBe(10)
    expect(await spent(tight, 'refused')).toBe(20)
  })

  test('is free again in the next period, and what began before it is counted where it was reserved', async () => {
    const budget = budgetOf({ period: 'hour', tokens: 100 })
    const { ask, spent, gateways, clock, counter } = setting([budget])
    const before = budgetWindow(budget, 'tokens', '', clock.now())
    const long = await ask({ maxOutputTokens: 90 })
    await expect(ask({ maxOutputTokens: 20 })).rejects.toThrow('free again at 2026-01-10T11:00:00Z')
    clock.advance(3_600_000)
    const next = await ask({ maxOutputTokens: 100 })
    long.settle(used(30), 0)
    next.settle(used(70), 0)
    await gateways[0]?.stop()
    expect(await spent(budget, 'tokens')).toBe(70)
    expect(await counter.spent(before)).toBe(0)
    expect(before.until).toBe(Date.UTC(2026, 0, 10, 11))
  })

  test('without a period has to be raised', async () => {
    const { ask, gateways } = setting([budgetOf({ period: 'total', tokens: 10 })])
    ;(await ask({ maxOutputTokens: 10 })).settle(used(10), 0)
    const refused = await ask({ maxOutputTokens: 1 }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ headers: {}, message: expect.stringContaining('it has to be raised') })
    gateways[0]?.apply({ budgets: [budgetOf({ period: 'total', tokens: 20 })], accessKeys: [] })
    ;(await ask({ maxOutputTokens: 10 })).settle(used(10), 0)
  })

  test('that was lowered holds at once', async () => {
    const { ask, gateways } = setting([budgetOf({ tokens: 1_000_000 })])
    for (let i = 0; i < 200; i++) (await ask()).settle(used(10), 0)
    gateways[0]?.apply({ budgets: [budgetOf({ tokens: 2000 })], accessKeys: [] })
    await expect(ask({ maxOutputTokens: 1 })).rejects.toThrow('2000 tokens are spent or reserved')
  })

  test('of each key, team or route is one amount for each of them', async () => {
    const [a, b, none] = [keyOf('a', { team: 'red' }), keyOf('b', { team: 'red' }), keyOf('c')]
    const all = async (each: 'key' | 'team' | 'route' | undefined) => {
      const { ask } = setting([budgetOf({ tokens: 10, ...(each ? { each } : {}) })])
      const answers = []
      for (const [key, route] of [
        [a, 'x'],
        [b, 'x'],
        [none, 'x'],
        [none, 'y'],
      ] as const)
        answers.push(
          await ask({ key, route }).then(
            () => 'yes',
            () => 'no',
          ),
        )
      return answers.join(' ')
    }
    expect(await all(undefined)).toBe('yes no no no')
    expect(await all('key')).toBe('yes yes yes no')
    expect(await all('team')).toBe('yes no yes no')
    expect(await all('route')).toBe('yes no no yes')
  })

  test('is for the keys, teams and routes it names, in its namespace', async () => {
    const { ask } = setting([budgetOf({ tokens: 0, keys: ['a'], teams: ['red'], routes: ['x'] })])
    const red = { team: 'red' }
    await expect(ask({ key: keyOf('a', red), route: 'x' })).rejects.toThrow('Budget default/b')
    for (const [key, route] of [
      [keyOf('a', red), 'y'],
      [keyOf('a'), 'x'],
      [keyOf('b', red), 'x'],
      [keyOf('a', { ...red, namespace: 'other' }), 'x'],
    ] as const)
      await ask({ key, route })
  })

  test('of money refuses a call of unknown price, or lets it through uncounted until its cost is known', async () => {
    const refuse = setting([budgetOf({ usd: 1 })])
    await expect(refuse.ask({ maxUsd: undefined })).rejects.toThrow('the price of what chat calls is unknown')
    const budget = budgetOf({ usd: 1, unknownPrice: 'allow' })
    const allow = setting([budget])
    ;(await allow.ask({ maxUsd: undefined })).settle(used(5), undefined)
    ;(await allow.ask({ maxUsd: undefined })).settle(used(5), 0.5)
    expect(await allow.spent(budget, 'usd')).toBe(nanoUsd(0.5))
    const tokens = setting([budgetOf({ tokens: 10 })])
    await tokens.ask({ maxUsd: undefined })
  })

  test('keeps what was reserved when the cost of a call is not known in the end', async () => {
    const budget = budgetOf({ usd: 1 })
    const { ask, spent, gateways } = setting([budget])
    ;(await ask({ maxUsd: 0.25 })).settle(used(5), undefined)
    await gateways[0]?.stop()
    expect(await spent(budget, 'usd')).toBe(nanoUsd(0.25))
  })

  test('in shadow mode counts everything and refuses nothing, but says what it would have refused', async () => {
    const budget = budgetOf({ tokens: 25, mode: 'shadow' })
    const { ask, spent, gateways } = setting([budget])
    const refusals = []
    for (let i = 0; i < 4; i++) {
      const call = await ask()
      refusals.push(call.shadowRefusals.join())
      call.settle(used(10), 0)
    }
    expect(refusals).toEqual(['', '', 'default/b', 'default/b'])
    await gateways[0]?.stop()
    expect(await spent(budget, 'tokens')).toBe(40)
    expect(await spent(budget, 'refused')).toBe(2)
  })

  test('does not count a call that failed', async () => {
    const budget = budgetOf({ tokens: 10 })
    const { ask } = setting([budget])
    for (let i = 0; i < 5; i++) {
      const call = await ask()
      call.release()
      call.settle(used(10), 0)
    }
    await ask()
  })
})

describe('a limit per minute', () => {
  test('refuses with the exact time to wait, and is free again then', async () => {
    const { ask, clock } = setting([], [limited({ requestsPerMinute: 2 })])
    for (let i = 0; i < 2; i++) (await ask()).settle(used(1), 0)
    await expect(ask()).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
      headers: { 'retry-after': '40' },
      message:
        'AccessKey default/web may make 2 requests per minute; 2 are taken and this call needs 1: try again in 40 s',
    })
    clock.advance(39_999)
    await expect(ask()).rejects.toMatchObject({ headers: { 'retry-after': '1' } })
    clock.advance(1)
    await ask()
  })

  test('counts a failed call as a request, without its tokens', async () => {
    const { ask } = setting([], [limited({ requestsPerMinute: 3, tokensPerMinute: 10 })])
    for (let i = 0; i < 3; i++) (await ask()).release()
    await expect(ask()).rejects.toThrow('3 requests per minute')
  })

  test('says that a call above it can never fit', async () => {
    const { ask } = setting([], [limited({ tokensPerMinute: 100 })])
    await expect(ask({ maxOutputTokens: 101 })).rejects.toMatchObject({
      headers: { 'x-should-retry': 'false' },
      message:
        'AccessKey default/web may use 100 tokens per minute, and this call may use 101: ask for fewer with max_tokens, or send less',
    })
  })

  test('is told in headers of either protocol', async () => {
    const key = limited({ requestsPerMinute: 100, tokensPerMinute: 5000 })
    const { ask, gateways } = setting([], [key])
    ;(await ask({ maxOutputTokens: 500 })).settle(used(100), 0)
    expect(gateways[0]?.headers(key, 'openai')).toEqual({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '99',
      'x-ratelimit-reset-requests': '40s',
      'x-ratelimit-limit-tokens': '5000',
      'x-ratelimit-remaining-tokens': '4900',
      'x-ratelimit-reset-tokens': '40s',
    })
    expect(gateways[0]?.headers(key, 'anthropic')).toEqual({
      'anthropic-ratelimit-requests-limit': '100',
      'anthropic-ratelimit-requests-remaining': '99',
      'anthropic-ratelimit-requests-reset': '2026-01-10T10:01:00Z',
      'anthropic-ratelimit-tokens-limit': '5000',
      'anthropic-ratelimit-tokens-remaining': '4900',
      'anthropic-ratelimit-tokens-reset': '2026-01-10T10:01:00Z',
    })
    expect(gateways[0]?.headers(keyOf('free'), 'openai')).toEqual({})
    expect(gateways[0]?.headers(limited({ concurrency: 3 }), 'openai')).toEqual({})
  })
})

describe('calls at the same time', () => {
  test('are limited over all gateways, and a place is free when one ends', async () => {
    const { ask } = setting([], [limited({ concurrency: 3 })], 2)
    const open = [await ask({}, 0), await ask({}, 1), await ask({}, 0)]
    await expect(ask({}, 1)).rejects.toMatchObject({
      code: 'rate_limited',
      headers: { 'retry-after': '1' },
      message: expect.stringContaining('may have 3 calls at the same time'),
    })
    open[0]?.settle(used(1), 0)
    await ask({}, 1)
  })

  test('of a killed gateway come back, and those of a living one stay taken', async () => {
    const key = limited({ concurrency: 2 })
    const { ask, clock, counter } = setting([], [key], 2)
    // Its clock stands still, as it does for the dead.
    const dead = createSpending({ counter, clock: new FakeClock(clock.now()), owner: 'dead' })
    await dead.reserve({ key, route: 'chat', inputTokens: 0, maxOutputTokens: 1, maxUsd: 0 })
    await ask({}, 0)
    await expect(ask({}, 1)).rejects.toThrow('at the same time')
    for (let i = 0; i < 20; i++) {
      clock.advance(1000)
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
    await ask({}, 1)
    await expect(ask({}, 1)).rejects.toThrow('at the same time')
  })
})

describe('the shared counter', () => {
  test('is asked for one call in fifty far from the limit', async () => {
    const key = limited({ requestsPerMinute: 100_000, tokensPerMinute: 100_000_000 })
    const { ask, counter, clock } = setting(
      [budgetOf({ usd: 10_000 }), budgetOf({ name: 'c', tokens: 1e9 })],
      [key],
    )
    for (let i = 0; i < 100; i++) (await ask()).settle(used(5), 0.005)
    counter.questions = 0
    for (let i = 0; i < 5000; i++) {
      if (i % 500 === 0) clock.advance(1000)
      ;(await ask()).settle(used(5), 0.005)
    }
    // Four accounts, each leased for itself.
    expect(counter.questions / 5000 / 4).toBeLessThan(1 / 50)
  })

  test('gets back what is leased and idle, so that another gateway can spend it', async () => {
    const budget = budgetOf({ tokens: 100_000 })
    const { ask, spent, clock } = setting([budget])
    for (let i = 0; i < 100; i++) (await ask()).settle(used(10), 0)
    expect(await spent(budget, 'tokens')).toBeGreaterThan(1000)
    clock.advance(2500)
    expect(await spent(budget, 'tokens')).toBe(1000)
  })

  test('that fails stops limited calls once the lease is used up, and no others', async () => {
    const { ask, counter, spent } = setting([budgetOf({ tokens: 1000 })])
    const { take, giveBack } = counter
    counter.take = () => Promise.reject(new Error('disk I/O error'))
    counter.giveBack = () => Promise.reject(new Error('disk I/O error'))
    await expect(ask()).rejects.toMatchObject({ code: 'overloaded', cause: { message: 'disk I/O error' } })
    await ask({ key: keyOf('x', { namespace: 'other' }) })
    Object.assign(counter, { take, giveBack })
    ;(await ask()).settle(used(10), 0)
    expect(await spent(budgetOf(), 'tokens')).toBeGreaterThanOrEqual(10)
  })

  test('hears later of what it could not be told', async () => {
    const budget = budgetOf({ tokens: 10, mode: 'shadow' })
    const { ask, counter, spent, clock } = setting([budget])
    const { take, giveBack } = counter
    counter.take = () => Promise.reject(new Error('disk I/O error'))
    counter.giveBack = () => Promise.reject(new Error('disk I/O error'))
    ;(await ask()).settle(used(10), 0)
    await Promise.resolve()
    Object.assign(counter, { take, giveBack })
    clock.advance(1000)
    await Promise.resolve()
    expect(await spent(budget, 'tokens')).toBe(10)
  })
})
