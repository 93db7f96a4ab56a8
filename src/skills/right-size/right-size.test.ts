import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuantity } from '../../lib/quantity.ts'
import type { MetricPoint } from '../../telemetry/signals/signal.ts'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { skillSuite } from '../skill.contract.ts'
import { decayingHistogram, halfLifeMs } from './histogram.ts'
import { rightSize } from './right-size.ts'
import { sizesFor } from './sizes.ts'

const Mi = 2 ** 20
const hour = 3_600_000
const now = Date.UTC(2026, 0, 15, 12)

const deployment = (resources: string) => `# The shop's till.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
        - name: proxy
          image: envoy:1
        - name: checkout # the real one
          image: checkout:1
          resources: ${resources}
`

/** Points every five minutes up to now, of one pod. */
function usage(days: number, cpu: (at: number) => number, memory: (at: number) => number): MetricPoint[] {
  const points: MetricPoint[] = []
  let seconds = 0
  const resource = {
    service: 'checkout',
    namespace: 'shop',
    workload: 'Deployment/checkout',
    instance: 'checkout-1',
  }
  for (let at = now - days * 24 * hour; at < now; at += 300_000) {
    seconds += cpu(at) * 300
    const attributes = { container: 'checkout' }
    points.push(
      {
        kind: 'metric',
        resource,
        at,
        name: 'container_cpu_usage_seconds_total',
        type: 'counter',
        value: seconds,
        attributes,
      },
      {
        kind: 'metric',
        resource,
        at,
        name: 'container_memory_working_set_bytes',
        type: 'gauge',
        value: memory(at),
        attributes,
      },
    )
  }
  return points
}

const killed = {
  kind: 'event' as const,
  resource: { service: 'checkout', namespace: 'shop', workload: 'Deployment/checkout' },
  at: now - hour,
  source: 'kubernetes',
  reason: 'OOMKilling',
  severity: 'warning' as const,
  message: 'Memory cgroup out of memory',
  key: 'oom',
  count: 7,
  attributes: {},
}

skillSuite(rightSize)

describe('right-size', () => {
  const wasteful = '{ requests: { cpu: "2", memory: 2Gi }, limits: { memory: 2Gi } }'

  test('makes requests what was used, and says so with numbers', async () => {
    await using scene = await skillScene({ 'deploy/checkout.yaml': deployment(wasteful) })
    await scene.signals(
      usage(
        7,
        () => 0.2,
        at => (at === now - 50 * hour ? 400 : 300) * Mi,
      ),
    )
    const { output, drafts } = await scene.run(rightSize, { service: 'checkout' })
    expect(output).toMatchObject({ outcome: 'proposed', peakMemory: 400 * Mi })
    expect(output.days).toBeCloseTo(7, 1)
    expect(output.text).toMatch(
      /^Size checkout: CPU request 2\d\dm, memory request 460Mi, memory limit 460Mi/,
    )
    expect(output.text).toContain('at most one day in 8 has a higher peak')
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(draft).toMatchObject({ delivery: 'shop', skill: 'right-size', expected: { within: '24h' } })
    const changed = scene.applied(draft)['Deployment/checkout']
    const resources = valueAt(changed, '/spec/template/spec/containers/1/resources') as Record<string, object>
    expect(resources).toMatchObject({ requests: { memory: '460Mi' }, limits: { memory: '460Mi' } })
    const cpu = parseQuantity(valueAt(resources, '/requests/cpu')) ?? 0
    expect(cpu).toBeGreaterThanOrEqual(0.2)
    expect(cpu).toBeLessThan(0.22)
  })

  test('after a kill the limit is at least its old one × 1.2 and 100 MiB more, also with little data', async () => {
    const tight = '{ requests: { memory: 128Mi }, limits: { memory: 256Mi } }'
    await using scene = await skillScene({ 'deploy/checkout.yaml': deployment(tight) })
    await scene.signals([
      ...usage(
        0.1,
        () => 0.1,
        () => 250 * Mi,
      ),
      killed,
    ])
    const { output, drafts } = await scene.run(rightSize, {
      object: 'Deployment/shop/checkout',
      incident: 'checkout-1',
    })
    expect(output.text).toContain('killed for memory 7 times')
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(draft.expected).toEqual({ signal: { incident: 'checkout-1' }, within: '30m' })
    const changed = scene.applied(draft)['Deployment/checkout']
    expect(valueAt(changed, '/spec/template/spec/containers/1/resources')).toEqual({
      requests: { memory: '356Mi' },
      limits: { memory: '356Mi' },
    })
  })

  test('a container without resources gets them', async () => {
    await using scene = await skillScene({
      'a.yaml': deployment('{}').replace('          resources: {}\n', ''),
    })
    await scene.signals(
      usage(
        2,
        () => 0.3,
        () => 100 * Mi,
      ),
    )
    const { drafts } = await scene.run(rightSize, { service: 'checkout', cpuQuantile: 0.99 })
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    const changed = scene.applied(draft)['Deployment/checkout']
    const requests = valueAt(changed, '/spec/template/spec/containers/1/resources/requests')
    expect(requests).toMatchObject({ memory: '115Mi' })
    expect(valueAt(changed, '/spec/template/spec/containers/1/resources/limits')).toBeUndefined()
  })

  test('abstains without data, with too little of it, and where nothing is to gain', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment(wasteful) })
    expect((await scene.run(rightSize, { service: 'checkout' })).output).toMatchObject({
      outcome: 'nothing',
      text: expect.stringContaining('no metric of its containers'),
    })
    await scene.signals(
      usage(
        0.4,
        () => 0.2,
        () => 100 * Mi,
      ),
    )
    expect((await scene.run(rightSize, { service: 'checkout' })).output.text).toContain('over a whole day')
    await using other = await skillScene({
      'a.yaml': deployment('{ requests: { cpu: 210m, memory: 118Mi }, limits: { memory: 118Mi } }'),
    })
    await other.signals(
      usage(
        3,
        () => 0.2,
        () => 100 * Mi,
      ),
    )
    const answer = await other.run(rightSize, { service: 'checkout' })
    expect(answer.output).toMatchObject({ outcome: 'nothing' })
    expect(answer.drafts).toEqual([])
  })

  test('refuses without a target and what is not in Git', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment(wasteful) })
    expect((await scene.run(rightSize, {})).output.outcome).toBe('refused')
    const { output } = await scene.run(rightSize, { object: 'Deployment/shop/cart' })
    expect(output.text).toContain('Deployment/shop/cart is not declared in a repository')
  })
})

