import { describe, expect, test } from 'vitest'
import { admit } from '../../admission.ts'
import { changed, kindOf } from './workloads.fake.ts'

const causes = (
  name: string,
  changes: Record<string, unknown>,
  previous?: Record<string, unknown>,
): string[] => {
  const kind = kindOf(name)
  const before = previous && admit(kind, changed(name, previous)).object
  return admit(kind, changed(name, changes), before).causes.map(
    ({ field, message }) => `${field}: ${message}`,
  )
}

const container = 'spec.template.spec.containers.0'

describe('what Kubernetes refuses', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'Deployment',
      { 'spec.replicas': -1 },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    ['Deployment', { 'spec.selector': undefined }, 'spec.selector: Required value'],
    [
      'Deployment',
      { 'spec.selector': {} },
      'spec.selector: Invalid value: {}: empty selector is invalid for this kind',
    ],
    [
      'Deployment',
      { 'spec.selector.matchLabels': { app: 'api' } },
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
    [
      'Deployment',
      { 'spec.template.spec.containers': [] },
      'spec.template.spec.containers: Invalid value: []: spec.template.spec.containers in body should have at least 1 items',
    ],
    [
      'Deployment',
      { [`${container}.name`]: 'Web_1' },
      'spec.template.spec.containers[0].name: Invalid value: "Web_1": a lowercase RFC 1123 label',
    ],
    [
      'Deployment',
      { [`${container}.image`]: undefined },
      'spec.template.spec.containers[0].image: Required value',
    ],
    [
      'Deployment',
      {
        'spec.template.spec.containers': [
          { name: 'a', image: 'b' },
          { name: 'a', image: 'c' },
        ],
      },
      'spec.template.spec.containers[1].name: Duplicate value: "a"',
    ],
    [
      'Deployment',
      { 'spec.template.spec.initContainers': [{ name: 'web', image: 'b' }] },
      'spec.template.spec.initContainers[0].name: Duplicate value: "web"',
    ],
    [
      'Deployment',
      { [`${container}.ports`]: [{ containerPort: 0 }] },
      'spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      'Deployment',
      { [`${container}.ports`]: [{ containerPort: 65_536 }] },
      'spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 65536: must be between',
    ],
    [
      'Deployment',
      { [`${container}.ports`]: [{ name: '80', containerPort: 80 }] },
      'spec.template.spec.containers[0].ports[0].name: Invalid value: "80": must be a port name',
    ],
    [
      'Deployment',
      { [`${container}.resources`]: { limits: { memory: '1GiB' } } },
      'spec.template.spec.containers[0].resources.limits[memory]: Invalid value: "1GiB": quantities must match',
    ],
    [
      'Deployment',
      { [`${container}.resources`]: { requests: { cpu: '2' }, limits: { cpu: '1500m' } } },
      'spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m',
    ],
    [
      'Deployment',
      { [`${container}.readinessProbe`]: {} },
      'spec.template.spec.containers[0].readinessProbe: Required value: must specify a handler type',
    ],
    [
      'Deployment',
      { [`${container}.livenessProbe`]: { tcpSocket: { port: 80 }, exec: { command: ['true'] } } },
      'spec.template.spec.containers[0].livenessProbe: Forbidden: may not specify more than 1 handler type',
    ],
    [
      'Deployment',
      { [`${container}.livenessProbe`]: { tcpSocket: { port: 80 }, successThreshold: 2 } },
      'spec.template.spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
    [
      'Deployment',
      { [`${container}.readinessProbe`]: { httpGet: { port: 'HTTP' } } },
      'spec.template.spec.containers[0].readinessProbe.httpGet.port: Invalid value: "HTTP": must be a port name',
    ],
    [
      'Deployment',
      { [`${container}.readinessProbe`]: { tcpSocket: { port: 80 }, periodSeconds: 0 } },
      'spec.template.spec.containers[0].readinessProbe.periodSeconds: Invalid value: 0: must be greater than or equal to 1',
    ],
    [
      'Deployment',
      { [`${container}.env`]: [{ name: 'A', value: 1 }] },
      'spec.template.spec.containers[0].env[0].value: Invalid value: "number": spec.template.spec.containers[0].env[0].value in body must be of type string: "number"',
    ],
    [
      'Deployment',
      { [`${container}.env`]: [{ name: 'A', valueFrom: {} }] },
      'spec.template.spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one source',
    ],
    [
      'Deployment',
      { [`${container}.volumeMounts`]: [{ name: 'data', mountPath: '/data' }] },
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ],
    [
      'Deployment',
      { 'spec.template.spec.volumes': [{ name: 'a', emptyDir: {}, configMap: { name: 'b' } }] },
      'spec.template.spec.volumes[0].emptyDir: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'Deployment',
      { 'spec.template.spec.restartPolicy': 'Never' },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'Deployment',
      { 'spec.strategy': { type: 'Recreate', rollingUpdate: {} } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'Deployment',
      { 'spec.strategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
    [
      'Deployment',
      { 'spec.template.spec.tolerations': [{ key: 'a', operator: 'Exists', value: 'b' }] },
      'spec.template.spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
    ],
    [
      'StatefulSet',
      { 'spec.volumeClaimTemplates.0.spec.accessModes': [] },
      'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
    ],
    [
      'Job',
      { 'spec.template.spec.restartPolicy': undefined },
      'spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"',
    ],
    [
      'Job',
      { 'spec.completionMode': 'Indexed', 'spec.parallelism': 2 },
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [
      'CronJob',
      { 'spec.schedule': '61 * * * *' },
      'spec.schedule: Invalid value: "61 * * * *": minute: 61 is not within 0 to 59',
    ],
    [
      'CronJob',
      { 'spec.schedule': '* * * *' },
      'spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4',
    ],
    [
      'CronJob',
      { 'spec.schedule': 'TZ=UTC 0 0 * * *' },
      'spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ',
    ],
    ['Service', { 'spec.ports': [{ port: 80 }, { port: 81 }] }, 'spec.ports[0].name: Required value'],
    [
      'Service',
      { 'spec.ports': [{ port: 70_000 }] },
      'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    ['Service', { 'spec.ports': undefined }, 'spec.ports: Required value'],
    [
      'Service',
      { 'spec.type': 'ExternalName' },
      'spec.externalName: Required value: may not be empty when type is ExternalName',
    ],
    ['Service', { 'metadata.name': '1web' }, 'metadata.name: Invalid value: "1web": a DNS-1035 label'],
    [
      'Service',
      { 'spec.ports': [{ port: 80, nodePort: 30_000 }] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'Ingress',
      { 'spec.rules.0.http.paths.0.pathType': 'Regex' },
      'spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex"',
    ],
    [
      'Ingress',
      { 'spec.rules.0.http.paths.0.path': 'a' },
      'spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path',
    ],
    [
      'Ingress',
      { 'spec.rules.0.http.paths.0.backend.service.port': {} },
      'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
    ],
    [
      'Ingress',
      { 'spec.rules': [] },
      'spec: Invalid value: {}: either `defaultBackend` or `rules` must be specified',
    ],
    [
      'NetworkPolicy',
      { 'spec.ingress.0.from.0': {} },
      'spec.ingress[0].from[0]: Required value: must specify a peer',
    ],
    ['NetworkPolicy', { 'spec.policyTypes': ['Both'] }, 'spec.policyTypes[0]: Unsupported value: "Both"'],
    [
      'NetworkPolicy',
      { 'spec.ingress.0.ports.0': { port: 80, endPort: 79 } },
      'spec.ingress[0].ports[0].endPort: Invalid value: 79',
    ],
    [
      'HorizontalPodAutoscaler',
      { 'spec.maxReplicas': 1 },
      'spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`',
    ],
    [
      'HorizontalPodAutoscaler',
      { 'spec.metrics.0.resource': undefined },
      'spec.metrics[0].resource: Required value',
    ],
    [
      'PodDisruptionBudget',
      { 'spec.maxUnavailable': 1 },
      'spec: Forbidden: minAvailable and maxUnavailable cannot be both set',
    ],
    [
      'PodDisruptionBudget',
      { 'spec.minAvailable': '101%' },
      'spec.minAvailable: Invalid value: "101%": a valid percent string',
    ],
    ['PersistentVolumeClaim', { 'spec.resources': undefined }, 'spec.resources[storage]: Required value'],
    [
      'PersistentVolumeClaim',
      { 'spec.accessModes': ['Once'] },
      'spec.accessModes: Unsupported value: "Once"',
    ],
    [
      'Role',
      { rules: [{ verbs: [], apiGroups: [''], resources: ['pods'] }] },
      'rules[0].verbs: Required value: verbs must contain at least one value',
    ],
    [
      'Role',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      'rules[0].nonResourceURLs: Forbidden: namespaced rules cannot apply to non-resource URLs',
    ],
    [
      'RoleBinding',
      { 'roleRef.kind': 'Rights' },
      'roleRef.kind: Unsupported value: "Rights": supported values: "Role", "ClusterRole"',
    ],
    ['RoleBinding', { 'subjects.0.namespace': undefined }, 'subjects[0].namespace: Required value'],
    [
      'ClusterRole',
      { 'metadata.name': 'a/b' },
      "metadata.name: Invalid value: \"a/b\": may not be '.' or '..' and may not contain '/' or '%'",
    ],
    [
      'ResourceQuota',
      { 'spec.hard': { pods: 'many' } },
      'spec.hard[pods]: Invalid value: "many": quantities must match',
    ],
    [
      'LimitRange',
      { 'spec.limits.0.min': { memory: '3Gi' } },
      'spec.limits[0].min[memory]: Invalid value: "3Gi": min value 3Gi is greater than max value 2Gi',
    ],
    [
      'Node',
      { 'spec.taints': [{ key: 'a', effect: 'Never' }] },
      'spec.taints[0].effect: Unsupported value: "Never"',
    ],
    ['Endpoints', { 'subsets.0.ports.0.port': 0 }, 'subsets[0].ports[0].port: Invalid value: 0'],
    ['EndpointSlice', { addressType: 'IPv5' }, 'addressType: Unsupported value: "IPv5"'],
  ])('%s with %j', (name, changes, wanted) => {
    expect(causes(name, {}), 'the example alone is right').toEqual([])
    const found = causes(name, changes)
    expect(
      found.filter(cause => cause.startsWith(wanted)),
      found.join('\n'),
    ).toHaveLength(1)
  })
})

describe('what Kubernetes lets nobody change', () => {
  const sameLabels = {
    'spec.selector.matchLabels': { app: 'web', tier: 'a' },
    'spec.template.metadata.labels': { app: 'web', tier: 'a' },
  }
  test.each<[string, Record<string, unknown>, string]>([
    [
      'Deployment',
      sameLabels,
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable',
    ],
    [
      'DaemonSet',
      sameLabels,
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable',
    ],
    [
      'StatefulSet',
      { 'spec.serviceName': 'other' },
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas'",
    ],
    ['Job', { 'spec.template.spec.containers.0.image': 'other' }, 'spec.template: Invalid value'],
    [
      'Pod',
      { 'spec.containers.0.command': ['true'] },
      'spec: Forbidden: pod updates may not change fields other than',
    ],
    [
      'PersistentVolumeClaim',
      { 'spec.storageClassName': 'fast' },
      'spec: Forbidden: spec is immutable after creation',
    ],
    [
      'PersistentVolumeClaim',
      { 'spec.resources.requests.storage': '5Gi' },
      'spec.resources.requests.storage: Forbidden: field can not be less',
    ],
    ['RoleBinding', { 'roleRef.name': 'other' }, 'roleRef: Invalid value: cannot change roleRef'],
    ['EndpointSlice', { addressType: 'IPv6' }, 'addressType: Invalid value: "IPv6": field is immutable'],
  ])('%s: %j', (name, changes, wanted) => {
    const found = causes(name, changes, {})
    expect(
      found.filter(cause => cause.startsWith(wanted)),
      found.join('\n'),
    ).toHaveLength(1)
  })

  test.each<[string, Record<string, unknown>]>([
    ['Deployment', { 'spec.replicas': 3, [`${container}.image`]: 'nginx:1.30' }],
    ['StatefulSet', { 'spec.replicas': 3, [`${container}.image`]: 'nginx:1.30' }],
    ['Job', { 'spec.parallelism': 2, 'spec.completions': 1, 'spec.suspend': true }],
    ['Pod', { 'spec.containers.0.image': 'busybox:1.38', 'spec.nodeName': 'node-1' }],
    ['PersistentVolumeClaim', { 'spec.resources.requests.storage': '20Gi', 'spec.volumeName': 'pv-1' }],
  ])('%s may change %j', (name, changes) => {
    expect(causes(name, changes, {})).toEqual([])
  })
})
