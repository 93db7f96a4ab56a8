import { deployment, examples, object, pod, running } from './analyzer.world.ts'
import { autoscaler } from './autoscaler.ts'
import { capabilityAbsent } from './capability-absent.ts'
import { certificate } from './certificate.ts'
import { configMapOdd } from './config-map-odd.ts'
import { creationRefused } from './creation-refused.ts'
import { cronJob } from './cron-job.ts'
import { deletionStuck } from './deletion-stuck.ts'
import { delivery } from './delivery.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { job } from './job.ts'
import { node } from './node.ts'
import { operators } from './operators.ts'
import { permission } from './permission.ts'
import { podSecurity } from './pod-security.ts'
import { rollout } from './rollout.ts'
import { scaledObject } from './scaled-object.ts'
import { securityOdd } from './security-odd.ts'
import { webhook } from './webhook.ts'

const web = (rest = '', more: { replicas?: number; more?: string } = {}) =>
  deployment('web', `{containers: [{name: app, image: shop/web:1${rest}}]}`, more)
const event = (about: string, reason: string, message: string) =>
  `\n---\n${JSON.stringify({ event: about, reason, message })}`
const of = (apiVersion: string, kind: string, rest: string, name = 'main') =>
  `\n---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n${rest}\n`
const condition = (type: string, status: string, reason = 'Because', message = 'of this') =>
  `{type: ${type}, status: "${status}", reason: ${reason}, message: ${message}}`

const refusedBy: readonly [rule: string, message: string][] = [
  ['creation-over-quota', 'pods "web-1" is forbidden: exceeded quota: team, requested: pods=1'],
  ['creation-lacks-requests', 'pods "web-1" is forbidden: failed quota: team: must specify limits.cpu'],
  ['creation-outside-limits', 'pods "web-1" is forbidden: maximum memory usage per Container is 1Gi'],
  ['creation-pod-security', 'pods "web-1" is forbidden: violates PodSecurity "restricted:latest"'],
  ['creation-webhook-unreachable', 'Internal error occurred: failed calling webhook "a.b.c"'],
  ['creation-denied', 'admission webhook "policy.example.com" denied the request: no'],
  [
    'creation-without-account',
    'error looking up service account shop/robot: serviceaccount "robot" not found',
  ],
  ['creation-without-class', 'pods "web-1" is forbidden: no PriorityClass with name urgent was found'],
  ['creation-in-terminating-namespace', 'pods "web-1" is forbidden: because it is being terminated'],
  ['creation-refused', 'Pod "web-1" is invalid: spec.containers: Required value'],
]
examples(creationRefused, {
  ...Object.fromEntries(
    refusedBy.map(([rule, message]) => [
      rule,
      {
        yaml: web() + event('Deployment/shop/web', 'FailedCreate', message),
        finds: [rule],
        says: /cannot create its pods/,
      },
    ]),
  ),
  'a condition of the Deployment': {
    yaml: web('', {
      more: 'status: {conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: "exceeded quota: team"}]}',
    }),
    finds: ['creation-over-quota'],
  },
  'pods that run by now': {
    yaml: web() + pod('web', '{}', running) + event('Deployment/shop/web', 'FailedCreate', 'exceeded quota'),
    finds: [],
  },
})

const caller = (command: string, account = 'robot', more = '') =>
  deployment(
    'tool',
    `{serviceAccountName: ${account}, ${more}containers: [{name: tool, image: kubectl, command: [sh, -c, "${command}"]}]}`,
  )
const account = object('ServiceAccount', 'robot', '')
const role = (verbs: string, resources = '[pods]') =>
  object('Role', 'reader', `rules: [{apiGroups: [""], resources: ${resources}, verbs: ${verbs}}]`)
const binding = (name = 'reader', subject = 'robot', namespace = 'shop') =>
  object(
    'RoleBinding',
    'robot',
    `roleRef: {kind: Role, name: ${name}}\nsubjects: [{kind: ServiceAccount, name: ${subject}, namespace: ${namespace}}]`,
  )

