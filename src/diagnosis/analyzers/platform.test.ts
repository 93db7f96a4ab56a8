import { deployment, examples, object } from './analyzer.world.ts'
import { capabilityAbsent } from './capability-absent.ts'
import { certificate } from './certificate.ts'
import { configMapOdd } from './config-map-odd.ts'
import { deletionStuck } from './deletion-stuck.ts'
import { delivery } from './delivery.ts'
import { node } from './node.ts'
import { operators } from './operators.ts'
import { securityOdd } from './security-odd.ts'

const web = (rest = '', more: { replicas?: number; more?: string } = {}) =>
  deployment('web', `{containers: [{name: app, image: shop/web:1${rest}}]}`, more)
const event = (about: string, reason: string, message: string) =>
  `\n---\n${JSON.stringify({ event: about, reason, message })}`
const of = (apiVersion: string, kind: string, rest: string, name = 'main') =>
  `\n---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n${rest}\n`
const condition = (type: string, status: string, reason = 'Because', message = 'of this') =>
  `{type: ${type}, status: "${status}", reason: ${reason}, message: ${message}}`

const role = (verbs: string, resources = '[pods]') =>
  object('Role', 'reader', `rules: [{apiGroups: [""], resources: ${resources}, verbs: ${verbs}}]`)
const binding = (name = 'reader', subject = 'robot', namespace = 'shop') =>
  object(
    'RoleBinding',
    'robot',
    `roleRef: {kind: Role, name: ${name}}\nsubjects: [{kind: ServiceAccount, name: ${subject}, namespace: ${namespace}}]`,
  )

const nodeOf = (spec: string, conditions: string) =>
  `\n---\n{kind: Node, metadata: {name: a}, spec: ${spec}, status: {conditions: [${conditions}]}}`
examples(node, {
  'not ready': {
    yaml: nodeOf('{}', condition('Ready', 'Unknown', 'NodeStatusUnknown')),
    finds: ['node-not-ready'],
  },
  'no disk': {
    yaml: nodeOf('{}', condition('DiskPressure', 'True')),
    finds: ['node-pressure'],
    says: /disk space \(DiskPressure\)/,
  },
  cordoned: { yaml: nodeOf('{unschedulable: true}', ''), finds: ['node-cordoned'] },
  'a warning of its kernel': {
    yaml: nodeOf('{}', '') + event('Node/a', 'KernelDeadlock', 'task docker blocked'),
    finds: ['node-warning'],
  },
  'conditions of others': {
    yaml: nodeOf(
      '{}',
      [
        condition('Ready', 'True'),
        condition('EtcdIsVoter', 'True'),
        condition('FrequentContainerdRestart', 'True'),
      ].join(', '),
    ),
    finds: [],
  },
})

examples(deletionStuck, {
  'a namespace that does not go': {
    yaml: `{kind: Namespace, metadata: {name: old, deletionTimestamp: "2026-03-01T10:00:00Z"}, status: {phase: Terminating, conditions: [${condition('NamespaceDeletionDiscoveryFailure', 'True')}]}}`,
    at: '2026-03-01T12:00:00Z',
    finds: ['namespace-terminating'],
    says: /its deletion does not end/,
  },
  finalizers: {
    yaml: '{kind: PersistentVolumeClaim, metadata: {name: d, deletionTimestamp: "2026-03-01T10:00:00Z", finalizers: [kubernetes.io/pvc-protection]}}',
    at: '2026-03-01T12:00:00Z',
    finds: ['deletion-held-by-finalizers'],
  },
  'a pod that does not end': {
    yaml: '{kind: Pod, metadata: {name: d, deletionTimestamp: "2026-03-01T10:00:00Z"}}',
    at: '2026-03-01T12:00:00Z',
    finds: ['pod-terminating'],
  },
  'just begun': {
    yaml: '{kind: Pod, metadata: {name: d, deletionTimestamp: "2026-03-01T11:59:00Z"}}',
    at: '2026-03-01T12:00:00Z',
    finds: [],
  },
})

const cert = (status: string) =>
  of(
    'cert-manager.io/v1',
    'Certificate',
    `spec: {secretName: tls, dnsNames: [shop.example]}\nstatus: ${status}`,
  )
const at = '2026-03-01T12:00:00Z'
examples(certificate, {
  expired: {
    yaml: cert('{notAfter: "2026-02-28T00:00:00Z"}'),
    at,
    finds: ['certificate-expired'],
    says: /for shop.example expired at 2026-02-28/,
  },
  'a Secret that says so': {
    yaml: object('Secret', 'tls', '').replace(
      'namespace: shop',
      'namespace: shop, annotations: {auth.openshift.io/certificate-not-after: "2026-03-03T00:00:00Z"}',
    ),
    at,
    finds: ['certificate-ends-soon'],
  },
  'not issued': {
    yaml: cert(`{conditions: [${condition('Ready', 'False', 'DoesNotExist')}]}`),
    at,
    finds: ['certificate-not-issued'],
  },
  'good for long': {
    yaml: cert(`{notAfter: "2027-01-01T00:00:00Z", conditions: [${condition('Ready', 'True')}]}`),
    at,
    finds: [],
  },
})

