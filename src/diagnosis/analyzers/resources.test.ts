import { deployment, examples, object, pod, running } from './analyzer.world.ts'
import { claimUnbound } from './claim-unbound.ts'
import { hostPort } from './host-port.ts'
import { limitRange } from './limit-range.ts'
import { quota } from './quota.ts'
import { schedulingDeclared } from './scheduling-declared.ts'
import { storageOdd } from './storage-odd.ts'
import { unschedulable } from './unschedulable.ts'
import { volumeAttach } from './volume-attach.ts'

const sized = (resources: string, replicas = 1) =>
  deployment('web', `{containers: [{name: app, image: shop/web:1, resources: ${resources}}]}`, { replicas })
const placed = (rest: string, replicas = 1) =>
  deployment('web', `{containers: [{name: app, image: shop/web:1}], ${rest}}`, { replicas })
const node = (name: string, labels = '{}', rest = '') => `
---
kind: Node
metadata: {name: ${name}, labels: ${labels}}
${rest}
status: {allocatable: {cpu: "4", memory: 8Gi}}
`
const pending = (message: string) =>
  pod(
    'web',
    '{}',
    `{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: '${message}'}]}`,
  )
const apart = (replicas: number) =>
  placed(
    'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}]}}',
    replicas,
  )

examples(schedulingDeclared, {
  'more replicas than nodes, apart': {
    yaml: apart(3) + node('a') + node('b'),
    finds: ['anti-affinity-exceeds-nodes'],
    says: /required pod anti-affinity.*no two of its 3 replicas share a node.*only 2/s,
  },
  'nodes that are not known': { yaml: apart(8), finds: ['anti-affinity-exceeds-nodes'] },
  'nodes enough': { yaml: apart(2) + node('a') + node('b'), finds: [] },
  'a label that no node has': {
    yaml: placed('nodeSelector: {disk: ssd}') + node('a', '{disk: hdd}'),
    finds: ['node-selector-matches-nothing'],
    says: /nodeSelector disk=ssd.*Nodes have disk=hdd/s,
  },
  'an affinity that no node satisfies': {
    yaml:
      placed(
        'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [z]}]}]}}}',
      ) + node('a', '{zone: y}'),
    finds: ['node-selector-matches-nothing'],
  },
  'a taint on all nodes': {
    yaml: placed('') + node('a', '{}', 'spec: {taints: [{key: gpu, value: "yes", effect: NoSchedule}]}'),
    finds: ['taint-not-tolerated'],
    says: /gpu=yes:NoSchedule/,
  },
  'a taint that is tolerated': {
    yaml:
      placed('tolerations: [{key: gpu, operator: Exists}]') +
      node('a', '{}', 'spec: {taints: [{key: gpu, value: "yes", effect: NoSchedule}]}'),
    finds: [],
  },
  'more than the largest node': {
    yaml: sized('{requests: {memory: 16Gi}}') + node('a'),
    finds: ['request-exceeds-nodes'],
    says: /requests 16Gi memory.*offers 8Gi/,
  },
  'a device that no node has': {
    yaml: sized('{limits: {nvidia.com/gpu: 2}}') + node('a'),
    finds: ['device-absent'],
    says: /2 GPU \(nvidia.com\/gpu\).*insufficient/,
  },
  'a spread over what no node has': {
    yaml:
      placed(
        'topologySpreadConstraints: [{maxSkew: 1, topologyKey: rack, whenUnsatisfiable: DoNotSchedule}]',
        2,
      ) + node('a'),
    finds: ['spread-exceeds-domains'],
  },
  'beside pods that are not there': {
    yaml: placed(
      'affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: cache}}, topologyKey: zone}]}}',
    ),
    finds: ['affinity-peer-absent'],
  },
  'pods that run': {
    yaml: sized('{requests: {memory: 16Gi}}') + node('a') + pod('web', '{}', running),
    finds: [],
  },
})

