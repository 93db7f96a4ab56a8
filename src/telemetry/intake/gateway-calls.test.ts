import { expect, test, vi } from 'vitest'
import type { MetricPoint } from '../signals/signal.ts'
import type { CallRecord } from '../telemetry.ts'
import { type CallFeed, gatewayCalls } from './gateway-calls.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

const START = Date.UTC(2026, 0, 1)
let ids = 0
const call = (at: number, more: Partial<CallRecord> = {}): CallRecord => ({
  id: String(ids++),
  at,
  namespace: 'default',
  route: 'support',
  release: 'support-1',
  digest: 'sha256:1',
  arm: 'stable',
  phase: '',
  unit: 'u',
  accessKey: 'web',
  status: 200,
  latencyMs: 300,
  streamed: false,
  provider: 'openai',
  model: 'small',
  usageSource: 'none',
  ...more,
})

/** Calls that are told and remembered, as a store of calls does. */
class Feed implements CallFeed {
  readonly calls: CallRecord[] = []
  #listeners = new Set<Parameters<CallFeed['subscribe']>[0]>()

  async tell(...calls: CallRecord[]): Promise<void> {
    this.calls.unshift(...calls)
    for (const listener of this.#listeners) await listener(calls)
  }

  subscribe(listener: Parameters<CallFeed['subscribe']>[0]): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  recent = async () => this.calls
}

sourceContract('gateway-calls', {
  source: gatewayCalls,
  async world(context) {
    const feed = new Feed()
    return {
      settings: { feed },
      async produce() {
        await feed.tell(call(context.clock.now()))
        return 2
      },
      pass: () => context.clock.advance(10_000),
    }
  },
  wrong: { settings: {}, names: /feed/ },
})

async function told(act: (feed: Feed, context: FakeContext) => Promise<void>, spans = false) {
  const [feed, context] = [new Feed(), new FakeContext()]
  const source = await gatewayCalls.open({ feed, spans }, context)
  await act(feed, context)
  context.clock.advance(70_000)
  await vi.waitFor(() => expect(context.stored.length).toBeGreaterThan(0))
  await source.close()
  return context.stored
}

test('calls of a minute become rate, errors, latencies, tokens and cost', async () => {
  const stored = await told(feed =>
    feed.tell(
      call(START, { inputTokens: 100, outputTokens: 10, costUsd: 0.01 }),
      call(START + 1, { latencyMs: 3000, firstByteMs: 200, inputTokens: 50, costUsd: 0.005 }),
      call(START + 2, { error: 'provider_timeout', status: 504 }),
      call(START + 3, { arm: 'shadow', inputTokens: 7 }),
    ),
  )
  const points = stored as MetricPoint[]
  const of = (name: string, arm = 'stable') =>
    points.filter(point => point.name === name && point.attributes['keelway.arm'] === arm)
  expect(of('keelway.gateway.calls')).toMatchObject([
    {
      value: 3,
      type: 'delta',
      start: START,
      at: START + 60_000,
      resource: { service: 'support', version: 'support-1' },
    },
  ])
  expect(of('keelway.gateway.errors')).toMatchObject([
    { value: 1, attributes: { 'error.type': 'provider_timeout' } },
  ])
  const [duration] = of('gen_ai.client.operation.duration')
  expect(duration).toMatchObject({ value: 3, unit: 's', type: 'histogram' })
  expect(duration?.distribution?.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
  expect(duration?.distribution?.sum).toBeCloseTo(3.6)
  expect(of('gen_ai.client.operation.time_to_first_chunk')).toMatchObject([{ value: 1 }])
  expect(of('keelway.gateway.tokens').map(({ value }) => value)).toEqual([150, 10])
  expect(of('keelway.gateway.cost')[0]?.value).toBeCloseTo(0.015)
  expect(of('keelway.gateway.calls.unpriced', 'shadow')).toMatchObject([{ value: 1 }])
})

test('the minute that a restart interrupted counts every call once', async () => {
  const [feed, context] = [new Feed(), new FakeContext()]
  const first = await gatewayCalls.open({ feed }, context)
  await feed.tell(call(START))
  context.clock.advance(65_000)
  await vi.waitFor(() => expect(context.stored).toHaveLength(2))
  await feed.tell(call(START + 61_000))
  await first.close()
  await feed.tell(call(START + 62_000))
  const second = await gatewayCalls.open({ feed }, context)
  await feed.tell(call(START + 63_000))
  context.clock.advance(60_000)
  await vi.waitFor(() => expect(context.stored).toHaveLength(4))
  await second.close()
  expect(context.stored[2]).toMatchObject({ name: 'keelway.gateway.calls', value: 3, start: START + 60_000 })
})

test('a long call counts in the minute in which it ended', async () => {
  const stored = await told(async (feed, context) => {
    context.clock.advance(60_000)
    await feed.tell(call(START, { latencyMs: 59_000 }), call(START, { latencyMs: 61_000 }))
  })
  const calls = (stored as MetricPoint[]).filter(({ name }) => name === 'keelway.gateway.calls')
  expect(calls.map(({ start }) => start)).toEqual([START, START + 60_000])
})

test('calls of traces are spans where that is wanted', async () => {
  const trace = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' }
  const stored = await told(feed => feed.tell(call(START, { trace, error: 'x' }), call(START)), true)
  expect(stored.filter(({ kind }) => kind === 'span')).toMatchObject([
    {
      ...trace,
      name: 'chat small',
      error: true,
      durationMs: 300,
      peer: 'openai',
      resource: { service: 'support' },
    },
  ])
})
