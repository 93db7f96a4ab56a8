import { z } from 'zod'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import { duplicate, notSupported, quantityCauses } from './causes.ts'
import { conditions, flag, keyed, list, open, part, quantities, text, texts, time } from './fields.ts'
import { age, at, computed, itemsAt, named, textAt } from './printing.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const NodeSpec = z
  .object({
    podCIDR: text('Range of addresses of its Pods.'),
    podCIDRs: texts('Ranges of addresses of its Pods.'),
    providerID: text('Its id at the provider.'),
    unschedulable: flag('Whether new Pods are kept away.'),
    taints: list(
      z.object({
        key: z.string().max(316).describe('Name.'),
        value: text('Value.'),
        effect: z.string().max(64).describe('NoSchedule, PreferNoSchedule or NoExecute.'),
        timeAdded: time('Since when.'),
      }),
      'What Pods must tolerate to run on it.',
    ),
    configSource: open('No longer used.'),
    externalID: text('No longer used.'),
  })
  .optional()

export const Node = defineKind({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  summary: 'A machine that Pods run on. Kept as data: no machine stands behind it here.',
  spec: NodeSpec,
  status: z.object({
    capacity: quantities('What it has.'),
    allocatable: quantities('What Pods may have of it.'),
    phase: text('No longer used.'),
    conditions: conditions(),
    addresses: keyed(
      'type',
      z.object({
        type: z.string().describe('InternalIP, ExternalIP or Hostname.'),
        address: z.string().describe('The address.'),
      }),
      'Its addresses.',
    ),
    daemonEndpoints: open('Ports of the kubelet.'),
    nodeInfo: part(
      {
        machineID: text('Id of the machine.'),
        systemUUID: text('Id of the system.'),
        bootID: text('Id of this start.'),
        kernelVersion: text('Kernel.'),
        osImage: text('Operating system.'),
        containerRuntimeVersion: text('Container runtime.'),
        kubeletVersion: text('Kubelet.'),
        kubeProxyVersion: text('No longer used.'),
        operatingSystem: text('linux or windows.'),
        architecture: text('Processor, such as amd64.'),
        swap: open('Swap.'),
      },
      'What it runs.',
    ),
    images: list(
      z.object({
        names: texts('Its names.'),
        sizeBytes: z.number().optional().describe('Its size in bytes.'),
      }),
      'Images it has.',
    ),
    volumesInUse: texts('Volumes it uses.'),
    volumesAttached: list(z.record(z.string(), z.unknown()), 'Volumes attached to it.'),
    config: open('No longer used.'),
    features: open('What its runtime can do.'),
    runtimeHandlers: list(z.record(z.string(), z.unknown()), 'Ways it can run containers.'),
  }),
  selectableFields: ['spec.unschedulable'],
  columns: [
    computed('Status', '.status.conditions', nodeStatus),
    computed('Roles', '.metadata.labels', nodeRoles),
    age,
    computed('Version', '.status.nodeInfo.kubeletVersion', object =>
      textAt(object, 'status.nodeInfo.kubeletVersion'),
    ),
    computed('Internal-IP', '.status.addresses', object => address(object, 'InternalIP'), { priority: 1 }),
    computed('External-IP', '.status.addresses', object => address(object, 'ExternalIP'), { priority: 1 }),
    named('OS-Image', 'status.nodeInfo.osImage', 1, '<unknown>'),
    named('Kernel-Version', 'status.nodeInfo.kernelVersion', 1, '<unknown>'),
    named('Container-Runtime', 'status.nodeInfo.containerRuntimeVersion', 1, '<unknown>'),
  ],
  check(object) {
    const { spec, status } = object
    const seen = new Set<string>()
    const taints = (spec?.taints ?? []).flatMap(({ key, effect }, i) => {
      const again = seen.has(`${key}:${effect}`)
      seen.add(`${key}:${effect}`)
      return [
        ...(effects.includes(effect) ? [] : [notSupported(`spec.taints[${i}].effect`, effect, effects)]),
        ...(again ? [duplicate(`spec.taints[${i}]`, { key, effect })] : []),
      ]
    })
    const amounts = Object.entries(status?.allocatable ?? {}).flatMap(([name, value]) =>
      quantityCauses(`status.allocatable[${name}]`, value),
    )
    return [...taints, ...amounts]
  },
  example: {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', labels: { 'kubernetes.io/os': 'linux' } },
  },
})
export type Node = ResourceOf<typeof Node>

function nodeStatus(object: Resource): string {
  const ready = itemsAt(object, 'status.conditions').find(({ type }) => type === 'Ready')
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return at(object, 'spec.unschedulable') === true ? `${status},SchedulingDisabled` : status
}

function nodeRoles({ metadata }: Resource): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix)
      ? [key.slice(prefix.length)]
      : key === 'kubernetes.io/role' && value
        ? [value]
        : [],
  )
  return [...new Set(roles)].filter(Boolean).sort().join(',') || '<none>'
}

const address = (object: Resource, wanted: string): string =>
  String(itemsAt(object, 'status.addresses').find(({ type }) => type === wanted)?.address ?? '<none>')