examples(permission, {
  'a verb that the role lacks': {
    yaml: caller('kubectl delete pod web-0') + account + role('[get, list]') + binding(),
    finds: ['permission-missing'],
    says: /ServiceAccount "robot" of Deployment shop\/tool lacks permission.*verb "delete" on pods.*get, list on pods/s,
  },
  'no role at all': {
    yaml: caller('kubectl get secrets -o yaml') + account,
    finds: ['permission-missing'],
    says: /No Role or ClusterRole is bound/,
  },
  'refused by the server': {
    yaml: caller('run'),
    lines: [
      'Error: pods is forbidden: User "system:serviceaccount:shop:robot" cannot list resource "pods" in API group "" in the namespace "shop"',
    ],
    finds: ['permission-refused'],
    says: /cannot list pods in namespace shop/,
  },
  'a role that is not there': {
    yaml: account + role('[get]') + binding('raeder'),
    finds: ['role-absent'],
    says: /"reader"/,
  },
  'a subject of another namespace': {
    yaml:
      account +
      role('[get]') +
      binding('reader', 'robot', 'default') +
      object('ServiceAccount', 'x', '', 'default'),
    finds: ['binding-subject-absent'],
  },
  'no token': {
    yaml:
      caller('kubectl get pods', 'robot', 'automountServiceAccountToken: false, ') +
      account +
      role('[list]') +
      binding(),
    finds: ['token-not-mounted'],
  },
  'all is allowed': {
    yaml:
      caller('kubectl get pods; kubectl logs web-0 -n shop') +
      account +
      role('[get, list]', '[pods, pods/log]') +
      binding(),
    finds: [],
  },
  'a role of the cluster that nobody told of': {
    yaml: `${caller('kubectl get pods') + account}\n---\n{kind: RoleBinding, metadata: {name: r, namespace: shop}, roleRef: {kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: robot}]}`,
    finds: [],
  },
})

const namespace = (level: string) =>
  `\n---\n{kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: ${level}}}}`
examples(podSecurity, {
  'a privileged container': {
    yaml: web(', securityContext: {privileged: true}') + namespace('baseline'),
    finds: ['pod-security-violated'],
    says: /container "app" is privileged/,
  },
  'nothing said where much is demanded': {
    yaml: web() + namespace('restricted'),
    finds: ['pod-security-violated'],
  },
  'all that is demanded': {
    yaml:
      web(
        ', securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}',
      ) + namespace('restricted'),
    finds: [],
  },
  'an open namespace': {
    yaml: web(', securityContext: {privileged: true}') + namespace('privileged'),
    finds: [],
  },
})

const hook = (policy: string, service = 'guard') =>
  `\n---\n{kind: ValidatingWebhookConfiguration, metadata: {name: guard}, webhooks: [{name: a.b.c, failurePolicy: ${policy}, clientConfig: {service: {name: ${service}, namespace: shop}}, rules: [{operations: [CREATE], resources: [pods]}]}]}`
const guard = object('Service', 'guard', 'spec: {selector: {app: web}, ports: [{port: 443}]}')
examples(webhook, {
  'no such Service': {
    yaml: web() + hook('Fail'),
    finds: ['webhook-service-absent'],
    says: /refuses CREATE of pods/,
  },
  'no pods behind it': {
    yaml: web('', { replicas: 0 }) + guard + hook('Fail'),
    finds: ['webhook-without-pods'],
  },
  'calls that fail': {
    yaml: web() + event('ReplicaSet/shop/web-1', 'FailedCreate', 'failed calling webhook "x.y.z": timeout'),
    finds: ['webhook-failing'],
  },
  'an API that is away': {
    yaml: '{kind: APIService, metadata: {name: v1beta1.metrics.k8s.io}, status: {conditions: [{type: Available, status: "False", message: missing endpoints}]}}',
    finds: ['api-service-unavailable'],
  },
  'pods behind it': { yaml: web() + guard + hook('Fail'), finds: [] },
})

