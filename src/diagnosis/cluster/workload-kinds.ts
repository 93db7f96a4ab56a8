import {
  anything,
  flag,
  item,
  list,
  number,
  numberOrText,
  object,
  optionalList,
  text,
  textMap,
  texts,
  time,
} from './fields.ts'
import { kind } from './kind-shape.ts'
import { conditions, labelSelector, podSpec, podStatus, podTemplate, resources } from './pod.ts'

const replicaStatus = {
  replicas: number,
  readyReplicas: number,
  availableReplicas: number,
  updatedReplicas: number,
  unavailableReplicas: number,
  observedGeneration: number,
  conditions,
}
const jobSpec = {
  parallelism: number,
  completions: number,
  backoffLimit: number,
  activeDeadlineSeconds: number,
  ttlSecondsAfterFinished: number,
  suspend: flag,
  template: podTemplate,
}
const claimSpec = {
  storageClassName: text,
  volumeName: text,
  volumeMode: text,
  accessModes: texts,
  selector: labelSelector,
  resources,
}
const metric = item({
  type: text,
  resource: object({
    name: text,
    target: object({ type: text, averageUtilization: number, averageValue: text }),
  }),
  containerResource: object({ name: text, container: text, target: object({ type: text }) }),
  external: object({ metric: object({ name: text }) }),
  object: object({ metric: object({ name: text }), describedObject: object({ kind: text, name: text }) }),
  pods: object({ metric: object({ name: text }) }),
})
const scaleTarget = object({ apiVersion: text, kind: text, name: text })

/** What runs containers, and how many of them. */
export const workloadKinds = {
  Pod: kind([''], { spec: podSpec, status: podStatus }),
  Deployment: kind(['apps', 'extensions'], {
    spec: object({
      replicas: number,
      paused: flag,
      progressDeadlineSeconds: number,
      minReadySeconds: number,
      selector: labelSelector,
      template: podTemplate,
      strategy: object({
        type: text,
        rollingUpdate: object({ maxUnavailable: numberOrText, maxSurge: numberOrText }),
      }),
    }),
    status: object(replicaStatus),
  }),
  ReplicaSet: kind(['apps', 'extensions'], {
    spec: object({ replicas: number, selector: labelSelector, template: podTemplate }),
    status: object(replicaStatus),
  }),
  ReplicationController: kind([''], {
    spec: object({ replicas: number, selector: textMap, template: podTemplate }),
    status: object(replicaStatus),
  }),
  StatefulSet: kind(['apps'], {
    spec: object({
      replicas: number,
      serviceName: text,
      podManagementPolicy: text,
      selector: labelSelector,
      template: podTemplate,
      volumeClaimTemplates: list(item({ metadata: object({ name: text }), spec: object(claimSpec) })),
      updateStrategy: object({ type: text, rollingUpdate: object({ partition: number }) }),
    }),
    status: object({ ...replicaStatus, currentRevision: text, updateRevision: text }),
  }),
  DaemonSet: kind(['apps', 'extensions'], {
    spec: object({ selector: labelSelector, template: podTemplate }),
    status: object({
      desiredNumberScheduled: number,
      currentNumberScheduled: number,
      numberReady: number,
      numberAvailable: number,
      numberUnavailable: number,
      numberMisscheduled: number,
      conditions,
    }),
  }),
  Job: kind(['batch'], {
    spec: object(jobSpec),
    status: object({
      active: number,
      succeeded: number,
      failed: number,
      startTime: time,
      completionTime: time,
      conditions,
    }),
  }),
  CronJob: kind(['batch'], {
    spec: object({
      schedule: text,
      timeZone: text,
      suspend: flag,
      startingDeadlineSeconds: number,
      concurrencyPolicy: text,
      jobTemplate: object({ spec: object(jobSpec) }),
    }),
    status: object({
      lastScheduleTime: time,
      lastSuccessfulTime: time,
      active: list(item({ name: text })),
    }),
  }),
  HorizontalPodAutoscaler: kind(['autoscaling'], {
    spec: object({
      minReplicas: number,
      maxReplicas: number,
      scaleTargetRef: scaleTarget,
      metrics: optionalList(metric),
      targetCPUUtilizationPercentage: number,
    }),
    status: object({
      currentReplicas: number,
      desiredReplicas: number,
      currentMetrics: optionalList(anything),
      conditions,
    }),
  }),
  PodDisruptionBudget: kind(['policy'], {
    spec: object({ minAvailable: numberOrText, maxUnavailable: numberOrText, selector: labelSelector }),
    status: object({
      disruptionsAllowed: number,
      currentHealthy: number,
      desiredHealthy: number,
      expectedPods: number,
      conditions,
    }),
  }),
} as const
