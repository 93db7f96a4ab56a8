import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'
import { needs, program } from '../../../../test/needs.ts'
import { systemClock } from '../../../lib/clock.ts'
import type { MetricPoint } from '../../signals/signal.ts'
import { runningIntake } from '../intake.world.ts'
import { parseExposition } from './exposition.ts'
import { realPrometheus } from './prometheus.world.ts'
import { createPrometheusQueries } from './query.ts'
import { createRemoteWrite } from './remote-write.ts'

const prometheus = program('prometheus')
const promtool = program('promtool')

needs('prometheus', prometheus)(
  'a real Prometheus writes here what it scrapes, and answers what it is asked',
  async () => {
    let scrapes = 0
    const exposition = () => {
      scrapes++
      return `# TYPE orders_total counter
orders_total{region="eu"} ${scrapes * 10}
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} ${scrapes}
latency_seconds_bucket{le="0.5"} ${scrapes * 2}
latency_seconds_bucket{le="1"} ${scrapes * 3}
latency_seconds_bucket{le="+Inf"} ${scrapes * 4}
latency_seconds_sum ${scrapes * 2}
latency_seconds_count ${scrapes * 4}
# TYPE queue_length gauge
queue_length -3.5
`
    }
    const token = 'intake-token'
    await using intake = await runningIntake([createRemoteWrite()], { clock: systemClock, token })
    await using server = await realPrometheus(prometheus ?? '', {
      exposition,
      token,
      intake: intake.server.url,
    })
    const points = (name: string) =>
      (intake.stored as MetricPoint[]).filter(point => point.kind === 'metric' && point.name === name)
    const soon = (condition: () => void | Promise<void>) =>
      vi.waitFor(condition, { timeout: 15_000, interval: 50 })

    await soon(() => {
      expect(points('orders_total').length).toBeGreaterThan(3)
      expect(points('latency_seconds').length).toBeGreaterThan(3)
      expect(points('queue_length').length).toBeGreaterThan(3)
    })
    expect(points('orders_total')[0]).toMatchObject({
      type: 'counter',
      resource: { service: 'checkout', namespace: 'shop', instance: expect.stringMatching(/^127\.0\.0\.1:/) },
      attributes: { region: 'eu' },
    })
    expect(points('queue_length')[0]).toMatchObject({ type: 'gauge', value: -3.5 })
    for (const { value, distribution } of points('latency_seconds')) {
      const quarter = value / 4
      expect(distribution).toEqual({
        bounds: [0.1, 0.5, 1],
        counts: [quarter, quarter, quarter, quarter],
        sum: quarter * 2,
      })
    }
    expect(points('up')[0]).toMatchObject({ value: 1 })
    // A full queue is answered 503, which Prometheus tries again: nothing is refused, nothing is lost.
    expect(intake.server.status()['prometheus-remote-write']).toMatchObject({ refused: 0, lost: 0 })

    const queries = createPrometheusQueries({ url: server.url }, { clock: systemClock, fetch })
    expect(await queries.version()).toMatch(/^\d+\.\d+/)
    await soon(async () => {
      expect(await queries.query('orders_total / 10')).toMatchObject({
        type: 'vector',
        samples: [{ labels: { job: 'shop/checkout', region: 'eu' }, value: expect.any(Number) }],
      })
    })
    expect(await queries.query('scalar(queue_length)')).toMatchObject({ type: 'scalar', value: -3.5 })
    expect(await queries.query('1 / 0')).toMatchObject({ value: Number.POSITIVE_INFINITY })
    expect(await queries.query('"text"')).toMatchObject({ type: 'string', value: 'text' })
    expect(await queries.query('queue_length[1m]')).toMatchObject({ type: 'matrix' })
    const now = systemClock.now()
    const [range] = await queries.queryRange(
      'histogram_quantile(0.5, latency_seconds_bucket)',
      { from: now - 2000, to: now },
      500,
    )
    expect(range?.points.at(-1)?.value).toBeCloseTo(0.5)
    await expect(queries.query('sum(')).rejects.toMatchObject({ type: 'bad_data', retryable: false })
    const own = await (await fetch(`${server.url}/metrics`)).text()
    const { samples } = parseExposition(own, { openMetrics: false, most: 10_000 })
    expect(samples.length).toBe(own.split('\n').filter(line => /^[^#]/.test(line)).length)
    if (promtool) await promisify(execFile)(promtool, ['check', 'config', server.config])
  },
)
