import { describe, expect, test } from 'vitest'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { skillSuite } from '../skill.contract.ts'
import { exceededIn } from './exceeded.ts'
import { tuneQuota } from './tune-quota.ts'

const deployment = (name: string, replicas: number, cpu: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  template:
    spec:
      containers:
        - { name: ${name}, image: a, resources: { requests: { cpu: ${cpu}, memory: 256Mi } } }
`
const quota = (cpu: string, memory = '10Gi') => `# What finance agreed to.
apiVersion: v1
kind: ResourceQuota
metadata: { name: compute }
spec:
  hard:
    requests.cpu: "${cpu}" # cores
    requests.memory: ${memory}
    pods: "20"
`
const message =
  'Error creating: pods "cart-5" is forbidden: exceeded quota: compute, requested: requests.cpu=500m, used: requests.cpu=3900m, limited: requests.cpu=4'

skillSuite(tuneQuota)

describe('tune-quota', () => {
  test('raises what declared requests and a rollout need', async () => {
    await using scene = await skillScene({
      'a.yaml': deployment('checkout', 4, '900m'),
      'b.yaml': deployment('cart', 2, '200m'),
      'q.yaml': quota('4'),
    })
    const { output, drafts } = await scene.run(tuneQuota, {})
    // 4 × 0.9 + 2 × 0.2, and one more pod of checkout while it rolls out.
    expect(output.text).toMatch(/^Raise compute: requests.cpu 5390m \(q.yaml\)/)
    expect(output.resources.find(({ name }) => name === 'requests.cpu')).toMatchObject({ hard: 4 })
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(valueAt(scene.applied(draft)['ResourceQuota/compute'], '/spec/hard')).toEqual({
      'requests.cpu': '5390m',
      'requests.memory': '10Gi',
      pods: '20',
    })
  })

  test('raises what was refused, also where declared requests would fit', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('cart', 1, '100m'), 'q.yaml': quota('4') })
    await scene.signals([
      {
        kind: 'event',
        resource: { service: 'cart', namespace: 'shop' },
        at: scene.clock.now() - 60_000,
        source: 'kubernetes',
        reason: 'FailedCreate',
        severity: 'warning',
        message,
        key: 'a',
        count: 3,
        attributes: {},
      },
    ])
    const { output, drafts } = await scene.run(tuneQuota, { incident: 'cart-1' })
    expect(output.text).toContain('4400m needed (a pod was refused), 4 allowed')
    expect(drafts[0]?.expected.signal).toEqual({ incident: 'cart-1' })
  })

  test('leaves a quota with room alone and says what is left', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('cart', 2, '1'), 'q.yaml': quota('4') })
    const { output, drafts } = await scene.run(tuneQuota, { object: 'ResourceQuota/compute' })
    expect(output).toMatchObject({ outcome: 'nothing', text: expect.stringContaining('is large enough') })
    expect(drafts).toEqual([])
    expect((await scene.run(tuneQuota, { object: 'ResourceQuota/other' })).output.outcome).toBe('nothing')
  })

  test('refuses to multiply a quota: rather a request is wrong', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('cart', 100, '1'), 'q.yaml': quota('4') })
    expect((await scene.run(tuneQuota, {})).output).toMatchObject({
      outcome: 'refused',
      text: expect.stringContaining('more than 4 times as much'),
    })
  })

  test('asks which one is meant when there are several', async () => {
    const other = quota('1').replace('compute', 'burst')
    await using scene = await skillScene({ 'q.yaml': quota('4'), 'r.yaml': other })
    expect((await scene.run(tuneQuota, {})).output.text).toContain('There are several')
  })
})

test('refusals are read for what they are, and hostile ones for nothing', () => {
  expect(exceededIn(message)).toEqual({ quota: 'compute', needed: { 'requests.cpu': 4.4 } })
  expect(exceededIn('exceeded quota: x, requested: a=b, used: a=1')).toBeUndefined()
  expect(
    exceededIn('exceeded quota: rm -rf /, requested: pods=1, used: pods=1, limited: pods=1'),
  ).toBeUndefined()
  expect(exceededIn(`exceeded quota: ${'a, '.repeat(100_000)}`)).toBeUndefined()
})
