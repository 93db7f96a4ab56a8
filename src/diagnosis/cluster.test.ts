import { describe, expect, test } from 'vitest'
import { type ClusterParts, clusterOf, nameOf } from './cluster.ts'

const of = (...objects: unknown[]): ClusterParts => ({
  objects: objects.map(object => ({ object, file: 'kubernetes/a.yaml' })),
  events: [],
})
const live = { uid: 'u' }

describe('objects', () => {
  test('are found by kind, namespace and name; of the cluster without one', () => {
    const cluster = clusterOf(
      of({ kind: 'Pod', metadata: { name: 'a' } }, { kind: 'Node', metadata: { name: 'n', namespace: 'x' } }),
    )
    expect(cluster.get('Pod', 'default', 'a')?.name).toBe('a')
    expect(cluster.get('Node', 'anything', 'n')?.namespace).toBe('')
    expect(cluster.objects.map(nameOf)).toEqual(['Node/n', 'Pod/default/a'])
  })

  test('of another group are of another kind', () => {
    const cluster = clusterOf(
      of({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'a' } }),
    )
    expect(cluster.all('Service')).toEqual([])
    expect(cluster.find('Service.serving.knative.dev', '', 'a')?.name).toBe('a')
  })

  test('fields of a wrong type are as if they were absent', () => {
    const spec = {
      containers: [{ name: 'a', ports: [{ containerPort: '80' }, 7], env: 'none' }, null],
      nodeSelector: [1],
    }
    const [pod] = clusterOf(
      of({ kind: 'Pod', metadata: { name: 'a', labels: { n: 1, deep: {} } }, spec }),
    ).all('Pod')
    expect(
      pod?.spec?.containers.map(({ ports, env }) => [ports.map(({ containerPort }) => containerPort), env]),
    ).toEqual([[[80], []]])
    expect(pod?.spec?.nodeSelector).toEqual(new Map())
    expect(pod?.metadata.labels).toEqual(new Map([['n', '1']]))
  })

  test('that are told of twice are joined, what runs before what was declared', () => {
    const declared = {
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
    }
    const printed = {
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: { replicas: 3 },
      status: { readyReplicas: 1 },
    }
    for (const parts of [
      [of(declared), of(printed)],
      [of(printed), of(declared)],
    ]) {
      const [one] = clusterOf(...parts).all('Deployment')
      expect([
        one?.spec?.replicas,
        one?.spec?.template?.spec?.containers[0]?.image,
        one?.status?.readyReplicas,
        one?.live,
      ]).toEqual([3, 'i', 1, true])
    }
  })
})

describe('absence', () => {
  const web = { kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }

  test('means something where a namespace is known from manifests alone', () => {
    const cluster = clusterOf(of(web))
    expect([
      cluster.lacks('Secret', 'shop', 'db'),
      cluster.lacks('Secret', 'other', 'db'),
      cluster.lacks('Pod', 'shop', 'a'),
    ]).toEqual(['declared', undefined, undefined])
    expect(cluster.lacks('Deployment', 'shop', 'web')).toBeUndefined()
  })

  test('means nothing where something runs and only some objects were asked for', () => {
    const cluster = clusterOf(
      of(web, { kind: 'Secret', metadata: { name: 'a', namespace: 'shop', ...live } }),
    )
    expect(cluster.lacks('Secret', 'shop', 'db')).toBeUndefined()
  })

  test('means something where all were listed, or what every namespace has is there', () => {
    const root = { kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: 'shop', ...live } }
    const cluster = clusterOf({
      ...of(root),
      complete: [{ kind: 'Secret' }, { kind: 'Pod', namespace: 'shop' }],
    })
    expect(['ConfigMap', 'Secret', 'Pod', 'Service'].map(kind => cluster.knows(kind, 'shop'))).toEqual([
      'listed',
      'listed',
      'listed',
      undefined,
    ])
    expect([cluster.knows('ConfigMap', 'other'), cluster.knows('Secret', 'other')]).toEqual([
      undefined,
      'listed',
    ])
  })

  test('is told by the server', () => {
    const cluster = clusterOf({
      ...of({ ...web, metadata: { ...web.metadata, ...live } }),
      absent: [{ kind: 'Service', namespace: 'shop', name: 'db' }],
    })
    expect([cluster.lacks('Service', 'shop', 'db'), cluster.lacks('Service', 'shop', 'web')]).toEqual([
      'listed',
      undefined,
    ])
  })
})

describe('events', () => {
  const event = (object: string, message: string, at: number, severity: 'info' | 'warning' = 'warning') => ({
    file: 'kubectl/e.txt',
    event: {
      ...{
        kind: 'event' as const,
        resource: { service: '' },
        at,
        source: 'kubernetes',
        reason: 'Failed',
        severity,
      },
      ...{ message, key: message, count: 1, attributes: { 'k8s.object': object } },
    },
  })

  test('belong to objects, the latest first, each once', () => {
    const cluster = clusterOf({
      ...of({ kind: 'Pod', metadata: { name: 'a', namespace: 'shop' } }),
      events: [
        event('Pod/shop/a', 'x', 1),
        event('Pod/shop/a', 'y', 2),
        event('Pod/shop/a', 'x', 3),
        event('Node/n', 'z', 4),
      ],
    })
    expect(
      cluster.events({ kind: 'Pod', namespace: 'shop', name: 'a' }).map(({ message, at }) => [message, at]),
    ).toEqual([
      ['x', 3],
      ['y', 2],
    ])
    expect(cluster.events({ kind: 'Node', namespace: '', name: 'n' })).toHaveLength(1)
    expect(cluster.at).toBe(4)
  })

  test('tell of objects that nothing else tells of, when they warn', () => {
    const cluster = clusterOf({
      objects: [],
      events: [
        event('Pod/shop/a', 'x', 1),
        event('Pod/shop/b', 'y', 2, 'info'),
        event('Widget/shop/c', 'z', 3),
      ],
    })
    expect(cluster.objects.map(nameOf)).toEqual(['Pod/shop/a'])
    expect(cluster.live).toBe(true)
  })
})
