import { expect, test, vi } from 'vitest'
import { type Cluster, startCluster } from './kubernetes.world.ts'
import { kubernetesEvents } from './kubernetes-events.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

let made = 0
const tell = (cluster: Cluster, event: object = {}, name = `event-${made++}`) =>
  cluster.apply('Event', name, {
    involvedObject: { kind: 'Pod', apiVersion: 'v1', namespace: 'shop', name: 'checkout-7d4b9c6f5-x2vlq' },
    reason: 'BackOff',
    message: 'Back-off restarting failed container',
    type: 'Warning',
    count: 1,
    lastTimestamp: '2026-01-01T00:00:00Z',
    ...event,
  })

sourceContract('kubernetes-events', {
  source: kubernetesEvents,
  async world(context) {
    const cluster = await startCluster()
    return {
      settings: { client: cluster.client },
      async produce() {
        await tell(cluster)
        await tell(cluster)
        return 2
      },
      pass: () => context.clock.advance(1000),
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
  wrong: { settings: {}, names: /client/ },
})

async function told(cluster: Cluster, context = new FakeContext(), count = 1) {
  const source = await kubernetesEvents.open({ client: cluster.client, namespaces: ['shop'] }, context)
  await vi.waitFor(() => {
    context.clock.advance(1000)
    expect(context.stored.length + source.status().refused).toBeGreaterThanOrEqual(count)
  })
  await source.close()
  return { stored: context.stored, status: source.status() }
}

test('an event of a pod belongs to the Deployment above it', async () => {
  await using cluster = await startCluster()
  const template = {
    metadata: { labels: {}, annotations: { 'resource.opentelemetry.io/service.name': 'pay' } },
    spec: { containers: [{ name: 'app', image: 'shop/checkout:1.4.2' }] },
  }
  await cluster.apply('Deployment', 'checkout', { spec: { template } })
  await cluster.apply('ReplicaSet', 'odd-name', { spec: { template } }, ['Deployment', 'checkout'])
  await cluster.apply('Pod', 'pod-1', { spec: template.spec }, ['ReplicaSet', 'odd-name'])
  await tell(cluster, {
    involvedObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      namespace: 'shop',
      name: 'pod-1',
      fieldPath: 'spec.containers{app}',
    },
  })
  const { stored } = await told(cluster)
  expect(stored).toMatchObject([
    {
      source: 'kubernetes',
      severity: 'warning',
      resource: {
        service: 'pay',
        namespace: 'shop',
        workload: 'Deployment/checkout',
        version: '1.4.2',
        instance: 'pod-1',
      },
      attributes: { 'k8s.object': 'Pod/shop/pod-1', 'k8s.container.name': 'app' },
    },
  ])
})

test('an event of a pod that is gone belongs to the workload that its name tells', async () => {
  await using cluster = await startCluster()
  await tell(cluster)
  const { stored } = await told(cluster)
  expect(stored).toMatchObject([{ resource: { service: 'checkout', workload: 'Deployment/checkout' } }])
})

test('an event of an autoscaler belongs to what it scales, one of a release to its route', async () => {
  await using cluster = await startCluster()
  await cluster.apply('HorizontalPodAutoscaler', 'scaler', {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' } },
  })
  await tell(cluster, {
    involvedObject: {
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v2',
      namespace: 'shop',
      name: 'scaler',
    },
  })
  await tell(cluster, {
    involvedObject: {
      kind: 'ModelRoute',
      apiVersion: 'keelway.dev/v1alpha1',
      namespace: 'shop',
      name: 'desk',
    },
  })
  const { stored } = await told(cluster, undefined, 2)
  expect(stored.map(({ resource }) => [resource.service, resource.workload])).toEqual([
    ['db', 'StatefulSet/db'],
    ['desk', 'ModelRoute/desk'],
  ])
})

test('an event that is told again has the same key and a higher count', async () => {
  await using cluster = await startCluster()
  const context = new FakeContext()
  await tell(cluster, {}, 'again')
  await told(cluster, context)
  await tell(cluster, { count: 7, lastTimestamp: '2026-01-01T00:05:00Z' }, 'again')
  const { stored } = await told(cluster, context, 2)
  const [first, second] = stored
  expect(second).toMatchObject({ key: (first as { key: string }).key, count: 7 })
  expect(stored).toHaveLength(2)
})

test('an event without a time is refused by name and the others come', async () => {
  await using cluster = await startCluster()
  await tell(cluster, { lastTimestamp: 'yesterday' }, 'broken')
  await tell(cluster)
  const { stored, status } = await told(cluster, undefined, 2)
  expect(stored).toHaveLength(1)
  expect(status).toMatchObject({ refused: 1 })
  expect(status.message).toContain('event shop/broken: lastTimestamp is not a time')
})
