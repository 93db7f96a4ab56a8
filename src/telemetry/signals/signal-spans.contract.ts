import { describe, expect, test } from 'vitest'
import type { MetricPoint } from './signal.ts'
import { minute, point, span, t0 } from './signal-store.fake.ts'
import type { SignalStore } from './signal-store.ts'
import { relativeError } from './sketch.ts'

const window = { from: t0, to: t0 + 10 * minute }

/** Compares with the stated error of a sketch. */
const near = (value: number) => ({
  asymmetricMatch: (found: unknown) =>
    typeof found === 'number' && Math.abs(found - value) <= value * relativeError * 1.001,
  toString: () => `near ${value}`,
})

/** What every SignalStore must say of spans. */
export function spansContract(name: string, open: () => Promise<SignalStore>): void {
  describe(`spans in ${name}`, () => {
    test('requests per second, error ratio and quantiles are of server spans, by step', async () => {
      const store = await open()
      const served = Array.from({ length: 120 }, (_, i) =>
        span(`s${i}`, { at: t0 + i * 1000, durationMs: i + 1, error: i < 6 }),
      )
      await store.append([...served, span('c', { spanKind: 'client', durationMs: 9999 })])
      expect(await store.requests({ resource: { service: 'checkout' }, window, stepMs: minute })).toEqual([
        { at: t0, perSecond: 1, errorRatio: 0.1, p50Ms: near(30), p95Ms: near(57), p99Ms: near(60) },
        { at: t0 + minute, perSecond: 1, errorRatio: 0, p50Ms: near(90), p95Ms: near(117), p99Ms: near(120) },
      ])
      const whole = await store.requests({ resource: {}, window, stepMs: 5 * minute })
      expect(whole.map(({ perSecond }) => Math.round(perSecond * 300)).reduce((a, b) => a + b)).toBe(120)
      const fine = await store.requests({ resource: {}, window, stepMs: 10_000 })
      expect(fine).toHaveLength(12)
      expect(fine[0]).toMatchObject({ perSecond: 1, errorRatio: 0.6, p50Ms: near(5) })
      const part = { from: t0 + 30_500, to: t0 + 90_500 }
      const partly = await store.requests({ resource: {}, window: part, stepMs: minute })
      expect(partly.map(({ perSecond }) => Math.round(perSecond * 60))).toEqual([29, 31])
      expect(await store.requests({ resource: {}, operation: 'POST /', window, stepMs: minute })).toEqual([])
      await expect(store.requests({ resource: {}, window, stepMs: 1 })).rejects.toThrow(RangeError)
    })

    test('the largest operations and services are told by a measure', async () => {
      const store = await open()
      const cart = { service: 'cart', version: '2' }
      await store.append([
        ...Array.from({ length: 10 }, (_, i) => span(`a${i}`, { durationMs: 100, error: i === 0 })),
        ...Array.from({ length: 4 }, (_, i) =>
          span(`b${i}`, { durationMs: 400, name: 'POST /pay', resource: cart }),
        ),
        span('c', { spanKind: 'client', durationMs: 5000, name: 'SELECT' }),
        span('d', { at: t0 - 1, durationMs: 5000 }),
      ])
      expect(await store.top({ of: 'operations', measure: 'p95', window, limit: 9 })).toEqual([
        { key: 'cart POST /pay', value: near(400), count: 4 },
        { key: 'checkout GET /cart', value: near(100), count: 10 },
      ])
      expect(await store.top({ of: 'services', measure: 'errorRatio', window, limit: 1 })).toEqual([
        { key: 'checkout', value: 0.1, count: 10 },
      ])
      expect(
        await store.top({ of: 'services', measure: 'count', resource: { version: '2' }, window, limit: 9 }),
      ).toEqual([{ key: 'cart', value: 4, count: 4 }])
    })

    test('two windows are compared by key, the largest change first', async () => {
      const store = await open()
      await store.append([
        span('a', { durationMs: 100 }),
        span('b', { durationMs: 300, at: t0 + minute }),
        span('c', { durationMs: 50, name: 'GET /', at: t0 + minute }),
      ])
      const before = { from: t0, to: t0 + minute }
      const after = { from: t0 + minute, to: t0 + 2 * minute }
      expect(await store.compare({ of: 'operations', measure: 'p50', before, after, limit: 9 })).toEqual([
        { key: 'checkout GET /cart', before: near(100), after: near(300), countBefore: 1, countAfter: 1 },
        { key: 'checkout GET /', before: 0, after: near(50), countBefore: 0, countAfter: 1 },
      ])
    })

    test('calls to models are measured by provider and model, and by route', async () => {
      const store = await open()
      const call = (id: string, model: string, tokens: number, usd: number) =>
        span(id, {
          spanKind: 'client',
          attributes: {
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': model,
            'gen_ai.usage.input_tokens': tokens,
            'gen_ai.usage.output_tokens': 1,
            'keelway.namespace': 'support',
            'keelway.route': 'triage',
            'keelway.cost.usd': usd,
          },
        })
      await store.append([
        call('a', 'large', 100, 0.5),
        call('b', 'large', 200, 0.25),
        call('c', 'small', 50, 0.125),
        span('d'),
      ])
      const ask = (of: 'models' | 'routes', measure: 'tokens' | 'usd' | 'p50') =>
        store.top({ of, measure, window, limit: 9 })
      expect(await ask('models', 'tokens')).toEqual([
        { key: 'openai/large', value: 302, count: 2 },
        { key: 'openai/small', value: 51, count: 1 },
      ])
      expect((await ask('models', 'usd')).map(({ value }) => value)).toEqual([0.75, 0.125])
      expect(await ask('routes', 'usd')).toEqual([{ key: 'support/triage', value: 0.875, count: 3 }])
      expect(await ask('routes', 'p50')).toEqual([{ key: 'support/triage', value: near(100), count: 3 }])
    })

    test('calls to models that the gateway counts by the minute are measured by those counts', async () => {
      const store = await open()
      const of = (name: string, value: number, given: Partial<MetricPoint> = {}) =>
        point(name, value, {
          resource: { service: 'triage', namespace: 'support', workload: 'ModelRoute/triage' },
          ...{ type: 'delta', start: t0 - minute, attributes: { 'gen_ai.request.model': 'large' } },
          ...given,
        })
      await store.append([
        of('keelway.gateway.calls', 10),
        of('keelway.gateway.errors', 2),
        of('keelway.gateway.cost', 0.5),
        of('gen_ai.client.operation.duration', 10, {
          type: 'histogram',
          distribution: { bounds: [1, 2], counts: [0, 10, 0], sum: 15 },
        }),
        span('a', { attributes: { 'gen_ai.request.model': 'large' } }),
        span('b', { attributes: { 'gen_ai.request.model': 'other' } }),
      ])
      const ask = (of: 'models' | 'routes', measure: 'count' | 'errorRatio' | 'usd' | 'p50') =>
        store.top({ of, measure, window, limit: 9 })
      expect(await ask('models', 'count')).toEqual([
        { key: 'large', value: 10, count: 10 },
        { key: 'other', value: 1, count: 1 },
      ])
      expect(await ask('routes', 'errorRatio')).toEqual([{ key: 'support/triage', value: 0.2, count: 10 }])
      expect(await ask('routes', 'usd')).toEqual([{ key: 'support/triage', value: 0.5, count: 10 }])
      expect(await ask('routes', 'p50')).toEqual([{ key: 'support/triage', value: 1500, count: 10 }])
    })

    test('the service graph tells who called whom, as the caller saw it, whatever came first', async () => {
      const store = await open()
      const trace = { traceId: 't' }
      const client = span('client', {
        ...trace,
        parentSpanId: 'root',
        spanKind: 'client',
        durationMs: 80,
        peer: 'cart:8080',
      })
      const server = span('server', {
        ...{ ...trace, parentSpanId: 'client', durationMs: 60, error: true },
        resource: { service: 'cart' },
      })
      const database = span('db', {
        ...{ ...trace, parentSpanId: 'server', spanKind: 'client' as const, durationMs: 5, peer: 'postgres' },
        resource: { service: 'cart' },
      })
      await store.append([server, database])
      expect(await store.serviceGraph(window)).toMatchObject([{ from: 'cart', to: 'postgres' }])
      await store.append([client, span('root', { ...trace, durationMs: 100 })])
      const other = { resource: { service: 'web' }, spanKind: 'producer' as const }
      await store.append([
        span('p', { traceId: 'u', ...other }),
        span('q', { traceId: 'u', parentSpanId: 'p', spanKind: 'consumer', durationMs: 7 }),
      ])
      const graph = await store.serviceGraph(window)
      expect(graph.toSorted((a, b) => (a.from < b.from ? -1 : 1))).toEqual([
        { from: 'cart', to: 'postgres', calls: 1, errors: 0, p50Ms: near(5), p95Ms: near(5) },
        { from: 'checkout', to: 'cart', calls: 1, errors: 1, p50Ms: near(80), p95Ms: near(80) },
        { from: 'web', to: 'checkout', calls: 1, errors: 0, p50Ms: near(7), p95Ms: near(7) },
      ])
      expect(await store.serviceGraph({ from: t0 + minute, to: t0 + 2 * minute })).toEqual([])
    })

    test('a trace is in the order of time, and spans are found by error', async () => {
      const store = await open()
      await store.append([
        span('b', { traceId: 't', at: t0 + 2 }),
        span('a', { traceId: 't', at: t0 + 1, error: true }),
        span('c'),
      ])
      expect((await store.trace('t')).map(({ spanId }) => spanId)).toEqual(['a', 'b'])
      const failed = await store.spans({ error: true, window, limit: 9 })
      expect(failed.map(({ spanId }) => spanId)).toEqual(['a'])
      expect(await store.spans({ error: false, window, limit: 9 })).toHaveLength(2)
    })
  })
}
