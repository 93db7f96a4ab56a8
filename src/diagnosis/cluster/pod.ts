import type { z } from 'zod'
import {
  anything,
  flag,
  item,
  list,
  number,
  numberOrText,
  object,
  optionalList,
  optionalTexts,
  text,
  textMap,
  texts,
  time,
} from './fields.ts'

export const requirement = item({ key: text, operator: text, values: texts })
export const labelSelector = object({ matchLabels: textMap, matchExpressions: list(requirement) })
export type LabelSelector = NonNullable<z.output<typeof labelSelector>>

const condition = item({
  type: text,
  status: text,
  reason: text,
  message: text,
  lastTransitionTime: time,
  observedGeneration: number,
})
export const conditions = list(condition)
export type Condition = z.output<typeof condition>

/** Names and quantities, such as `{cpu: 100m}`. */
export const quantities = textMap
export const resources = object({
  requests: quantities,
  limits: quantities,
  claims: list(item({ name: text, request: text })),
})

const keyRef = object({ name: text, key: text, optional: flag })
const environmentVariable = item({
  name: text,
  value: text,
  valueFrom: object({
    configMapKeyRef: keyRef,
    secretKeyRef: keyRef,
    fieldRef: object({ fieldPath: text }),
    resourceFieldRef: object({ resource: text, containerName: text }),
  }),
})
const bulkRef = object({ name: text, optional: flag })

const probe = object({
  httpGet: object({ path: text, port: numberOrText, scheme: text, host: text }),
  tcpSocket: object({ port: numberOrText, host: text }),
  grpc: object({ port: numberOrText, service: text }),
  exec: object({ command: texts }),
  initialDelaySeconds: number,
  periodSeconds: number,
  timeoutSeconds: number,
  failureThreshold: number,
  successThreshold: number,
})
export type Probe = NonNullable<z.output<typeof probe>>

const containerSecurity = object({
  runAsNonRoot: flag,
  runAsUser: number,
  privileged: flag,
  readOnlyRootFilesystem: flag,
  allowPrivilegeEscalation: flag,
  capabilities: object({ add: texts, drop: texts }),
  seccompProfile: object({ type: text }),
})

const container = item({
  name: text,
  image: text,
  imagePullPolicy: text,
  command: optionalTexts,
  args: optionalTexts,
  workingDir: text,
  env: list(environmentVariable),
  envFrom: list(item({ prefix: text, configMapRef: bulkRef, secretRef: bulkRef })),
  ports: list(item({ name: text, containerPort: number, hostPort: number, hostIP: text, protocol: text })),
  resources,
  volumeMounts: list(item({ name: text, mountPath: text, subPath: text, readOnly: flag })),
  volumeDevices: list(item({ name: text, devicePath: text })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  securityContext: containerSecurity,
  restartPolicy: text,
  terminationMessagePath: text,
})
export type Container = z.output<typeof container>

const keyToPath = list(item({ key: text, path: text }))
const configMapSource = object({ name: text, optional: flag, items: keyToPath })
const volume = item({
  name: text,
  configMap: configMapSource,
  secret: object({ secretName: text, optional: flag, items: keyToPath }),
  persistentVolumeClaim: object({ claimName: text, readOnly: flag }),
  emptyDir: object({ medium: text, sizeLimit: text }),
  hostPath: object({ path: text, type: text }),
  projected: object({
    sources: list(
      item({
        configMap: configMapSource,
        secret: object({ name: text, optional: flag, items: keyToPath }),
        serviceAccountToken: object({ path: text, audience: text }),
      }),
    ),
  }),
  csi: object({ driver: text }),
  ephemeral: object({
    volumeClaimTemplate: object({ spec: object({ storageClassName: text, accessModes: texts, resources }) }),
  }),
})

const nodeTerm = item({ matchExpressions: list(requirement), matchFields: list(requirement) })
const podTerm = item({
  labelSelector,
  topologyKey: text,
  namespaces: texts,
  namespaceSelector: labelSelector,
})
const podAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(anything),
})

export const podSpec = object({
  containers: list(container),
  initContainers: list(container),
  volumes: list(volume),
  nodeName: text,
  nodeSelector: textMap,
  affinity: object({
    nodeAffinity: object({
      requiredDuringSchedulingIgnoredDuringExecution: object({ nodeSelectorTerms: list(nodeTerm) }),
    }),
    podAffinity,
    podAntiAffinity: podAffinity,
  }),
  tolerations: list(
    item({ key: text, operator: text, value: text, effect: text, tolerationSeconds: number }),
  ),
  topologySpreadConstraints: list(
    item({
      maxSkew: number,
      topologyKey: text,
      whenUnsatisfiable: text,
      labelSelector,
      minDomains: number,
    }),
  ),
  serviceAccountName: text,
  automountServiceAccountToken: flag,
  priorityClassName: text,
  runtimeClassName: text,
  schedulerName: text,
  schedulingGates: list(item({ name: text })),
  imagePullSecrets: list(item({ name: text })),
  restartPolicy: text,
  hostNetwork: flag,
  hostPID: flag,
  hostIPC: flag,
  dnsPolicy: text,
  terminationGracePeriodSeconds: number,
  activeDeadlineSeconds: number,
  resourceClaims: list(item({ name: text, resourceClaimName: text, resourceClaimTemplateName: text })),
  securityContext: object({
    runAsNonRoot: flag,
    runAsUser: number,
    fsGroup: number,
    seccompProfile: object({ type: text }),
  }),
})
export type PodSpec = NonNullable<z.output<typeof podSpec>>

const terminated = object({
  exitCode: number,
  signal: number,
  reason: text,
  message: text,
  startedAt: time,
  finishedAt: time,
})
const containerState = object({
  waiting: object({ reason: text, message: text }),
  running: object({ startedAt: time }),
  terminated,
})
const containerStatus = item({
  name: text,
  ready: flag,
  started: flag,
  restartCount: number,
  image: text,
  imageID: text,
  state: containerState,
  lastState: containerState,
})
export type Terminated = NonNullable<z.output<typeof terminated>>

export const podStatus = object({
  phase: text,
  reason: text,
  message: text,
  nominatedNodeName: text,
  podIP: text,
  hostIP: text,
  startTime: time,
  qosClass: text,
  conditions,
  containerStatuses: list(containerStatus),
  initContainerStatuses: list(containerStatus),
})

export const ownerReferences = optionalList(
  item({ apiVersion: text, kind: text, name: text, controller: flag }),
)
export const podTemplate = object({
  metadata: object({ labels: textMap, annotations: textMap }),
  spec: podSpec,
})