examples(rollout, {
  'past its deadline': {
    yaml: web('', {
      more: `status: {conditions: [${condition('Progressing', 'False', 'ProgressDeadlineExceeded')}]}`,
    }),
    finds: ['rollout-deadline'],
  },
  paused: {
    yaml: '{kind: Deployment, metadata: {name: a}, spec: {paused: true}}',
    finds: ['rollout-paused'],
  },
  'neither more nor fewer': {
    yaml: '{kind: Deployment, metadata: {name: a}, spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: "0%"}}}}',
    finds: ['rollout-arithmetic'],
  },
  'fewer than wanted': {
    yaml: web('', { replicas: 3, more: 'status: {availableReplicas: 1}' }),
    finds: ['replicas-unavailable'],
    says: /1 of 3 replicas/,
  },
  'a StatefulSet without its Service': {
    yaml: object('StatefulSet', 'db', 'spec: {serviceName: db}') + web(),
    finds: ['stateful-service-absent'],
  },
  'a partition': {
    yaml: object(
      'StatefulSet',
      'db',
      'spec: {updateStrategy: {rollingUpdate: {partition: 2}}}\nstatus: {currentRevision: a, updateRevision: b}',
    ),
    finds: ['partition-holds-back'],
  },
  'fewer of a DaemonSet': {
    yaml: object('DaemonSet', 'agent', 'status: {desiredNumberScheduled: 3, numberReady: 2}'),
    finds: ['replicas-unavailable'],
  },
  'all are there': { yaml: web('', { replicas: 3, more: 'status: {availableReplicas: 3}' }), finds: [] },
})

const jobOf = (spec: string, status = '{}') =>
  `\n---\n{kind: Job, metadata: {name: import, namespace: shop}, spec: ${spec}, status: ${status}}`
const once = 'template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}'
examples(job, {
  failed: {
    yaml: jobOf(
      `{${once}}`,
      `{failed: 2, conditions: [${condition('Failed', 'True', 'BackoffLimitExceeded')}]}`,
    ),
    finds: ['job-failed'],
  },
  'too late': {
    yaml: jobOf(
      `{${once}, activeDeadlineSeconds: 30}`,
      `{conditions: [${condition('Failed', 'True', 'DeadlineExceeded')}]}`,
    ),
    finds: ['job-deadline'],
    says: /activeDeadlineSeconds 30/,
  },
  suspended: { yaml: jobOf(`{${once}, suspend: true}`), finds: ['job-suspended'] },
  'a policy that no Job may have': {
    yaml: jobOf('{template: {spec: {containers: [{name: a, image: b}]}}}'),
    finds: ['job-never-restarts'],
  },
  'succeeded after a failure': {
    yaml: jobOf(`{${once}}`, `{failed: 1, succeeded: 1, conditions: [${condition('Complete', 'True')}]}`),
    finds: [],
  },
})

const cron = (spec: string) =>
  `\n---\n{kind: CronJob, metadata: {name: import, namespace: shop}, spec: ${spec}}`
examples(cronJob, {
  'five fields are needed': {
    yaml: cron('{schedule: "*/5 * * *"}'),
    finds: ['cron-job-schedule'],
    says: /4 fields/,
  },
  'a value out of range': {
    yaml: cron('{schedule: "0 25 * * *"}'),
    finds: ['cron-job-schedule'],
    says: /25 is not within 0 and 23 for the hour/,
  },
  suspended: { yaml: cron('{schedule: "@daily", suspend: true}'), finds: ['cron-job-suspended'] },
  'too short a deadline': {
    yaml: cron('{schedule: "0 1 * * mon-fri", startingDeadlineSeconds: 5}'),
    finds: ['cron-job-deadline'],
  },
  'no such zone': {
    yaml: cron('{schedule: "0 1 1 jan ?", timeZone: Europe/Atlantis}'),
    finds: ['cron-job-time-zone'],
  },
  missed: {
    yaml:
      cron('{schedule: "0 1 * * *"}') +
      event('CronJob/shop/import', 'TooManyMissedTimes', 'too many missed start times'),
    finds: ['cron-job-warning'],
  },
  'a good schedule': {
    yaml: cron('{schedule: "0,30 8-18/2 * 1-6 1-5", timeZone: Europe/Berlin}'),
    finds: [],
  },
})

const hpa = (target: string, rest = '', status = '{}') =>
  `\n---\n{kind: HorizontalPodAutoscaler, apiVersion: autoscaling/v2, metadata: {name: web, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: ${target}}, maxReplicas: 5, ${rest}}, status: ${status}}`
