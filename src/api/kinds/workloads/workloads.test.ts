import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit } from '../../admission.ts'
import type { Resource } from '../../kind.ts'
import { workloadKinds } from './index.ts'
import { changed, kindOf } from './workloads.fake.ts'

type Json = Record<string, unknown>

const container = 'spec.template.spec.containers.0'

describe('what the server fills in', () => {
  const completed = (name: string, changes: Record<string, unknown> = {}) =>
    admit(kindOf(name), changed(name, changes)).object as unknown as { spec: Json }

  test('of a Deployment', () => {
    const { spec } = completed('Deployment', { [`${container}.resources`]: { limits: { cpu: '1' } } })
    expect(spec).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        spec: {
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          schedulerName: 'default-scheduler',
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              imagePullPolicy: 'IfNotPresent',
              terminationMessagePath: '/dev/termination-log',
              ports: [{ protocol: 'TCP' }],
              readinessProbe: {
                timeoutSeconds: 1,
                periodSeconds: 10,
                successThreshold: 1,
                failureThreshold: 3,
                httpGet: { scheme: 'HTTP' },
              },
              resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
            },
          ],
        },
      },
    })
  })

  test.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['example.com:5000/nginx', 'Always'],
    ['nginx:1.29', 'IfNotPresent'],
    ['example.com:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:00', 'IfNotPresent'],
  ])('the pull policy of %s', (image, wanted) => {
    expect(completed('Deployment', { [`${container}.image`]: image }).spec).toMatchObject({
      template: { spec: { containers: [{ imagePullPolicy: wanted }] } },
    })
  })

  test('of a Service, a Job, a NetworkPolicy and an autoscaler', () => {
    expect(completed('Service', { 'spec.ports': [{ port: 80 }] }).spec).toMatchObject({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    })
    expect(completed('Job').spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      suspend: false,
    })
    expect(completed('NetworkPolicy').spec).toMatchObject({ policyTypes: ['Ingress'] })
    expect(completed('NetworkPolicy', { 'spec.egress': [] }).spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
    })
    expect(completed('HorizontalPodAutoscaler', { 'spec.metrics': undefined }).spec).toMatchObject({
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 80 } } }],
    })
  })
})

test('unknown fields are told with their path, open parts stay', () => {
  const object = changed('Deployment', {
    [`${container}.imagePullpolicy`]: 'Always',
    [`${container}.securityContext`]: { windowsOptions: { runAsUserName: 'x' } },
    'spec.template.spec.volumes': [{ name: 'v', cephfs: { monitors: ['a'] }, typo: {} }],
    'metadata.creationTimestamp': null,
  })
  const { unknownFields, object: kept, causes } = admit(kindOf('Deployment'), object)
  expect(causes).toEqual([])
  expect(unknownFields.sort()).toEqual([
    'spec.template.spec.containers[0].imagePullpolicy',
    'spec.template.spec.volumes[0].typo',
  ])
  expect(kept).toMatchObject({
    spec: {
      template: {
        spec: {
          volumes: [{ cephfs: { monitors: ['a'] } }],
          containers: [{ securityContext: { windowsOptions: { runAsUserName: 'x' } } }],
        },
      },
    },
  })
})

test.each(workloadKinds.map(kind => [kind.kind, kind] as const))(
  'property: what is admitted of %s is admitted again, as it is',
  (_, kind) => {
    const first = admit(kind, structuredClone(kind.example) as Resource)
    const again = admit(kind, structuredClone(first.object), first.object)
    expect(again).toEqual({ object: first.object, unknownFields: [], causes: [] })
  },
)

test('property: no content makes admission throw', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(
      fc.constantFrom(...workloadKinds),
      fc.dictionary(fc.constantFrom('spec', 'status', 'rules', 'subsets', 'roleRef', 'metadata'), value),
      (kind, content) => {
        const object = { ...(kind.example as Resource), ...content } as Resource
        expect(Array.isArray(admit(kind, object).causes)).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})
