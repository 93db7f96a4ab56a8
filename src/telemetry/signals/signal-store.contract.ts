import { describe, expect, test } from 'vitest'
import { metricsContract } from './signal-metrics.contract.ts'
import { spansContract } from './signal-spans.contract.ts'
import { change, cost, event, log, minute, point, span, t0 } from './signal-store.fake.ts'
import type { SignalStore } from './signal-store.ts'

const window = { from: t0, to: t0 + 10 * minute }

/** What every SignalStore must do. `open` gives an empty one; the caller closes it. */
export function signalStoreContract(name: string, open: () => Promise<SignalStore>): void {
  describe(`signals in ${name}`, () => {
    test('every kind comes back as it was appended', async () => {
      const store = await open()
      const resource = {
        service: 'checkout',
        namespace: 'shop',
        workload: 'Deployment/checkout',
        version: '1.4.2',
        instance: 'checkout-7d9f',
      }
      const attributes = { 'http.route': '/cart', retries: 2, cached: false, quote: `'"\\ \u00e9` }
      const given = {
        span: span('a', {
          ...{ resource, attributes, at: t0 + 0.125, durationMs: 12.345, error: true, peer: 'postgres' },
          parentSpanId: 'parent',
          spanKind: 'client',
          events: [{ at: t0 + 1, name: 'exception', attributes: { 'exception.type': 'Timeout' } }],
        }),
        log: log('order 17 failed', { resource, attributes, severity: 17, traceId: 'trace-a', spanId: 'a' }),
        event: event('e', { resource, attributes, until: t0 + 5, count: 3 }),
        change: change('c0ffee', {
          ...{ resource, attributes, before: 'bead', author: 'ada', reference: 'Delivery/default/desk' },
          files: [{ path: 'cart.ts', diff: '-a\n+b' }, { path: 'b.ts' }],
        }),
        cost: cost(1.25, { resource, attributes, owner: 'team-a' }),
      }
      await store.append(Object.values(given))
      const { template, ...found } = (await store.logs({ window, limit: 5 }))[0] ?? {}
      expect(template).toMatch(/^[\w-]+$/)
      expect(found).toEqual(given.log)
      expect(await store.trace('trace-a')).toEqual([given.span])
      expect(await store.spans({ window, limit: 5 })).toEqual([given.span])
      expect(await store.events({ window, limit: 5 })).toEqual([given.event])
      expect(await store.changes({ window, limit: 5 })).toEqual([given.change])
      expect(await store.costs({ window, by: 'owner' })).toEqual([{ key: 'team-a', usd: 1.25 }])
    })

    test('what has an identity counts once, in one batch and over batches', async () => {
      const store = await open()
      const batch = [
        ...[span('a'), event('e'), change('c'), cost(2)],
        ...[span('a', { name: 'again' }), event('e', { message: 'again' })],
        ...[change('c', { at: t0 + 1 }), cost(2)],
        ...[span('b'), event('e', { at: t0 + 1 }), change('c', { resource: { service: 'cart' } })],
        cost(2, { owner: 'team-a' }),
      ]
      await store.append(batch)
      await store.append(batch)
      expect((await store.spans({ window, limit: 9 })).map(({ name }) => name)).toEqual([
        'GET /cart',
        'GET /cart',
      ])
      expect(await store.events({ window, limit: 9 })).toHaveLength(2)
      expect(await store.changes({ window, limit: 9 })).toHaveLength(2)
      expect(await store.costs({ window, by: 'service' })).toEqual([{ key: 'checkout', usd: 4 }])
      const requests = await store.requests({ resource: {}, window, stepMs: minute })
      expect(requests.map(({ perSecond }) => perSecond * 60)).toEqual([2])
    })

    test('a commit that comes back after another is another change', async () => {
      const store = await open()
      await store.append([
        change('c', { before: 'b' }),
        change('d', { before: 'c', at: t0 + 1 }),
        change('c', { before: 'd', at: t0 + 2 }),
      ])
      const found = await store.changes({ window, limit: 9 })
      expect(found.map(({ id, before }) => `${before} to ${id}`)).toEqual(['b to c', 'c to d', 'd to c'])
    })

    test('a window holds its beginning and not its end', async () => {
      const store = await open()
      const times = [-1, 0, 5 * minute, 10 * minute - 1, 10 * minute]
      await store.append(times.flatMap(at => [event(`${at}`, { at: t0 + at }), log('x', { at: t0 + at })]))
      const inside = [10 * minute - 1, 5 * minute, 0]
      expect((await store.events({ window, limit: 9 })).map(({ at }) => at - t0)).toEqual(inside)
      expect((await store.logs({ window, limit: 9 })).map(({ at }) => at - t0)).toEqual(inside)
      expect(await store.logs({ window: { from: t0, to: t0 }, limit: 9 })).toEqual([])
      await expect(store.logs({ window: { from: t0, to: t0 - 1 }, limit: 9 })).rejects.toThrow(RangeError)
    })

    test('a limit keeps the newest, and changes are told in their order', async () => {
      const store = await open()
      for (const i of [2, 0, 3, 1])
        await store.append([change(`c${i}`, { at: t0 + i }), event(`e${i}`, { at: t0 + i })])
      expect((await store.changes({ window, limit: 2 })).map(({ id }) => id)).toEqual(['c2', 'c3'])
      expect((await store.events({ window, limit: 2 })).map(({ key }) => key)).toEqual(['e3', 'e2'])
      expect(await store.events({ window, limit: 0 })).toEqual([])
    })

    test('a question about a resource is answered with what agrees in each part that was given', async () => {
      const store = await open()
      const shop = { service: 'cart', namespace: 'shop', version: '1' }
      const test = { service: 'cart', namespace: 'test', version: '2' }
      await store.append([event('a', { resource: shop }), event('b', { resource: test }), event('c')])
      const keys = async (resource: object) =>
        (await store.events({ resource, window, limit: 9 })).map(({ key }) => key).sort()
      expect(await keys({})).toEqual(['a', 'b', 'c'])
      expect(await keys({ service: 'cart' })).toEqual(['a', 'b'])
      expect(await keys({ service: 'cart', version: '2' })).toEqual(['b'])
      expect(await keys({ service: 'nobody' })).toEqual([])
      expect(await keys({ namespace: `sh'op` })).toEqual([])
    })

    test('logs are found by trace and template, and counted by template and level', async () => {
      const store = await open()
      await store.append([
        log('old order 1 failed', { at: t0 - minute }),
        log('order 1 failed', { at: t0 - minute }),
      ])
      await store.append([
        log('order 2 failed', { at: t0 + 1, severity: 17, traceId: 'trace-a' }),
        log('order 3 failed', { at: t0 + 2, severity: 9 }),
        log('order 4 failed', { at: t0 + 3, severity: 17 }),
        log('order 5 failed', { at: t0 + 4, resource: { service: 'cart' } }),
        log('started'),
      ])
      const found = await store.templates({ resource: { service: 'checkout' }, window, limit: 9 })
      expect(found.map(({ count }) => count)).toEqual([3, 1])
      expect(found[0]).toMatchObject({
        service: 'checkout',
        template: 'order <*> failed',
        levels: { 9: 1, 17: 2 },
        firstSeen: t0 - minute,
        lastSeen: t0 + 3,
      })
      expect(found[0]?.example).toMatch(/^order \d failed$/)
      const id = found[0]?.id ?? ''
      const bodies = async (query: object) =>
        (await store.logs({ ...query, window, limit: 9 })).map(({ body }) => body)
      expect(await bodies({ template: id, resource: { service: 'checkout' } })).toEqual([
        'order 4 failed',
        'order 3 failed',
        'order 2 failed',
      ])
      expect(await bodies({ traceId: 'trace-a' })).toEqual(['order 2 failed'])
      expect(await bodies({ template: 'no such' })).toEqual([])
      const top = { of: 'templates', measure: 'errorRatio', window, limit: 1 } as const
      expect(await store.top({ ...top, resource: { service: 'checkout' } })).toEqual([
        { key: id, value: 2 / 3, count: 3 },
      ])
    })

    test('events are counted by source and reason', async () => {
      const store = await open()
      await store.append([
        event('a'),
        event('b', { severity: 'error' }),
        event('c', { source: 'alert', reason: 'HighLatency', severity: 'error' }),
      ])
      expect(await store.top({ of: 'events', measure: 'count', window, limit: 9 })).toEqual([
        { key: 'kubernetes/BackOff', value: 2, count: 2 },
        { key: 'alert/HighLatency', value: 1, count: 1 },
      ])
      expect(await store.events({ source: 'alert', window, limit: 9 })).toHaveLength(1)
      await expect(store.top({ of: 'events', measure: 'p95', window, limit: 9 })).rejects.toThrow(RangeError)
    })

    test('costs are summed by owner, service, namespace and category, the highest first', async () => {
      const store = await open()
      await store.append([
        cost(1, { owner: 'team-a' }),
        cost(2, { category: 'memory' }),
        cost(4, { resource: { service: 'cart', namespace: 'shop' } }),
        cost(8, { at: t0 - 1 }),
      ])
      expect(await store.costs({ window, by: 'owner' })).toEqual([
        { key: '', usd: 6 },
        { key: 'team-a', usd: 1 },
      ])
      expect(await store.costs({ window, by: 'namespace' })).toEqual([{ key: 'shop', usd: 7 }])
      expect((await store.costs({ window, by: 'category' })).map(({ usd }) => usd)).toEqual([5, 2])
    })

    test('text that no database can hold does not fail a batch', async () => {
      const store = await open()
      const bad = 'half \ud83d pair, nul \0, "quote" \\ end'
      await store.append([
        log(bad, { attributes: { bad } }),
        span('s', { name: bad, attributes: { bad } }),
        event('e', { message: bad }),
      ])
      expect(await store.logs({ window, limit: 9 })).toHaveLength(1)
      expect(await store.events({ window, limit: 9 })).toHaveLength(1)
      expect(await store.trace('trace-s')).toHaveLength(1)
    })

    test('one signal with numbers that are none does not fail the batch it came with', async () => {
      const store = await open()
      await store.append([
        span('s', { at: Number.NaN, durationMs: Infinity }),
        event('e', { at: Infinity, count: Number.NaN }),
        point('m', Number.NaN),
        log('fine', { severity: Number.NaN }),
      ])
      expect(await store.logs({ window, limit: 9 })).toMatchObject([{ body: 'fine' }])
      expect(await store.metrics({ window })).toEqual([])
    })

    test('stats count what is kept by kind and tell the oldest', async () => {
      const store = await open()
      expect((await store.stats()).oldest).toBeUndefined()
      await store.append([log('a'), log('b'), event('e', { at: t0 - 5 })])
      const { rows, oldest } = await store.stats()
      expect(rows.log).toEqual({ kept: 2, expired: 0, evicted: 0 })
      expect(rows.event?.kept).toBe(1)
      expect(oldest).toBe(t0 - 5)
    })

    test('an empty batch is no work, and an empty store has answers', async () => {
      const store = await open()
      await store.append([])
      expect(await store.serviceGraph(window)).toEqual([])
      expect(await store.templates({ window, limit: 9 })).toEqual([])
      expect(await store.metrics({ window })).toEqual([])
      expect(await store.requests({ resource: {}, window, stepMs: minute })).toEqual([])
      expect(await store.costs({ window, by: 'owner' })).toEqual([])
      expect(await store.trace('nobody')).toEqual([])
    })
  })
  spansContract(name, open)
  metricsContract(name, open)
}
