import { deployment, examples, object, pod, running } from './analyzer.world.ts'
import { creationRefused } from './creation-refused.ts'
import { permission } from './permission.ts'
import { podSecurity } from './pod-security.ts'
import { webhook } from './webhook.ts'

const web = (rest = '', more: { replicas?: number; more?: string } = {}) =>
  deployment('web', `{containers: [{name: app, image: shop/web:1${rest}}]}`, more)
const event = (about: string, reason: string, message: string) =>
  `\n---\n${JSON.stringify({ event: about, reason, message })}`

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
  'a call of the Python client': {
    yaml: caller("python3 -c 'v1.list_namespaced_pod(namespace)'") + account,
    finds: ['permission-missing'],
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
