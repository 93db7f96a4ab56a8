import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import { forbidden, sameValue } from './causes.ts'
import { ContainerStatus, resources } from './container.ts'
import { conditions, keyed, list, open, text, time, whole } from './fields.ts'
import { podSpecCauses } from './pod-checks.ts'
import { completePodSpec } from './pod-defaults.ts'
import { PodSpec } from './pod-spec.ts'
import { podReady, podRestarts, podStatus } from './pod-status.ts'
import { age, computed, itemsAt, named } from './printing.ts'

const address = z.object({ ip: z.string().describe('Address.') })

export const Pod = defineKind({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  summary: 'Containers that run together. Kept as data: nothing here runs it.',
  spec: PodSpec,
  status: z.object({
    observedGeneration: whole('Generation it is about.'),
    phase: z
      .enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'])
      .optional()
      .describe('Where it is in its life.'),
    conditions: conditions(),
    reason: text('One word, such as Evicted.'),
    message: text('In words.'),
    hostIP: text('Address of its node.'),
    hostIPs: list(address, 'Addresses of its node.'),
    podIP: text('Its address.'),
    podIPs: keyed('ip', address, 'Its addresses.'),
    nominatedNodeName: text('Node that is made free for it.'),
    qosClass: text('Guaranteed, Burstable or BestEffort.'),
    startTime: time('When its node took it.'),
    containerStatuses: list(ContainerStatus, 'What its containers do.'),
    initContainerStatuses: list(ContainerStatus, 'What its init containers do.'),
    ephemeralContainerStatuses: list(ContainerStatus, 'What its debugging containers do.'),
    resize: text('Whether its resources are being changed.'),
    resources: resources(),
    resourceClaimStatuses: list(z.record(z.string(), z.unknown()), 'Its devices.'),
    extendedResourceClaimStatus: open('Its devices.'),
    allocatedResources: open('What its node set aside.'),
  }),
  selectableFields: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  columns: [
    computed('Ready', '.status.containerStatuses', podReady),
    computed('Status', '.status.phase', podStatus),
    computed('Restarts', '.status.containerStatuses[*].restartCount', podRestarts),
    age,
    computed(
      'IP',
      '.status.podIPs[0].ip',
      object => String(itemsAt(object, 'status.podIPs')[0]?.ip ?? '<none>'),
      { priority: 1 },
    ),
    named('Node', 'spec.nodeName', 1),
    named('Nominated Node', 'status.nominatedNodeName', 1),
    computed('Readiness Gates', '.spec.readinessGates', readinessGates, { priority: 1 }),
  ],
  complete: object => completePodSpec(object.spec),
  check(object, previous) {
    const { spec } = object
    return [...podSpecCauses('spec', spec), ...(previous ? updateCauses(spec, previous.spec) : [])]
  },
  example: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'shell', namespace: 'default' },
    spec: { containers: [{ name: 'shell', image: 'busybox:1.37', command: ['sleep', '3600'] }] },
  },
})
export type Pod = ResourceOf<typeof Pod>

function readinessGates(object: Resource): string {
  const gates = itemsAt(object, 'spec.readinessGates')
  if (gates.length === 0) return '<none>'
  const met = new Set(
    itemsAt(object, 'status.conditions').flatMap(({ type, status }) => (status === 'True' ? [type] : [])),
  )
  return `${gates.filter(({ conditionType }) => met.has(conditionType)).length}/${gates.length}`
}

/** Almost nothing of a Pod may change: images, tolerations, the deadline, scheduling gates and its node once. */
function updateCauses(now: PodSpec, before: PodSpec): Cause[] {
  const fixed = (spec: PodSpec, nodeName = spec.nodeName) => {
    const { activeDeadlineSeconds: _, tolerations: __, terminationGracePeriodSeconds: ___, ...rest } = spec
    const { schedulingGates: ____, ephemeralContainers: _____, ...others } = rest
    const plain = (containers: PodSpec['containers'] = []) =>
      containers.map(({ image: _, ...container }) => container)
    return {
      ...others,
      nodeName,
      containers: plain(spec.containers),
      initContainers: plain(spec.initContainers),
    }
  }
  // Binding a Pod to a node is a change of this one field.
  const bound = before.nodeName === undefined ? now.nodeName : before.nodeName
  if (sameValue(fixed(now), fixed(before, bound))) return []
  return [
    forbidden(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ]
}