const byCpu =
  'metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]'
const sized = ', resources: {requests: {cpu: 100m}}'
examples(autoscaler, {
  'no such target': {
    yaml: web(sized) + hpa('wbe', byCpu),
    finds: ['autoscaler-target-absent'],
    says: /\(HPA\) scales Deployment "wbe", which does not exist/,
  },
  'no requests': {
    yaml: web() + hpa('web', byCpu),
    finds: ['autoscaler-without-requests'],
    says: /container "app" has no cpu request \(requests are missing/,
  },
  'bounds the wrong way round': {
    yaml: web(sized) + hpa('web', `${byCpu}, minReplicas: 9`),
    finds: ['autoscaler-bounds'],
  },
  'no metrics': {
    yaml:
      web(sized) +
      hpa(
        'web',
        byCpu,
        `{conditions: [${condition('ScalingActive', 'False', 'FailedGetResourceMetric', '"unable to fetch metrics from resource metrics API"')}]}`,
      ),
    finds: ['autoscaler-cannot-read-metrics'],
    says: /metrics-server/,
  },
  unable: {
    yaml:
      web(sized) +
      hpa('web', byCpu, `{conditions: [${condition('AbleToScale', 'False', 'FailedUpdateScale')}]}`),
    finds: ['autoscaler-failing'],
  },
  'at its maximum': {
    yaml: web(sized) + hpa('web', byCpu, '{currentReplicas: 5, desiredReplicas: 5}'),
    finds: ['autoscaler-at-maximum'],
  },
  'all is well': {
    yaml:
      web(sized) +
      hpa(
        'web',
        byCpu,
        `{currentReplicas: 2, desiredReplicas: 2, conditions: [${condition('Unheard', 'False')}]}`,
      ),
    finds: [],
  },
  'defaults of the namespace': {
    yaml:
      web() +
      hpa('web', byCpu) +
      object('LimitRange', 'd', 'spec: {limits: [{type: Container, defaultRequest: {cpu: 100m}}]}'),
    finds: [],
  },
})

const keda = (target: string, status = '{}') =>
  of('keda.sh/v1alpha1', 'ScaledObject', `spec: {scaleTargetRef: {name: ${target}}}\nstatus: ${status}`)
examples(scaledObject, {
  'not ready': {
    yaml: web() + keda('web', `{conditions: [${condition('Ready', 'False')}]}`),
    finds: ['scaled-object-not-ready'],
  },
  'no such target': {
    yaml: web() + keda('gone').replace('status: {}', ''),
    finds: ['scaled-object-target-absent'],
  },
  'two that scale': { yaml: web() + keda('web') + hpa('web'), finds: ['scaled-object-and-autoscaler'] },
  'all is well': { yaml: web() + keda('web', `{conditions: [${condition('Ready', 'True')}]}`), finds: [] },
})

const budget = (spec: string, status = '{}') =>
  of('policy/v1', 'PodDisruptionBudget', `spec: ${spec}\nstatus: ${status}`)
const all = 'selector: {matchLabels: {app: web}}'
examples(disruptionBudget, {
  'as many as there are': {
    yaml: web('', { replicas: 2 }) + budget(`{minAvailable: 2, ${all}}`),
    finds: ['budget-allows-nothing'],
    says: /minAvailable 2 of 2 pods/,
  },
  'none may go': {
    yaml: web('', { replicas: 2 }) + budget(`{maxUnavailable: 0, ${all}}`),
    finds: ['budget-allows-nothing'],
  },
  'an eviction that was refused': {
    yaml:
      web('', { replicas: 1 }) +
      budget(`{minAvailable: 100%, ${all}}`) +
      event('Node/a', 'Drain', "Cannot evict pod as it would violate the pod's disruption budget."),
    finds: ['eviction-refused'],
  },
  'nobody is guarded': {
    yaml: web() + budget('{minAvailable: 1, selector: {matchLabels: {app: wbe}}}').replace('status: {}', ''),
    finds: ['budget-selects-nothing'],
  },
  'one may go': { yaml: web('', { replicas: 2 }) + budget(`{minAvailable: 50%, ${all}}`), finds: [] },
})

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
