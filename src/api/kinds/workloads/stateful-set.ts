import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type ResourceOf } from '../../kind.ts'
import { atLeast, forbidden, sameValue } from './causes.ts'
import { example } from './deployment.ts'
import { conditions, intOrText, LabelSelector, list, open, part, text, whole } from './fields.ts'
import { completePodSpec } from './pod-defaults.ts'
import { PodTemplate } from './pod-spec.ts'
import { age, at, computed, containersAndSelector, count, labelsText, numberAt } from './printing.ts'
import { templateCauses } from './template-checks.ts'
import { ClaimSpec } from './volume.ts'
import { claimCauses } from './volume-checks.ts'

const StatefulSetSpec = z.object({
  replicas: z.number().int().default(1).describe('How many Pods there should be.'),
  selector: LabelSelector.describe('Labels by which its Pods are found; they stay as they are.'),
  template: PodTemplate.describe('What the Pods are.'),
  serviceName: z.string().max(253).default('').describe('Service that gives them names.'),
  volumeClaimTemplates: list(
    z.object({
      apiVersion: text('v1.'),
      kind: text('PersistentVolumeClaim.'),
      metadata: part(
        {
          name: z.string().max(253).describe('Name of the volume.'),
          labels: z.record(z.string(), z.string()).optional().describe('Labels of the claims.'),
          annotations: z.record(z.string(), z.string()).optional().describe('Annotations of the claims.'),
          namespace: text('Ignored.'),
          creationTimestamp: z.string().nullish().describe('Ignored.'),
        },
        'Name and labels of the claims.',
      ),
      spec: ClaimSpec.describe('What they ask for.'),
      status: open('Ignored.'),
    }),
    'Claims that each Pod has of its own.',
  ),
  podManagementPolicy: z
    .enum(['OrderedReady', 'Parallel'])
    .default('OrderedReady')
    .describe('One after the other, or at once.'),
  updateStrategy: z
    .object({
      type: z
        .enum(['RollingUpdate', 'OnDelete'])
        .default('RollingUpdate')
        .describe('RollingUpdate or OnDelete.'),
      rollingUpdate: part(
        {
          partition: whole('Only Pods from this number on are replaced.'),
          maxUnavailable: intOrText('How many may be missing.'),
        },
        'Steps of RollingUpdate.',
      ),
    })
    .prefault({})
    .describe('How Pods are replaced.'),
  revisionHistoryLimit: z.number().int().default(10).describe('How many old revisions are kept.'),
  minReadySeconds: whole('Seconds a Pod must be ready to count.'),
  persistentVolumeClaimRetentionPolicy: part(
    { whenDeleted: text('Retain or Delete.'), whenScaled: text('Retain or Delete.') },
    'What becomes of claims.',
  ),
  ordinals: part({ start: whole('First number.') }, 'How Pods are numbered.'),
})
type StatefulSetSpec = z.output<typeof StatefulSetSpec>

export const StatefulSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  summary: 'Pods with names and storage of their own. Kept as data: nothing here runs it.',
  spec: StatefulSetSpec,
  status: z.object({
    observedGeneration: whole('Generation it is about.'),
    replicas: whole('How many Pods there are.'),
    readyReplicas: whole('How many are ready.'),
    availableReplicas: whole('How many are ready for long enough.'),
    currentReplicas: whole('How many have the old template.'),
    updatedReplicas: whole('How many have the present template.'),
    currentRevision: text('Old revision.'),
    updateRevision: text('Present revision.'),
    collisionCount: whole('How often names collided.'),
    conditions: conditions(),
  }),
  columns: [
    computed(
      'Ready',
      '.status.readyReplicas',
      object => `${numberAt(object, 'status.readyReplicas')}/${numberAt(object, 'spec.replicas')}`,
    ),
    age,
    ...containersAndSelector('spec.template.spec', ''),
  ],
  complete: object => completePodSpec(object.spec.template.spec),
  check(object, previous) {
    const set = object
    const causes = templateCauses(set, undefined)
    causes.push(...atLeast('spec.replicas', set.spec.replicas, 0))
    set.spec.volumeClaimTemplates?.forEach(({ spec }, i) => {
      causes.push(...claimCauses(`spec.volumeClaimTemplates[${i}].spec`, spec))
    })
    if (previous) causes.push(...updateCauses(set, previous))
    return causes
  },
  example: {
    ...example('StatefulSet'),
    spec: {
      ...example('StatefulSet').spec,
      serviceName: 'web',
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  },
})
export type StatefulSet = ResourceOf<typeof StatefulSet>

function updateCauses({ spec }: StatefulSet, previous: StatefulSet): Cause[] {
  const fixed = ({ selector, serviceName, volumeClaimTemplates, podManagementPolicy }: StatefulSetSpec) => ({
    selector,
    serviceName,
    volumeClaimTemplates,
    podManagementPolicy,
  })
  if (sameValue(fixed(spec), fixed(previous.spec))) return []
  return [
    forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ]
}

const DaemonSetSpec = z.object({
  selector: LabelSelector.describe('Labels by which its Pods are found; they stay as they are.'),
  template: PodTemplate.describe('What the Pods are.'),
  updateStrategy: z
    .object({
      type: z
        .enum(['RollingUpdate', 'OnDelete'])
        .default('RollingUpdate')
        .describe('RollingUpdate or OnDelete.'),
      rollingUpdate: part(
        {
          maxUnavailable: intOrText('How many may be missing; 1 where absent.'),
          maxSurge: intOrText('How many there may be beyond one a node; 0 where absent.'),
        },
        'Steps of RollingUpdate.',
      ),
    })
    .prefault({})
    .describe('How Pods are replaced.'),
  minReadySeconds: whole('Seconds a Pod must be ready to count.'),
  revisionHistoryLimit: z.number().int().default(10).describe('How many old revisions are kept.'),
})

export const DaemonSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  summary: 'One Pod on every node, or on every one of some. Kept as data: nothing here runs it.',
  spec: DaemonSetSpec,
  status: z.object({
    observedGeneration: whole('Generation it is about.'),
    currentNumberScheduled: whole('Nodes that have one and should.'),
    desiredNumberScheduled: whole('Nodes that should have one.'),
    numberMisscheduled: whole('Nodes that have one and should not.'),
    numberReady: whole('How many are ready.'),
    numberAvailable: whole('How many are ready for long enough.'),
    numberUnavailable: whole('How many are missing.'),
    updatedNumberScheduled: whole('How many have the present template.'),
    collisionCount: whole('How often names collided.'),
    conditions: conditions(),
  }),
  columns: [
    count('Desired', 'status.desiredNumberScheduled'),
    count('Current', 'status.currentNumberScheduled'),
    count('Ready', 'status.numberReady'),
    count('Up-to-date', 'status.updatedNumberScheduled'),
    count('Available', 'status.numberAvailable'),
    computed('Node Selector', '.spec.template.spec.nodeSelector', object =>
      labelsText(at(object, 'spec.template.spec.nodeSelector')),
    ),
    age,
    ...containersAndSelector('spec.template.spec'),
  ],
  complete(object) {
    const { spec } = object
    completePodSpec(spec.template.spec)
    if (spec.updateStrategy.type === 'RollingUpdate')
      spec.updateStrategy.rollingUpdate = {
        maxUnavailable: 1,
        maxSurge: 0,
        ...spec.updateStrategy.rollingUpdate,
      }
  },
  check: (object, previous) => templateCauses(object, previous),
  example: example('DaemonSet'),
})
export type DaemonSet = ResourceOf<typeof DaemonSet>