const argo = (status: string) =>
  of(
    'argoproj.io/v1alpha1',
    'Application',
    `spec: {source: {repoURL: "https://git.example/x", path: a}}\nstatus: ${status}`,
  )
const flux = (kind: string, conditions: string, spec = '{}') =>
  of(
    kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io/v2' : 'kustomize.toolkit.fluxcd.io/v1',
    kind,
    `spec: ${spec}\nstatus: {conditions: [${conditions}]}`,
  )
examples(delivery, {
  'a sync that failed': {
    yaml: argo('{operationState: {phase: Failed, message: hook failed}, sync: {status: OutOfSync}}'),
    finds: ['application-sync-failed'],
  },
  'an error': {
    yaml: argo('{conditions: [{type: ComparisonError, message: "app path does not exist"}]}'),
    finds: ['application-error'],
  },
  'drift and ill health': {
    yaml: argo('{sync: {status: OutOfSync}, health: {status: Degraded}}'),
    finds: ['application-out-of-sync', 'application-unhealthy'],
  },
  Flux: {
    yaml:
      flux('Kustomization', condition('Ready', 'False', 'BuildFailed')) +
      flux('HelmRelease', condition('Ready', 'False', 'InstallFailed')),
    finds: ['helm-release-failed', 'kustomization-failed'],
  },
  held: {
    yaml: flux('Kustomization', condition('Ready', 'True'), '{suspend: true}'),
    finds: ['delivery-suspended'],
  },
  'our own': {
    yaml: of(
      'keelway.dev/v1alpha1',
      'Delivery',
      `status: {conditions: [${condition('Ready', 'False', 'FetchFailed')}]}`,
    ),
    finds: ['delivery-failed'],
  },
  'at work': {
    yaml:
      argo('{sync: {status: Synced}, health: {status: Healthy}}') +
      flux('Kustomization', condition('Ready', 'False', 'Progressing')),
    finds: [],
  },
})

const olm = (kind: string, rest: string, name?: string) =>
  of(
    kind.startsWith('Cluster') && kind !== 'ClusterServiceVersion'
      ? 'olm.operatorframework.io/v1'
      : 'operators.coreos.com/v1',
    kind,
    rest,
    name,
  )
examples(operators, {
  'phases that failed': {
    yaml:
      olm('ClusterServiceVersion', 'status: {phase: Failed, message: x}') +
      olm('InstallPlan', 'status: {phase: RequiresApproval}') +
      olm('Subscription', `status: {conditions: [${condition('CatalogSourcesUnhealthy', 'True')}]}`) +
      olm('ClusterExtension', `status: {conditions: [${condition('Installed', 'False', 'Failed')}]}`),
    finds: Array(4).fill('operator-not-installed'),
  },
  'a catalogue': {
    yaml: olm('CatalogSource', 'status: {connectionState: {lastObservedState: TRANSIENT_FAILURE}}'),
    finds: ['catalogue-unreachable'],
  },
  'two groups': {
    yaml: olm('OperatorGroup', '', 'a') + olm('OperatorGroup', '', 'b'),
    finds: ['several-operator-groups'],
  },
  installed: {
    yaml:
      olm('ClusterServiceVersion', 'status: {phase: Succeeded}') +
      olm('CatalogSource', 'status: {connectionState: {lastObservedState: READY}}'),
    finds: [],
  },
})

examples(capabilityAbsent, {
  'a kind that was asked for': {
    yaml: web(),
    notServed: ['scaledobjects'],
    finds: ['kind-not-served'],
    says: /KEDA is not installed/,
  },
  'a kind that an Event names': {
    yaml: event(
      'Deployment/shop/web',
      'Failed',
      'no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
    ),
    finds: ['kind-not-installed'],
  },
  'all are served': { yaml: web(), finds: [] },
})

examples(configMapOdd, {
  'nobody uses it': {
    yaml: web() + object('ConfigMap', 'conf', 'data: {a: b}'),
    finds: ['config-map-unused'],
  },
  'nothing in it': {
    yaml: web(', envFrom: [{configMapRef: {name: conf}}]') + object('ConfigMap', 'conf', 'data: {}'),
    finds: ['config-map-empty'],
  },
  'far too much in it': {
    yaml: object('ConfigMap', 'conf', `data: {a: ${'x'.repeat(1_100_000)}}`),
    finds: ['config-map-too-large'],
  },
  used: {
    yaml: web(', envFrom: [{configMapRef: {name: conf}}]') + object('ConfigMap', 'conf', 'data: {a: b}'),
    finds: [],
  },
})

examples(securityOdd, {
  privileged: { yaml: web(', securityContext: {privileged: true}'), finds: ['container-privileged'] },
  'nothing said': { yaml: web(), finds: ['security-context-absent'] },
  'everything for everybody': {
    yaml: role('["*"]', '["*"]') + binding('reader', 'default'),
    finds: ['default-account-used', 'role-wildcard-bound'],
  },
  careful: { yaml: web(', securityContext: {runAsNonRoot: true}') + role('[get]') + binding(), finds: [] },
})
