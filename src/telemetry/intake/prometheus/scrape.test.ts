import { describe, expect, test, vi } from 'vitest'
import type { MetricPoint } from '../../signals/signal.ts'
import { sourceContract } from '../source.contract.ts'
import { FakeContext } from '../source.fake.ts'
import { prometheusScrape } from './scrape.ts'
import type { ScrapeSettings } from './scrape-settings.ts'

const url = 'http://checkout:8080/metrics'

/** A target that answers what it is told to. */
function target(context: FakeContext, first = 'orders_total 1\n') {
  const state = { body: first, status: 200, type: 'text/plain; version=0.0.4', requests: [] as Request[] }
  context.fetch = async (...[input, init]: Parameters<typeof fetch>) => {
    state.requests.push(new Request(input, init))
    return new Response(state.body, { status: state.status, headers: { 'content-type': state.type } })
  }
  return state
}

sourceContract<ScrapeSettings>('a scrape of Prometheus targets', {
  source: prometheusScrape,
  momentary: true,
  async world(context) {
    const exposed = target(context)
    let orders = 1
    return {
      settings: { job: 'checkout', targets: [{ url }], intervalMs: 2000 },
      async produce() {
        exposed.body = `orders_total ${++orders}\n`
        return 4
      },
      pass: () => context.clock.advance(200),
    }
  },
  wrong: { settings: { job: 'a', targets: [{ url: 'ftp://a' }] }, names: /targets\[0\]\.url/ },
})

describe('a scrape', () => {
  async function scraped(body: string, settings: Partial<ScrapeSettings> = {}, type?: string) {
    const context = new FakeContext()
    const exposed = target(context, body)
    if (type) exposed.type = type
    const source = await prometheusScrape.open(
      { job: 'shop/checkout', targets: [{ url }], ...settings },
      context,
    )
    const until = (condition: () => void) =>
      vi.waitFor(
        () => {
          context.clock.advance(1000)
          condition()
        },
        { timeout: 5000, interval: 1 },
      )
    await until(() => expect(context.stored.length).toBeGreaterThan(0))
    const status = source.status()
    await source.close()
    const points = context.stored as MetricPoint[]
    return { points, status, exposed, of: (name: string) => points.filter(point => point.name === name) }
  }

  test('knows the service, keeps labels, and says how it went', async () => {
    const { of, exposed } = await scraped('orders_total{region="eu"} 3\n')
    const resource = { service: 'checkout', namespace: 'shop', instance: 'checkout:8080' }
    expect(of('orders_total')).toMatchObject([
      { type: 'counter', value: 3, resource, attributes: { region: 'eu' } },
    ])
    expect(of('up')).toMatchObject([{ type: 'gauge', value: 1, resource, attributes: {} }])
    expect(of('scrape_samples_scraped')).toMatchObject([{ value: 1 }])
    expect(exposed.requests[0]?.headers.get('accept')).toMatch(/openmetrics/)
  })

  test('makes one distribution of the parts of a histogram, with the time that it began', async () => {
    const { of } = await scraped(
      `# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1",route="/"} 3
latency_seconds_bucket{le="1.0",route="/"} 5
latency_seconds_bucket{le="+Inf",route="/"} 6
latency_seconds_count{route="/"} 6
latency_seconds_sum{route="/"} 4.5
latency_seconds_created{route="/"} 1700000000.5
# EOF
`,
      {},
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    expect(of('latency_seconds')).toMatchObject([
      {
        type: 'histogram',
        unit: 's',
        value: 6,
        start: 1_700_000_000_500,
        distribution: { bounds: [0.1, 1], counts: [3, 2, 1], sum: 4.5 },
        attributes: { route: '/' },
      },
    ])
  })

  test('keeps summaries, gauges and what has no type; what is not a number is no point', async () => {
    const { of, points } = await scraped(`# TYPE wait_seconds summary
wait_seconds{quantile="0.5"} 0.2
wait_seconds{quantile="0.99"} NaN
wait_seconds_sum 12
wait_seconds_count 40
# TYPE batch_total gauge
batch_total 3
free_bytes 17
`)
    expect(of('wait_seconds')).toMatchObject([{ type: 'gauge', value: 0.2, attributes: { quantile: '0.5' } }])
    expect(of('wait_seconds_count')).toMatchObject([{ type: 'counter', value: 40 }])
    expect(of('wait_seconds_sum')).toMatchObject([{ type: 'counter', value: 12, unit: 's' }])
    expect(of('batch_total')).toMatchObject([{ type: 'gauge' }])
    expect(of('free_bytes')).toMatchObject([{ type: 'gauge', unit: 'By' }])
    expect(points.filter(({ value }) => Number.isNaN(value))).toEqual([])
  })

  test('keeps labels that are ours too under another name, or takes them when told to', async () => {
    const body = 'a{job="other",pod="cart-7d4b9c6f5-x2vlq",namespace="shop",instance="x"} 1\n'
    expect((await scraped(body)).of('a')).toMatchObject([
      {
        resource: { service: 'cart', workload: 'Deployment/cart', instance: 'cart-7d4b9c6f5-x2vlq' },
        attributes: { exported_job: 'other', exported_instance: 'x', job: 'shop/checkout' },
      },
    ])
    const honoured = await scraped('a{job="other"} 1\n', { honorLabels: true })
    expect(honoured.of('a')).toMatchObject([{ resource: { service: 'other' } }])
  })

  test.each([
    ['exposes nothing to read', 'what is\nthis {', {}, /line 1 has a value/],
    ['exposes too many samples', 'a 1\nb 1\n', { sampleLimit: 1 }, /more than 1 samples/],
    ['exposes too many bytes', 'a 1\n'.repeat(100), { bodyBytes: 50 }, /more than 50 bytes/],
  ])('of a target that %s is down, and says why', async (_, body, settings, message) => {
    const { of, points, status } = await scraped(body, settings)
    expect(of('up')).toMatchObject([{ value: 0 }])
    expect(points.map(({ name }) => name).sort()).toEqual([
      'scrape_duration_seconds',
      'scrape_samples_scraped',
      'up',
    ])
    expect(status).toMatchObject({ state: 'failed', message: expect.stringMatching(message) })
  })

  test('gives up on a target that takes too long, and goes on with the others', async () => {
    const context = new FakeContext()
    context.fetch = async (input, init) => {
      if (String(input) === url) return new Response('a 1\n')
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    }
    const slow = 'http://slow:8080/metrics'
    const source = await prometheusScrape.open({ job: 'a', targets: [{ url }, { url: slow }] }, context)
    await vi.waitFor(
      () => {
        context.clock.advance(1000)
        expect(source.status()).toMatchObject({
          state: 'running',
          message: `1 of 2 targets could not be scraped: ${slow} took longer than 10 s`,
        })
      },
      { timeout: 5000, interval: 1 },
    )
    expect(context.stored).toContainEqual(expect.objectContaining({ name: 'a', value: 1 }))
    await source.close()
  })

  test.each([
    [{ job: '' }, /job is empty/],
    [{ targets: [] }, /targets is empty/],
    [{ targets: [{ url: 'http://user:secret@a/metrics' }] }, /user or password; send them as a header/],
    [{ intervalMs: 0 }, /intervalMs is 0/],
    [{ timeoutMs: 20_000 }, /timeoutMs is longer than intervalMs/],
  ])('with %j is refused', async (settings, message) => {
    const opening = prometheusScrape.open({ job: 'a', targets: [{ url }], ...settings }, new FakeContext())
    await expect(opening).rejects.toThrow(message)
  })
})