describe('the histogram', () => {
  test('forgets by half in a day and answers within a bucket', () => {
    const histogram = decayingHistogram(0.01)
    for (let i = 0; i < 100; i++) histogram.add(i, 1)
    for (let i = 0; i < 100; i++) histogram.add(20 * halfLifeMs + i, 0.1)
    expect(histogram.quantile(0.95)).toBeGreaterThanOrEqual(0.1)
    expect(histogram.quantile(0.95)).toBeLessThan(0.12)
    expect(decayingHistogram(0.01).quantile(0.9)).toBe(0)
  })

  test('is at or above the exact quantile by 5 % and one first bucket at most', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 64, noNaN: true }), { minLength: 1 }), values => {
        const histogram = decayingHistogram(0.01)
        for (const value of values) histogram.add(0, value)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(0.95 * values.length) - 1] ?? 0
        const found = histogram.quantile(0.95)
        expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
        expect(found).toBeLessThanOrEqual(exact * 1.05 + 0.0101)
      }),
    )
  })
})

test('memory is never sized below the highest use that was seen, and no limit below its request', () => {
  const amount = fc.double({ min: 1, max: 1e12, noNaN: true })
  const optional = fc.option(amount, { nil: undefined })
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 1, maxLength: 300 }),
      fc.record({ request: optional, limit: optional }),
      fc.boolean(),
      fc.double({ min: 0, max: 30, noNaN: true }),
      (values, { request, limit }, wasKilled, days) => {
        const memory = values.map((value, i) => ({ at: i * 300_000, value }))
        const before = {
          ...(request !== undefined && { memoryRequest: request }),
          ...(limit !== undefined && { memoryLimit: limit }),
        }
        const sizes = sizesFor({ cpu: [], memory, metrics: [], days, pods: 1 }, before, {
          cpuQuantile: 0.95,
          killed: wasKilled,
        })
        const peak = Math.max(...values)
        if (sizes.memoryRequest !== request) expect(sizes.memoryRequest ?? 0).toBeGreaterThanOrEqual(peak)
        if (sizes.memoryLimit !== limit) {
          expect(sizes.memoryLimit ?? 0).toBeGreaterThanOrEqual(peak)
          expect(sizes.memoryLimit ?? 0).toBeGreaterThanOrEqual(sizes.memoryRequest ?? 0)
        }
        if (wasKilled && limit !== undefined) expect(sizes.memoryLimit ?? 0).toBeGreaterThan(limit * 1.19)
      },
    ),
  )
})