const claims = placed('volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]')
const said: readonly [rule: string, message: string, says: RegExp][] = [
  [
    'unschedulable-claim',
    '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
    /not bound \(data\)/,
  ],
  [
    'unschedulable-volume-zone',
    '0/3 nodes are available: 3 node(s) had volume node affinity conflict.',
    /volume lies in a zone/,
  ],
  ['unschedulable-resources', '0/3 nodes are available: 3 Insufficient memory.', /insufficient memory/],
  [
    'unschedulable-node-selector',
    "0/3 nodes are available: 3 node(s) didn''t match Pod''s node affinity/selector.",
    /no node has the labels/,
  ],
  [
    'unschedulable-anti-affinity',
    "0/3 nodes are available: 3 node(s) didn''t match pod anti-affinity rules.",
    /anti-affinity/,
  ],
  [
    'unschedulable-affinity',
    "0/3 nodes are available: 3 node(s) didn''t match pod affinity rules.",
    /pod affinity/,
  ],
  [
    'unschedulable-spread',
    "0/3 nodes are available: 3 node(s) didn''t match pod topology spread constraints.",
    /topology spread/,
  ],
  [
    'unschedulable-taint',
    '0/3 nodes are available: 3 node(s) had untolerated taint {team: ml}.',
    /taint that it does not tolerate \(team: ml\)/,
  ],
  [
    'unschedulable-host-port',
    "0/3 nodes are available: 3 node(s) didn''t have free ports for the requested pod ports.",
    /host port/,
  ],
  ['unschedulable-pod-count', '0/3 nodes are available: 3 Too many pods.', /as many pods as it may/],
  ['unschedulable-cordoned', '0/3 nodes are available: 3 node(s) were unschedulable.', /cordoned/],
  ['unschedulable-no-nodes', 'no nodes available to schedule pods', /no nodes at all/],
  ['unschedulable', 'something new', /no node fits/],
]
examples(unschedulable, {
  ...Object.fromEntries(
    said.map(([rule, message, says]) => [rule, { yaml: claims + pending(message), finds: [rule], says }]),
  ),
  'a control plane beside what matters': {
    yaml:
      claims +
      pending(
        '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.',
      ),
    finds: ['unschedulable-resources'],
  },
  'a gate': {
    yaml:
      claims +
      pod(
        'web',
        '{schedulingGates: [{name: quota}]}',
        '{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: SchedulingGated}]}',
      ),
    finds: ['scheduling-gated'],
  },
  'a pod that was placed since': {
    yaml: `${claims}${pod('web', '{nodeName: a}', running)}\n---\n{event: Pod/shop/web-6d4cf56db6-x2vlq, reason: FailedScheduling, message: '0/3 nodes are available'}`,
    finds: [],
  },
})

const quotaOf = (hard: string, rest = '') => object('ResourceQuota', 'team', `spec: {hard: ${hard}${rest}}`)
examples(quota, {
  'too much together': {
    yaml: sized('{requests: {cpu: 500m}}', 5) + quotaOf('{requests.cpu: "2"}'),
    finds: ['quota-exceeded'],
    says: /5 replicas of 500m requests.cpu need 2500m, and the quota allows 2 \(exceeded quota\).*Only 4 of its pods/s,
  },
  'no requests where they are demanded': {
    yaml: sized('{}') + quotaOf('{limits.memory: 1Gi}'),
    finds: ['quota-needs-requests'],
    says: /a memory limit/,
  },
  'nothing left': {
    yaml: object('ResourceQuota', 'team', 'status: {hard: {pods: "4"}, used: {pods: "4"}}'),
    finds: ['quota-used-up'],
  },
  'defaults fill in': {
    yaml:
      sized('{}') +
      quotaOf('{limits.memory: 1Gi}') +
      object('LimitRange', 'defaults', 'spec: {limits: [{type: Container, default: {memory: 256Mi}}]}'),
    finds: [],
  },
  enough: { yaml: sized('{requests: {cpu: 500m}}', 4) + quotaOf('{requests.cpu: "2"}'), finds: [] },
  'a quota for some pods only': {
    yaml: sized('{}') + quotaOf('{limits.memory: 1Gi}', ', scopes: [BestEffort]'),
    finds: [],
  },
})

const range = object(
  'LimitRange',
  'range',
  'spec: {limits: [{type: Container, max: {memory: 1Gi}, min: {cpu: 50m}, maxLimitRequestRatio: {memory: 2}}]}',
)
examples(limitRange, {
  'above the maximum': {
    yaml: sized('{limits: {memory: 2Gi}}') + range,
    finds: ['limit-range-violated'],
    says: /2Gi memory, more than the maximum of 1Gi/,
  },
  'below the minimum': { yaml: sized('{requests: {cpu: 10m}}') + range, finds: ['limit-range-violated'] },
  'too far apart': {
    yaml: sized('{requests: {memory: 100Mi}, limits: {memory: 1Gi}}') + range,
    finds: ['limit-range-violated'],
  },
  within: { yaml: sized('{requests: {cpu: 100m, memory: 512Mi}, limits: {memory: 1Gi}}') + range, finds: [] },
})

const claim = (spec: string, status = '') =>
  object('PersistentVolumeClaim', 'data', `spec: ${spec}\n${status}`)
const volume = (spec: string) => `\n---\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: ${spec}`
const asks =
  '{accessModes: [ReadWriteMany], storageClassName: manual, resources: {requests: {storage: 10Gi}}}'
