import { expect, test, vi } from 'vitest'
import type { ChangeRecord } from '../signals/signal.ts'
import { type Cluster, startCluster } from './kubernetes.world.ts'
import { kubernetesChanges } from './kubernetes-changes.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

const deployment = (image: string, replicas = 2, container: object = {}) => ({
  spec: { replicas, template: { spec: { containers: [{ name: 'app', image, ...container }] } } },
})

/** Before the first list there is nothing to compare with. */
const listed = (context: FakeContext) =>
  vi.waitFor(() => {
    const { listed: names = [] } = (context.position ?? {}) as { listed?: string[] }
    expect(names.length).toBeGreaterThanOrEqual(16)
  })

let made = 0
sourceContract('kubernetes-changes', {
  source: kubernetesChanges,
  async world(context) {
    const cluster = await startCluster()
    return {
      settings: { client: cluster.client },
      async produce() {
        await listed(context)
        await cluster.apply('Deployment', `service-${made++}`, deployment('shop/a:1'))
        await cluster.apply('ConfigMap', `settings-${made++}`, { data: { a: '1' } })
        return 2
      },
      pass: () => context.clock.advance(1000),
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
  wrong: { settings: { client: { watch() {} }, namespaces: [] }, names: /namespaces/ },
})

/** What is told of acts while it watches. */
async function told(cluster: Cluster, context: FakeContext, ...acts: (() => Promise<void>)[]) {
  const from = context.stored.length
  const source = await kubernetesChanges.open({ client: cluster.client, namespaces: ['shop'] }, context)
  await listed(context)
  for (const [index, act] of acts.entries()) {
    await act()
    await vi.waitFor(() => expect(context.stored.length).toBeGreaterThan(from + index))
  }
  await source.close()
  return context.stored.slice(from) as ChangeRecord[]
}

test('another image is a deploy, another number of replicas a scale, another setting a change of configuration', async () => {
  await using cluster = await startCluster()
  await cluster.apply('Deployment', 'checkout', deployment('shop/checkout:1.4'))
  const changes = await told(
    cluster,
    new FakeContext(),
    () => cluster.apply('Deployment', 'checkout', deployment('shop/checkout:1.5')),
    () => cluster.apply('Deployment', 'checkout', deployment('shop/checkout:1.5', 5)),
    () =>
      cluster.apply(
        'Deployment',
        'checkout',
        deployment('shop/checkout:1.5', 5, { env: [{ name: 'TIMEOUT', value: '3s' }] }),
      ),
  )
  expect(changes).toMatchObject([
    {
      change: 'deploy',
      before: 'shop/checkout:1.4',
      message: 'Deployment/shop/checkout was changed: shop/checkout:1.5',
      resource: { service: 'checkout', namespace: 'shop', workload: 'Deployment/checkout', version: '1.5' },
      files: [
        {
          path: 'Deployment/shop/checkout',
          diff: [
            '-spec.template.spec.containers[app].image: shop/checkout:1.4',
            '+spec.template.spec.containers[app].image: shop/checkout:1.5',
          ].join('\n'),
        },
      ],
    },
    { change: 'scale', before: '2', message: expect.stringContaining('spec.replicas from 2 to 5') },
    {
      change: 'config',
      files: [
        { diff: expect.stringContaining('+spec.template.spec.containers[app].env[TIMEOUT].value: 3s') },
      ],
    },
  ])
  expect(changes[0]?.id).toMatch(/^shop\/checkout:1\.5 \(Deployment\/shop\/checkout@\d+\)$/)
})

test('configuration belongs to the one workload that uses it, with a diff of its lines', async () => {
  await using cluster = await startCluster()
  const env = { envFrom: [{ configMapRef: { name: 'settings' } }] }
  await cluster.apply('Deployment', 'checkout', deployment('shop/checkout:1.4', 2, env))
  await cluster.apply('ConfigMap', 'settings', { data: { 'app.conf': 'a=1\nb=2\nc=3\n', mode: 'fast' } })
  const [change] = await told(cluster, new FakeContext(), () =>
    cluster.apply('ConfigMap', 'settings', { data: { 'app.conf': 'a=1\nb=3\nc=3\n', mode: 'fast' } }),
  )
  expect(change).toMatchObject({
    change: 'config',
    resource: { service: 'checkout', workload: 'Deployment/checkout' },
    files: [{ diff: ' data.app.conf:\n a=1\n-b=2\n+b=3\n c=3' }],
  })
})

test('a changed secret says which key and never a value', async () => {
  await using cluster = await startCluster()
  const value = (text: string) => Buffer.from(text).toString('base64')
  await cluster.apply('Secret', 'db', { data: { login: value('ada'), port: value('5432') } })
  const password = { env: [{ name: 'DB_PASSWORD', value: 'hunter22' }] }
  const changes = await told(
    cluster,
    new FakeContext(),
    () => cluster.apply('Secret', 'db', { data: { login: value('grace'), port: value('5432') } }),
    () => cluster.apply('Deployment', 'checkout', deployment('a:1', 1, password)),
    () =>
      cluster.apply(
        'Deployment',
        'checkout',
        deployment('a:1', 1, { env: [{ name: 'DB_PASSWORD', value: 'other' }] }),
      ),
  )
  expect(changes.map(({ change }) => change)).toEqual(['config', 'deploy', 'config'])
  expect(changes[0]?.files).toEqual([{ path: 'Secret/shop/db', diff: '-data.login: ***\n+data.login: ***' }])
  expect(changes[2]?.attributes['k8s.fields']).toBe(
    'spec.template.spec.containers[app].env[DB_PASSWORD].value',
  )
  for (const secret of ['grace', value('grace'), 'hunter22', 'other'])
    expect(JSON.stringify(changes)).not.toContain(secret)
})

test('what changed while nobody watched is told once after the restart, with what it was', async () => {
  await using cluster = await startCluster()
  const context = new FakeContext()
  await cluster.apply('Deployment', 'checkout', deployment('shop/checkout:1.4'))
  await cluster.apply('Deployment', 'cart', deployment('shop/cart:1.0'))
  await cluster.apply('Secret', 'db', { data: { login: 'YQ==' } })
  expect(await told(cluster, context)).toEqual([])
  await cluster.apply('Deployment', 'checkout', deployment('shop/checkout:1.5'))
  await cluster.remove('Deployment', 'cart')
  await cluster.apply('Secret', 'db', { data: { login: 'Yg==' } })
  const wait = async () => {}
  const changes = await told(cluster, context, wait, wait, wait)
  expect(changes.map(({ change, before, message }) => [change, before, message]).sort()).toEqual([
    ['config', undefined, 'Secret/shop/db was changed'],
    ['deploy', 'shop/cart:1.0', 'Deployment/shop/cart was deleted'],
    ['deploy', 'shop/checkout:1.4', 'Deployment/shop/checkout was changed: shop/checkout:1.5'],
  ])
  const [next] = await told(cluster, context, () => cluster.remove('Secret', 'db'))
  expect(next?.message).toBe('Secret/shop/db was deleted')
})

test('a status that is written and what programs tell each other are no changes', async () => {
  await using cluster = await startCluster()
  await cluster.apply('Deployment', 'checkout', deployment('a:1'))
  await cluster.apply('ConfigMap', 'kube-root-ca.crt', { data: { ca: '1' } })
  const changes = await told(cluster, new FakeContext(), async () => {
    await cluster.apply('Deployment', 'checkout', { ...deployment('a:1'), status: { readyReplicas: 1 } })
    await cluster.apply('ConfigMap', 'kube-root-ca.crt', { data: { ca: '2' } })
    await cluster.apply('NetworkPolicy', 'closed', { spec: { podSelector: {} } })
  })
  expect(changes.map(({ change, message }) => [change, message])).toEqual([
    ['policy', 'NetworkPolicy/shop/closed was created'],
  ])
})
