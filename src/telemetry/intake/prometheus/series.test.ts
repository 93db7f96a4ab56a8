import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Attributes, Resource } from '../../signals/signal.ts'
import { type Labels, seriesOf } from './series.ts'

const at = { instance: '10.0.0.3:8080' }

test.each<[string, Labels, Resource, Attributes]>([
  ['a job', { job: 'checkout', ...at }, { service: 'checkout', instance: at.instance }, {}],
  [
    'a job in a namespace',
    { job: 'shop/checkout', le: '1' },
    { service: 'checkout', namespace: 'shop' },
    { le: '1' },
  ],
  [
    'a pod that a job of all pods scrapes',
    { job: 'kubernetes-pods', namespace: 'shop', pod: 'checkout-7d4b9c6f5-x2vlq', ...at },
    {
      service: 'checkout',
      namespace: 'shop',
      workload: 'Deployment/checkout',
      instance: 'checkout-7d4b9c6f5-x2vlq',
    },
    { job: 'kubernetes-pods', ...at },
  ],
  [
    'a Deployment that kube-state-metrics describes',
    { job: 'kube-state-metrics', namespace: 'shop', deployment: 'cart', ...at },
    { service: 'cart', namespace: 'shop', workload: 'Deployment/cart', instance: at.instance },
    { job: 'kube-state-metrics' },
  ],
  ['an app', { job: 'web', app: 'cart' }, { service: 'cart' }, { job: 'web' }],
  [
    'a service that says its name and version',
    { job: 'otel', service_name: 'cart', service_version: '3' },
    { service: 'cart', version: '3' },
    { job: 'otel' },
  ],
  [
    'two workloads at once',
    { deployment: 'cart', statefulset: 'db' },
    { service: 'cart', workload: 'Deployment/cart' },
    { statefulset: 'db' },
  ],
  ['nobody', { le: '1' }, { service: '' }, { le: '1' }],
])('a series is of %s', (_, labels, resource, attributes) => {
  expect(seriesOf({ __name__: 'm', ...labels })).toEqual({ resource, attributes })
})

test('no value of a label is lost', () => {
  const label = fc.constantFrom(
    'job',
    'instance',
    'pod',
    'namespace',
    'deployment',
    'statefulset',
    'app',
    'le',
  )
  const value = fc.stringMatching(/^[a-z0-9-]{1,6}$/)
  fc.assert(
    fc.property(fc.dictionary(label, value), labels => {
      const { resource, attributes } = seriesOf(labels)
      const kept = [...Object.values(resource), ...Object.values(attributes)].join(' ')
      for (const text of Object.values(labels)) expect(kept).toContain(text)
    }),
  )
})