examples(claimUnbound, {
  'pending with a reason': {
    yaml: `${claim(asks, 'status: {phase: Pending}')}\n---\n{event: PersistentVolumeClaim/shop/data, reason: ProvisioningFailed, message: 'no such pool'}`,
    finds: ['claim-pending'],
    says: /\(PVC\) shop\/data is Pending.*ProvisioningFailed: no such pool/s,
  },
  lost: { yaml: claim(asks, 'status: {phase: Lost}'), finds: ['claim-lost'] },
  'a volume with another access mode': {
    yaml:
      claim(asks) +
      volume('{accessModes: [ReadWriteOnce], storageClassName: manual, capacity: {storage: 5Gi}}'),
    finds: ['claim-fits-no-volume'],
    says: /access mode ReadWriteOnce, not ReadWriteMany; it holds 5Gi, less than 10Gi/,
  },
  'not resized': {
    yaml: `${claim(asks, 'status: {phase: Bound}')}\n---\n{event: PersistentVolumeClaim/shop/data, reason: VolumeResizeFailed, message: 'no space'}`,
    finds: ['claim-resize-failed'],
  },
  'a volume that fits': {
    yaml:
      claim(asks) +
      volume('{accessModes: [ReadWriteMany], storageClassName: manual, capacity: {storage: 20Gi}}'),
    finds: [],
  },
  'waits for a pod that nobody made': {
    yaml: `${claim(asks, 'status: {phase: Pending}')}\n---\n{event: PersistentVolumeClaim/shop/data, type: Normal, reason: WaitForFirstConsumer, message: waiting}`,
    finds: [],
  },
})

const failing = (reason: string, message: string) =>
  `${claims}${pod('web', '{nodeName: a}', '{phase: Pending}')}\n---\n${JSON.stringify({ event: 'Pod/shop/web-6d4cf56db6-x2vlq', reason, message })}`
examples(volumeAttach, {
  'used on another node': {
    yaml: failing('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"'),
    finds: ['volume-not-attached'],
    says: /ReadWriteOnce/,
  },
  'not mounted': {
    yaml: failing('FailedMount', 'MountVolume.MountDevice failed for volume "pvc-1": timed out'),
    finds: ['volume-not-mounted'],
  },
  'shared by replicas': {
    yaml:
      placed('volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]', 3) +
      claim('{accessModes: [ReadWriteOnce]}'),
    finds: ['claim-shared-by-replicas'],
  },
  'for many nodes': {
    yaml:
      placed('volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]', 3) +
      claim('{accessModes: [ReadWriteMany]}'),
    finds: [],
  },
})

const aClass = (name: string, provisioner: string, isDefault = 'true') =>
  `\n---\nkind: StorageClass\nmetadata: {name: ${name}, annotations: {storageclass.kubernetes.io/is-default-class: "${isDefault}"}}\nprovisioner: ${provisioner}`
examples(storageOdd, {
  'two defaults': { yaml: aClass('a', 'x.csi') + aClass('b', 'x.csi'), finds: ['several-default-classes'] },
  'an old provisioner': { yaml: aClass('a', 'kubernetes.io/aws-ebs'), finds: ['deprecated-provisioner'] },
  'volumes that are left': {
    yaml: '{kind: PersistentVolume, metadata: {name: a}, status: {phase: Failed}}\n---\n{kind: PersistentVolume, metadata: {name: b}, status: {phase: Released}}',
    finds: ['volume-failed', 'volume-released'],
  },
  'a missing unit': {
    yaml: claim('{storageClassName: a, resources: {requests: {storage: "10"}}}'),
    finds: ['tiny-claim'],
  },
  'no class and no default': {
    yaml: claim('{}') + aClass('a', 'x.csi', 'false'),
    complete: [{ kind: 'StorageClass' }],
    finds: ['claim-without-class'],
  },
  'all is well': {
    yaml: claim('{}') + aClass('a', 'x.csi'),
    complete: [{ kind: 'StorageClass' }],
    finds: [],
  },
})

const onHost = (name: string, kind = 'Deployment', replicas = 1) => `
---
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec: {replicas: ${replicas}, template: {spec: {containers: [{name: a, ports: [{containerPort: 80, hostPort: 8080}]}]}}}
`
examples(hostPort, {
  'more pods than nodes': {
    yaml: onHost('web', 'Deployment', 2) + node('a'),
    finds: ['host-port-conflict'],
    says: /host port 8080/,
  },
  'a DaemonSet has it everywhere': {
    yaml: onHost('agent', 'DaemonSet') + onHost('web'),
    finds: ['host-port-conflict'],
  },
  'one pod': { yaml: onHost('web') + node('a'), finds: [] },
})
