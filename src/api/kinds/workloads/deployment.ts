import { z } from 'zod'
import { defineKind, type ResourceOf } from '../../kind.ts'
import { atLeast, invalid } from './causes.ts'
import { conditions, flag, intOrText, LabelSelector, whole } from './fields.ts'
import { completePodSpec } from './pod-defaults.ts'
import { PodTemplate } from './pod-spec.ts'
import { age, computed, containersAndSelector, count, numberAt } from './printing.ts'
import { templateCauses } from './template-checks.ts'

const counts = {
  observedGeneration: whole('Generation it is about.'),
  replicas: whole('How many Pods there are.'),
  readyReplicas: whole('How many are ready.'),
  availableReplicas: whole('How many are ready for long enough.'),
  terminatingReplicas: whole('How many are ending.'),
}

export const example = (kind: string) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'nginx:1.29',
            ports: [{ name: 'http', containerPort: 80 }],
            resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
            readinessProbe: { httpGet: { path: '/', port: 'http' } },
          },
        ],
      },
    },
  },
})

const DeploymentSpec = z.object({
  replicas: z.number().int().default(1).describe('How many Pods there should be.'),
  selector: LabelSelector.describe('Labels by which its Pods are found; they stay as they are.'),
  template: PodTemplate.describe('What the Pods are.'),
  strategy: z
    .object({
      type: z
        .enum(['RollingUpdate', 'Recreate'])
        .default('RollingUpdate')
        .describe('RollingUpdate or Recreate.'),
      rollingUpdate: z
        .object({
          maxUnavailable: intOrText('How many may be missing; 25% where absent.'),
          maxSurge: intOrText('How many there may be beyond replicas; 25% where absent.'),
        })
        .optional()
        .describe('Steps of RollingUpdate.'),
    })
    .meta({ patchStrategy: 'retainKeys' })
    .prefault({})
    .describe('How Pods are replaced.'),
  minReadySeconds: whole('Seconds a Pod must be ready to count.'),
  revisionHistoryLimit: z.number().int().default(10).describe('How many old ReplicaSets are kept.'),
  progressDeadlineSeconds: z
    .number()
    .int()
    .default(600)
    .describe('Seconds until a rollout without progress has failed.'),
  paused: flag('Whether changes wait.'),
})

export const Deployment = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  summary:
    'Pods that are alike, replaced step by step when their template changes. Kept as data: nothing here runs it.',
  spec: DeploymentSpec,
  status: z.object({
    ...counts,
    updatedReplicas: whole('How many have the present template.'),
    unavailableReplicas: whole('How many are missing.'),
    collisionCount: whole('How often names collided.'),
    conditions: conditions(),
  }),
  columns: [
    computed(
      'Ready',
      '.status.readyReplicas',
      object => `${numberAt(object, 'status.readyReplicas')}/${numberAt(object, 'spec.replicas')}`,
    ),
    count('Up-to-date', 'status.updatedReplicas'),
    count('Available', 'status.availableReplicas'),
    age,
    ...containersAndSelector('spec.template.spec'),
  ],
  complete(object) {
    const { spec } = object
    completePodSpec(spec.template.spec)
    if (spec.strategy.type !== 'RollingUpdate') return
    spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate }
  },
  check(object, previous) {
    const { spec } = object
    const causes = templateCauses(object, previous)
    causes.push(
      ...atLeast('spec.replicas', spec.replicas, 0),
      ...atLeast('spec.minReadySeconds', spec.minReadySeconds, 0),
      ...atLeast('spec.revisionHistoryLimit', spec.revisionHistoryLimit, 0),
    )
    if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0))
      causes.push(
        invalid(
          'spec.progressDeadlineSeconds',
          spec.progressDeadlineSeconds,
          'must be greater than minReadySeconds',
        ),
      )
    const { type, rollingUpdate } = spec.strategy
    if (type === 'Recreate' && rollingUpdate)
      causes.push({
        reason: 'FieldValueForbidden',
        message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
        field: 'spec.strategy.rollingUpdate',
      })
    if (rollingUpdate && isZero(rollingUpdate.maxUnavailable) && isZero(rollingUpdate.maxSurge))
      causes.push(
        invalid(
          'spec.strategy.rollingUpdate.maxUnavailable',
          rollingUpdate.maxUnavailable,
          'may not be 0 when `maxSurge` is 0',
        ),
      )
    return causes
  },
  example: example('Deployment'),
})
export type Deployment = ResourceOf<typeof Deployment>

const isZero = (value: string | number | undefined): boolean => value === 0 || value === '0%'

const ReplicaSetSpec = z.object({
  replicas: z.number().int().default(1).describe('How many Pods there should be.'),
  selector: LabelSelector.describe('Labels by which its Pods are found; they stay as they are.'),
  template: PodTemplate.describe('What the Pods are.'),
  minReadySeconds: whole('Seconds a Pod must be ready to count.'),
})

export const ReplicaSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  summary: 'A number of Pods that are alike. Kept as data: nothing here runs it.',
  spec: ReplicaSetSpec,
  status: z.object({
    ...counts,
    fullyLabeledReplicas: whole('How many have all labels of the template.'),
    conditions: conditions(),
  }),
  columns: [
    count('Desired', 'spec.replicas'),
    count('Current', 'status.replicas'),
    count('Ready', 'status.readyReplicas'),
    age,
    ...containersAndSelector('spec.template.spec'),
  ],
  complete: object => completePodSpec(object.spec.template.spec),
  check: (object, previous) => [
    ...templateCauses(object, previous),
    ...atLeast('spec.replicas', object.spec.replicas, 0),
  ],
  example: example('ReplicaSet'),
})
export type ReplicaSet = ResourceOf<typeof ReplicaSet>
