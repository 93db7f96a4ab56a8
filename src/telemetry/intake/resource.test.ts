import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Attributes, Resource } from '../signals/signal.ts'
import { resourceOf, tagOf, workloadOfPod } from './resource.ts'

test.each<[string, Attributes, Resource]>([
  ['nothing is told', {}, { service: '' }],
  [
    'an SDK tells all',
    {
      'service.name': 'checkout',
      'service.namespace': 'shop',
      'service.version': '1.4.2',
      'service.instance.id': '627cc493',
    },
    { service: 'checkout', namespace: 'shop', version: '1.4.2', instance: '627cc493' },
  ],
  [
    'an SDK knows no name, Kubernetes does',
    {
      'service.name': 'unknown_service:node',
      'k8s.namespace.name': 'shop',
      'k8s.deployment.name': 'checkout',
      'k8s.pod.name': 'checkout-7d4b9c6f5-x2vlq',
      'container.image.name': 'registry:5000/shop/checkout:1.4.2@sha256:abc',
    },
    {
      service: 'checkout',
      namespace: 'shop',
      workload: 'Deployment/checkout',
      version: '1.4.2',
      instance: 'checkout-7d4b9c6f5-x2vlq',
    },
  ],
  [
    'the namespace of the service counts more than that of the cluster',
    { 'service.name': 'a', 'service.namespace': 'shop', 'k8s.namespace.name': 'prod' },
    { service: 'a', namespace: 'shop' },
  ],
  [
    'labels of the pod name the service before the workload does',
    { 'k8s.pod.label.app.kubernetes.io/name': 'cart', 'k8s.statefulset.name': 'cart-main' },
    { service: 'cart', workload: 'StatefulSet/cart-main' },
  ],
  [
    'a ReplicaSet of a Deployment',
    { 'k8s.replicaset.name': 'web-7d4b9c6f5' },
    { service: 'web', workload: 'Deployment/web' },
  ],
  [
    'a ReplicaSet of its own',
    { 'k8s.replicaset.name': 'web' },
    { service: 'web', workload: 'ReplicaSet/web' },
  ],
  ['a Job', { 'k8s.job.name': 'copy' }, { service: 'copy', workload: 'Job/copy' }],
  [
    'a CronJob and its Job',
    { 'k8s.cronjob.name': 'nightly', 'k8s.job.name': 'nightly-28333' },
    { service: 'nightly', workload: 'CronJob/nightly' },
  ],
  [
    'a Job of a CronJob',
    { 'k8s.job.name': 'nightly-28333440' },
    { service: 'nightly', workload: 'CronJob/nightly' },
  ],
  [
    'tags are a list',
    { 'service.name': 'a', 'container.image.tags': '["v2","latest"]' },
    { service: 'a', version: 'v2' },
  ],
  ['the newest image', { 'service.name': 'a', 'container.image.name': 'a:latest' }, { service: 'a' }],
  ['a host', { 'service.name': 'a', 'host.name': 'node-3' }, { service: 'a', instance: 'node-3' }],
  ['a number for a name', { 'service.name': 7 }, { service: '7' }],
])('a resource is known when %s', (_, attributes, resource) => {
  expect(resourceOf(attributes)).toEqual(resource)
})

test.each([
  ['checkout-7d4b9c6f5-x2vlq', 'Deployment/checkout'],
  ['db-0', 'StatefulSet/db'],
  ['fluent-bit-x2vlq', 'DaemonSet/fluent-bit'],
  ['standalone', undefined],
])('a pod called %s is of %s', (pod, workload) => {
  expect(workloadOfPod(pod)).toBe(workload)
})

test.each([
  ['nginx', undefined],
  ['nginx:1.27', '1.27'],
  ['registry:5000/nginx', undefined],
  ['registry:5000/a/nginx:1.27@sha256:abc', '1.27'],
])('the image %s has the tag %s', (image, tag) => {
  expect(tagOf(image)).toBe(tag)
})

test('any attributes make a resource with bounded texts', () => {
  const names = ['service.name', 'k8s.pod.name', 'k8s.replicaset.name', 'container.image.name', 'host.name']
  const value = fc.oneof(fc.string({ maxLength: 2000, size: 'max' }), fc.double(), fc.boolean())
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), attributes => {
      for (const text of Object.values(resourceOf(attributes))) expect(text.length).toBeLessThanOrEqual(256)
    }),
  )
})
