import { deployment, examples, object } from './analyzer.world.ts'
import { autoscaler } from './autoscaler.ts'
import { cronJob } from './cron-job.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { job } from './job.ts'
import { rollout } from './rollout.ts'
import { scaledObject } from './scaled-object.ts'

const web = (rest = '', more: { replicas?: number; more?: string } = {}) =>
  deployment('web', `{containers: [{name: app, image: shop/web:1${rest}}]}`, more)
const event = (about: string, reason: string, message: string) =>
  `\n---\n${JSON.stringify({ event: about, reason, message })}`
const of = (apiVersion: string, kind: string, rest: string, name = 'main') =>
  `\n---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n${rest}\n`
const condition = (type: string, status: string, reason = 'Because', message = 'of this') =>
  `{type: ${type}, status: "${status}", reason: ${reason}, message: ${message}}`

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
