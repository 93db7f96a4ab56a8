import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { conditionOf } from '../../api/conditions.ts'
import type { Resource } from '../../api/kind.ts'
import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/kinds/validating-admission-policy.ts'
import { Deployment } from '../../api/kinds/workloads/deployment.ts'
import { workloadKinds } from '../../api/kinds/workloads/index.ts'
import { Service } from '../../api/kinds/workloads/service.ts'
import { deliveryWorld } from './world.fake.ts'

const container = (image: string, more: object = {}) => ({
  name: 'web',
  image,
  // Numbers and texts that other servers write in another way.
  resources: { requests: { cpu: 0.5, memory: '1024Mi' }, limits: { cpu: 1, memory: '2Gi' } },
  ports: [{ containerPort: 80 }],
  ...more,
})

const web = (image: string, replicas?: number, ...more: object[]): string =>
  stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', creationTimestamp: null },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, creationTimestamp: null },
        spec: { containers: [container(image), ...more] },
      },
    },
  })

const imagesOf = ({ spec }: Deployment) => spec.template.spec.containers.map(({ image }) => image)

test('every namespaced kind is applied from Git, and a second look writes nothing', async () => {
  await using world = await deliveryWorld()
  const examples = workloadKinds.filter(({ scope }) => scope === 'Namespaced')
  const files = examples.map(kind => [`${kind.plural}.yaml`, stringify(kind.example)] as const)
  const revision = world.repository.commit({
    ...Object.fromEntries(files),
    'deployments.yaml': web('nginx:1'),
  })
  await world.deliver()
  const delivery = await world.delivery()
  expect(delivery.status?.revision, JSON.stringify(delivery.status)).toBe(revision)
  expect(delivery.status?.inventory).toHaveLength(examples.length)
  world.writes.length = 0
  await world.sync()
  await world.restart()
  await world.sync()
  expect(world.writes).toEqual([])
  expect(world.logged).toEqual([])
})

test('what somebody changes is set back, what the server filled in stays, status is nobody to Git', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'web.yaml': web('nginx:1', 2) })
  await world.deliver()
  const live = await world.client.get(Deployment, 'web', 'default')
  expect(live.spec.template.spec.containers[0]).toMatchObject({ imagePullPolicy: 'IfNotPresent' })
  await world.client.update(Deployment, { ...live, spec: { ...live.spec, replicas: 9, minReadySeconds: 5 } })
  await world.settle()
  const back = await world.client.get(Deployment, 'web', 'default')
  expect([back.spec.replicas, back.spec.minReadySeconds]).toEqual([2, 5])
  world.writes.length = 0
  await world.client.updateStatus(Deployment, { ...back, status: { readyReplicas: 2 } })
  await world.sync()
  expect(world.writes).toEqual([])
})

test('a container that comes and goes, an image that changes, an object that is taken away', async () => {
  await using world = await deliveryWorld()
  const service = workloadKinds.find(({ kind }) => kind === 'Service')?.example
  world.repository.commit({
    'web.yaml': web('nginx:1', 1, { name: 'extra', image: 'busybox:1' }),
    'service.yaml': stringify(service),
  })
  await world.deliver({ prune: true })
  expect(imagesOf(await world.client.get(Deployment, 'web', 'default'))).toEqual(['nginx:1', 'busybox:1'])
  world.repository.commit({ 'web.yaml': web('nginx:2', 1), 'service.yaml': null })
  await world.sync()
  expect(imagesOf(await world.client.get(Deployment, 'web', 'default'))).toEqual(['nginx:2'])
  await expect(world.client.get(Service, 'web', 'default')).rejects.toMatchObject({ reason: 'NotFound' })
})

test.each([
  [
    'a port that there is not',
    web('nginx:1').replace('containerPort: 80', 'containerPort: 80000'),
    /web\.yaml:\d+: Deployment\/default\/web: spec\.template\.spec\.containers\[0\]\.ports\[0\]\.containerPort: Invalid value: 80000/,
  ],
  [
    'a selector that finds nothing',
    web('nginx:1').replace('app: web', 'app: api'),
    /`selector` does not match template `labels`/,
  ],
])('%s refuses the revision, with file and line', async (_, text, message) => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'web.yaml': text })
  await world.deliver()
  expect(conditionOf(await world.delivery(), 'Ready')).toMatchObject({
    reason: 'RevisionRefused',
    message: expect.stringMatching(message),
  })
})

test('a policy refuses a revision before anything of it is applied', async () => {
  await using world = await deliveryWorld()
  const group = {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['deployments'],
  }
  await world.client.create(ValidatingAdmissionPolicy, {
    metadata: { name: 'few' },
    spec: {
      matchConstraints: { resourceRules: [group] },
      validations: [{ expression: 'object.spec.replicas <= 3', message: 'three replicas at most' }],
    },
  })
  await world.client.create(ValidatingAdmissionPolicyBinding, {
    metadata: { name: 'few' },
    spec: { policyName: 'few', validationActions: ['Deny'] },
  })
  const good = world.repository.commit({ 'web.yaml': web('nginx:1', 3) })
  await world.deliver()
  world.repository.commit({ 'web.yaml': web('nginx:2', 4), 'other.yaml': stringify(otherMap) })
  await world.sync()
  const delivery = await world.delivery()
  expect(delivery.status?.revision).toBe(good)
  expect(conditionOf(delivery, 'Ready')).toMatchObject({
    reason: 'RevisionRefused',
    message: expect.stringContaining(
      "ValidatingAdmissionPolicy 'few' with binding 'few' denied request: three replicas at most",
    ),
  })
  expect(imagesOf(await world.client.get(Deployment, 'web', 'default'))).toEqual(['nginx:1'])
})

const otherMap: Resource = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } }
