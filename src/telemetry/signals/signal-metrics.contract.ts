import { describe, expect, test } from 'vitest'
import type { MetricPoint } from './signal.ts'
import { minute, point, t0 } from './signal-store.fake.ts'
import type { SeriesQuery, SignalStore } from './signal-store.ts'

const window = { from: t0, to: t0 + 10 * minute }

/** What every SignalStore must say of metrics. */
export function metricsContract(name: string, open: () => Promise<SignalStore>): void {
  const stored = async (points: MetricPoint[]) => {
    const store = await open()
    await store.append(points)
    return store
  }
  const values = async (store: SignalStore, query: Partial<SeriesQuery> & Pick<SeriesQuery, 'measure'>) => {
    const found = await store.series({ metric: 'm', window, stepMs: minute, ...query })
    return found.map(({ points }) => points.map(({ value }) => value))
  }
  const at = (seconds: number) => ({ at: t0 + seconds * 1000 })

  describe(`metrics in ${name}`, () => {
    test('gauges have a mean, least, greatest, last and sum by step', async () => {
      const a = { attributes: { cpu: '0' } }
      const b = { attributes: { cpu: '1' } }
      const store = await stored([
        point('m', 1, { ...a, ...at(0) }),
        point('m', 3, { ...a, ...at(30) }),
        point('m', 8, { ...b, ...at(15) }),
        point('m', 5, { ...a, ...at(180) }),
        point('other', 99),
      ])
      expect(await store.series({ metric: 'm', window, stepMs: minute, measure: 'mean' })).toEqual([
        {
          resource: { service: 'checkout' },
          attributes: {},
          points: [
            { at: t0, value: 4 },
            { at: t0 + 3 * minute, value: 5 },
          ],
        },
      ])
      expect(await values(store, { measure: 'min' })).toEqual([[1, 5]])
      expect(await values(store, { measure: 'max' })).toEqual([[8, 5]])
      expect(await values(store, { measure: 'last' })).toEqual([[3, 5]])
      expect(await values(store, { measure: 'sum' })).toEqual([[11, 5]])
    })

    test('series are split by service, attributes and parts of the resource, and narrowed by attributes', async () => {
      const cart = { service: 'cart', version: '2' }
      const store = await stored([
        point('m', 1, { attributes: { code: 200, host: 'a' } }),
        point('m', 2, { attributes: { code: 500, host: 'a' } }),
        point('m', 4, { attributes: { code: 500, host: 'b' } }),
        point('m', 8, { resource: cart, attributes: { code: 500 } }),
      ])
      const ask = async (query: Partial<SeriesQuery>) => {
        const found = await store.series({ metric: 'm', window, stepMs: minute, measure: 'sum', ...query })
        return found
          .map(({ resource, attributes, points }) => ({ resource, attributes, value: points[0]?.value }))
          .sort((x, y) => (x.value ?? 0) - (y.value ?? 0))
      }
      expect(await ask({ by: ['code', 'version'] })).toEqual([
        { resource: { service: 'checkout' }, attributes: { code: '200' }, value: 1 },
        { resource: { service: 'checkout' }, attributes: { code: '500' }, value: 6 },
        { resource: cart, attributes: { code: '500' }, value: 8 },
      ])
      expect(await ask({ attributes: { code: '500' } })).toMatchObject([{ value: 6 }, { value: 8 }])
      expect(await ask({ resource: { service: 'cart' } })).toMatchObject([{ value: 8 }])
      expect(await ask({ metric: `m'` })).toEqual([])
    })

    test('counters have a rate that survives a restart of their process, and sums over series', async () => {
      const counter = (value: number, seconds: number, host = 'a') =>
        point('m', value, { type: 'counter', attributes: { host }, ...at(seconds) })
      const store = await stored([
        ...[counter(100, 0), counter(160, 30), counter(220, 60)],
        ...[counter(30, 90), counter(90, 120)],
        ...[counter(5, 0, 'b'), counter(65, 60, 'b')],
      ])
      await store.append([counter(220, 60), counter(90, 120)])
      expect(await values(store, { measure: 'rate', by: ['host'] })).toEqual([[2, 1.5, 2], [1]])
      expect(await values(store, { measure: 'rate' })).toEqual([[2, 2.5, 2]])
    })

    test('deltas have sums and rates, and a young counter counts from its start', async () => {
      const delta = (value: number, seconds: number) =>
        point('m', value, { type: 'delta', ...at(seconds), start: t0 + (seconds - 60) * 1000 })
      const store = await stored([delta(60, 59), delta(120, 119)])
      expect(await values(store, { measure: 'sum' })).toEqual([[60, 120]])
      expect(await values(store, { measure: 'rate' })).toEqual([[1, 2]])
      await store.append([point('young', 30, { type: 'counter', ...at(30), start: t0 })])
      expect(await values(store, { metric: 'young', measure: 'rate' })).toEqual([[1]])
    })

    test('histograms have quantiles, means and rates of what was added, from totals and from deltas', async () => {
      const bounds = [100, 200, 400]
      const total = (counts: number[], sum: number, seconds: number) =>
        point('m', sum, { type: 'histogram', ...at(seconds), distribution: { bounds, counts, sum } })
      const store = await stored([
        total([50, 0, 0, 0], 500, 0),
        total([60, 80, 10, 0], 15_500, 30),
        total([0, 10, 0, 10], 9000, 90),
      ])
      expect(await values(store, { measure: 0.5 })).toEqual([[150, 200]])
      expect(await values(store, { measure: 0.99 })).toEqual([[380, 400]])
      expect(await values(store, { measure: 'mean' })).toEqual([[150, 450]])
      expect(await values(store, { measure: 'rate' })).toEqual([[100 / 30, 20 / 60]])
      const delta = (counts: number[], seconds: number) =>
        point('d', 0, {
          ...{ type: 'histogram', ...at(seconds), start: t0 + (seconds - 10) * 1000 },
          distribution: { bounds, counts, sum: 0 },
        })
      await store.append([delta([10, 0, 0, 0], 10), delta([0, 20, 0, 0], 20)])
      expect(await values(store, { metric: 'd', measure: 'rate' })).toEqual([[1.5]])
    })

    test('names of metrics are told with unit, type and how many series they have', async () => {
      const store = await stored([
        point('b', 1, { unit: 's', attributes: { a: 1 } }),
        point('b', 1, { unit: 's', attributes: { a: 2 } }),
        point('a', 1, { type: 'counter', resource: { service: 'cart' } }),
        point('old', 1, { at: t0 - 1 }),
      ])
      expect(await store.metrics({ window })).toEqual([
        { name: 'a', unit: '', type: 'counter', series: 1 },
        { name: 'b', unit: 's', type: 'gauge', series: 2 },
      ])
      expect(await store.metrics({ window, resource: { service: 'cart' } })).toHaveLength(1)
    })

    test('a service without spans has its requests from its metrics', async () => {
      const bounds = [0.1, 0.2, 0.4]
      const served = (status: number, counts: number[], seconds: number) =>
        point('http.server.request.duration', 0, {
          ...{ type: 'histogram', unit: 's', ...at(seconds) },
          attributes: { 'http.response.status_code': status, 'http.route': '/cart' },
          distribution: { bounds, counts, sum: 0 },
        })
      const store = await stored([
        ...[served(200, [0, 0, 0, 0], 0), served(500, [0, 0, 0, 0], 0)],
        ...[served(200, [0, 54, 0, 0], 30), served(500, [0, 6, 0, 0], 30)],
      ])
      const asked = { resource: { service: 'checkout' }, window, stepMs: minute }
      const [found] = await store.requests(asked)
      expect(found?.perSecond).toBeCloseTo(2)
      expect(found?.errorRatio).toBeCloseTo(0.1)
      expect(found?.p50Ms).toBeCloseTo(150)
      expect(await store.requests({ ...asked, operation: 'GET /cart' })).toMatchObject([{ at: t0 }])
      expect(await store.requests({ ...asked, operation: 'GET /' })).toEqual([])
    })

    test('more points than an answer may have are refused with what to do', async () => {
      const store = await open()
      const asked = { metric: 'm', window, measure: 'mean', stepMs: 10 } as const
      await expect(store.series(asked)).rejects.toThrow(/ask for a larger step/)
    })
  })
}
