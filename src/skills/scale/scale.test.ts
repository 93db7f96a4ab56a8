import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricPoint } from '../../telemetry/signals/signal.ts'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { skillSuite } from '../skill.contract.ts'
import { podsFor } from './replicas.ts'
import { scale } from './scale.ts'

const now = Date.UTC(2026, 0, 15, 12)

const deployment = (replicas: number, cpu = '500m') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout }
spec:
  replicas: ${replicas} # by hand
  template:
    metadata: { labels: { app: checkout } }
    spec:
      containers:
        - { name: checkout, image: a, resources: { requests: { cpu: ${cpu} } } }
`
const autoscaler = (max: number) => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: checkout }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: checkout }
  minReplicas: 2
  maxReplicas: ${max}
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }
`
const quota = (cpu: string) => `apiVersion: v1
kind: ResourceQuota
metadata: { name: compute }
spec: { hard: { requests.cpu: ${cpu} } }
`
const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: checkout }
spec: { minAvailable: 2, selector: { matchLabels: { app: checkout } } }
`

/** Cores of each of some pods over the last hours. */
function load(pods: number, cores: number, hours = 3): MetricPoint[] {
  const points: MetricPoint[] = []
  for (let pod = 0; pod < pods; pod++)
    for (let at = now - hours * 3_600_000; at < now; at += 300_000)
      points.push({
        kind: 'metric',
        resource: {
          service: 'checkout',
          namespace: 'shop',
          workload: 'Deployment/checkout',
          instance: `checkout-${pod}`,
        },
        at,
        name: 'container.cpu.usage',
        type: 'gauge',
        value: cores,
        attributes: { container: 'checkout' },
      })
  return points
}

skillSuite(scale)

describe('scale', () => {
  test('gives as many pods as the load needs', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment(3) })
    await scene.signals(load(3, 0.5))
    const { output, drafts } = await scene.run(scale, { service: 'checkout', incident: 'checkout-1' })
    expect(output).toMatchObject({ outcome: 'proposed', from: 3, to: 5 })
    expect(output.text).toContain(
      'Its pods use 1500m cores together (p95 of 6 h); at 70 % of 500m each that is 5 pods.',
    )
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(draft.changes[0]?.operations).toEqual([
      { op: 'test', path: '/spec/replicas', value: 3 },
      { op: 'replace', path: '/spec/replicas', value: 5 },
    ])
    expect(valueAt(scene.applied(draft)['Deployment/checkout'], '/spec/replicas')).toBe(5)
  })

  test('raises the bound of an autoscaler that is at it, and no further than twice the pods', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment(4), 'h.yaml': autoscaler(4) })
    await scene.signals(load(4, 0.9))
    const { output, drafts } = await scene.run(scale, { service: 'checkout', incident: 'x' })
    expect(output).toMatchObject({ from: 4, to: 8, max: 8 })
    expect(output.text).toContain('that is 15 pods. No more than 8')
    const changed = scene.applied(drafts[0] ?? never())['HorizontalPodAutoscaler/checkout']
    expect(valueAt(changed, '/spec/maxReplicas')).toBe(8)
    await using idle = await skillScene({ 'a.yaml': deployment(4), 'h.yaml': autoscaler(10) })
    await idle.signals(load(4, 0.3))
    expect((await idle.run(scale, { service: 'checkout' })).output.text).toContain('so it has room')
  })

  test('abstains without request, load or need', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment(3) })
    expect((await scene.run(scale, { service: 'checkout' })).output.text).toContain('Too little is known')
    await scene.signals(load(3, 0.35))
    expect((await scene.run(scale, { service: 'checkout' })).output).toMatchObject({ outcome: 'nothing' })
    await using bare = await skillScene({ 'a.yaml': deployment(3, '0') })
    expect((await bare.run(scale, { service: 'checkout' })).output.text).toContain('no CPU request')
  })

  test('refuses below the minimum and above the quota', async () => {
    await using scene = await skillScene({
      'a.yaml': deployment(3),
      'b.yaml': budget,
      'q.yaml': quota('2'),
    })
    const low = await scene.run(scale, { service: 'checkout', replicas: 2 })
    expect(low.output).toMatchObject({ outcome: 'refused' })
    expect(low.output.text).toContain('PodDisruptionBudget/shop/checkout keeps 2 through disruptions')
    const high = await scene.run(scale, { service: 'checkout', replicas: 5 })
    expect(high.output.text).toContain('4 at most, ResourceQuota/shop/compute allows requests.cpu of 2')
    expect((await scene.run(scale, { service: 'checkout', replicas: 4 })).output.outcome).toBe('proposed')
    await using full = await skillScene({ 'a.yaml': deployment(3), 'q.yaml': quota('1500m') })
    await full.signals(load(3, 0.5))
    expect((await full.run(scale, { service: 'checkout' })).output).toMatchObject({ outcome: 'refused' })
    expect((await full.run(scale, {})).output.outcome).toBe('refused')
    expect((await full.run(scale, { service: 'cart' })).output.outcome).toBe('nothing')
  })

  test('takes idle pods away, but never during an incident', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment(6) })
    await scene.signals(load(6, 0.05))
    expect((await scene.run(scale, { service: 'checkout' })).output).toMatchObject({ from: 6, to: 1 })
    const during = await scene.run(scale, { service: 'checkout', incident: 'x' })
    expect(during.output.outcome).toBe('nothing')
  })
})

const never = (): never => {
  throw new Error('no draft')
}

test('the number of pods is never above max, and never below min unless max is', () => {
  const positive = fc.double({ min: 0, max: 1e6, noNaN: true })
  const pods = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(
      positive,
      positive,
      fc.double({ min: 0, max: 1, noNaN: true }),
      pods,
      pods,
      pods,
      (load, request, target, current, min, max) => {
        const found = podsFor({ load, request, target, current, min, max })
        expect(found).toBeLessThanOrEqual(max)
        expect(found).toBeGreaterThanOrEqual(Math.min(min, max))
        expect(Number.isInteger(found)).toBe(true)
      },
    ),
  )
})
