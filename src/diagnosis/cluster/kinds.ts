import { z } from 'zod'
import {
  anything,
  flag,
  item,
  list,
  memberNames,
  number,
  numberOrText,
  object,
  optionalList,
  optionalTexts,
  record,
  text,
  textMap,
  texts,
  time,
} from './fields.ts'
import {
  conditions,
  labelSelector,
  ownerReferences,
  podSpec,
  podStatus,
  podTemplate,
  quantities,
  resources,
} from './pod.ts'

/** What is read of an object's metadata. */
export const metadata = object({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: number,
  creationTimestamp: time,
  deletionTimestamp: time,
  labels: textMap,
  annotations: textMap,
  finalizers: texts,
  ownerReferences,
})

/** What is read of the kinds that are known; others are read as `Other`. */
interface KindShape {
  /** API groups; an object of another group is of another kind, though it may be named the same. */
  groups: readonly string[]
  scope?: 'Cluster'
  shape: z.ZodRawShape
}
const kind = <S extends z.ZodRawShape>(
  groups: readonly string[],
  shape: S,
  scope?: 'Cluster',
): Omit<KindShape, 'shape'> & { shape: S } => ({
  groups,
  shape,
  ...(scope && { scope }),
})

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
const peer = item({
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  ipBlock: object({ cidr: text, except: texts }),
})
const peerPort = item({ port: numberOrText, endPort: number, protocol: text })
const backend = object({
  service: object({ name: text, port: object({ name: text, number }) }),
  resource: object({ kind: text, name: text, apiGroup: text }),
  serviceName: text,
  servicePort: numberOrText,
})
const rules = list(
  item({ apiGroups: texts, resources: texts, verbs: texts, resourceNames: texts, nonResourceURLs: texts }),
)
const roleRef = object({ apiGroup: text, kind: text, name: text })
const subjects = list(item({ kind: text, name: text, namespace: text, apiGroup: text }))
const webhooks = list(
  item({
    name: text,
    failurePolicy: text,
    timeoutSeconds: number,
    clientConfig: object({
      url: text,
      caBundle: text,
      service: object({ name: text, namespace: text, port: number, path: text }),
    }),
    namespaceSelector: labelSelector,
    objectSelector: labelSelector,
    rules: list(item({ apiGroups: texts, apiVersions: texts, operations: texts, resources: texts })),
  }),
)
const address = item({ ip: text, targetRef: object({ kind: text, name: text, namespace: text }) })
const parentRef = item({
  group: text,
  kind: text,
  name: text,
  namespace: text,
  sectionName: text,
  port: number,
})
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
const olm = {
  spec: record,
  status: object({ phase: text, state: text, reason: text, message: text, conditions }),
}

export const kinds = {
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
  Service: kind([''], {
    spec: object({
      type: text,
      clusterIP: text,
      externalName: text,
      publishNotReadyAddresses: flag,
      selector: textMap,
      ports: list(
        item({ name: text, port: number, targetPort: numberOrText, nodePort: number, protocol: text }),
      ),
    }),
    status: object({ loadBalancer: object({ ingress: list(anything) }), conditions }),
  }),
  Endpoints: kind([''], {
    subsets: optionalList(
      item({
        addresses: list(address),
        notReadyAddresses: list(address),
        ports: list(item({ name: text, port: number, protocol: text })),
      }),
    ),
  }),
  EndpointSlice: kind(['discovery.k8s.io'], {
    endpoints: optionalList(
      item({
        addresses: texts,
        conditions: object({ ready: flag, serving: flag, terminating: flag }),
        targetRef: object({ kind: text, name: text, namespace: text }),
      }),
    ),
    ports: list(item({ name: text, port: number, protocol: text })),
  }),
  Ingress: kind(['networking.k8s.io', 'extensions'], {
    spec: object({
      ingressClassName: text,
      defaultBackend: backend,
      tls: list(item({ hosts: texts, secretName: text })),
      rules: list(
        item({ host: text, http: object({ paths: list(item({ path: text, pathType: text, backend })) }) }),
      ),
    }),
    status: object({ loadBalancer: object({ ingress: list(anything) }) }),
  }),
  IngressClass: kind(['networking.k8s.io', 'extensions'], { spec: object({ controller: text }) }, 'Cluster'),
  NetworkPolicy: kind(['networking.k8s.io', 'extensions'], {
    spec: object({
      podSelector: labelSelector,
      policyTypes: optionalTexts,
      ingress: optionalList(item({ from: list(peer), ports: list(peerPort) })),
      egress: optionalList(item({ to: list(peer), ports: list(peerPort) })),
    }),
  }),
  ConfigMap: kind([''], { data: memberNames, binaryData: memberNames, immutable: flag }),
  Secret: kind([''], { type: text, data: memberNames, stringData: memberNames, immutable: flag }),
  ServiceAccount: kind([''], {
    automountServiceAccountToken: flag,
    imagePullSecrets: list(item({ name: text })),
    secrets: list(item({ name: text })),
  }),
  PersistentVolumeClaim: kind([''], {
    spec: object(claimSpec),
    status: object({ phase: text, capacity: quantities, accessModes: texts, conditions }),
  }),
  PersistentVolume: kind(
    [''],
    {
      spec: object({
        storageClassName: text,
        capacity: quantities,
        accessModes: texts,
        volumeMode: text,
        persistentVolumeReclaimPolicy: text,
        claimRef: object({ name: text, namespace: text }),
        nodeAffinity: object({
          required: object({
            nodeSelectorTerms: list(
              item({ matchExpressions: list(item({ key: text, operator: text, values: texts })) }),
            ),
          }),
        }),
      }),
      status: object({ phase: text, reason: text, message: text }),
    },
    'Cluster',
  ),
  StorageClass: kind(
    ['storage.k8s.io'],
    {
      provisioner: text,
      volumeBindingMode: text,
      allowVolumeExpansion: flag,
      reclaimPolicy: text,
      parameters: textMap,
    },
    'Cluster',
  ),
  Role: kind(['rbac.authorization.k8s.io'], { rules }),
  ClusterRole: kind(['rbac.authorization.k8s.io'], { rules, aggregationRule: record }, 'Cluster'),
  RoleBinding: kind(['rbac.authorization.k8s.io'], { roleRef, subjects }),
  ClusterRoleBinding: kind(['rbac.authorization.k8s.io'], { roleRef, subjects }, 'Cluster'),
  Node: kind(
    [''],
    {
      spec: object({
        unschedulable: flag,
        providerID: text,
        taints: list(item({ key: text, value: text, effect: text, timeAdded: time })),
      }),
      status: object({
        allocatable: quantities,
        capacity: quantities,
        conditions,
        nodeInfo: object({ architecture: text, operatingSystem: text, kubeletVersion: text }),
      }),
    },
    'Cluster',
  ),
  Namespace: kind(
    [''],
    { spec: object({ finalizers: texts }), status: object({ phase: text, conditions }) },
    'Cluster',
  ),
  ResourceQuota: kind([''], {
    spec: object({
      hard: quantities,
      scopes: texts,
      scopeSelector: object({
        matchExpressions: list(item({ scopeName: text, operator: text, values: texts })),
      }),
    }),
    status: object({ hard: quantities, used: quantities }),
  }),
  LimitRange: kind([''], {
    spec: object({
      limits: list(
        item({
          type: text,
          max: quantities,
          min: quantities,
          default: quantities,
          defaultRequest: quantities,
          maxLimitRequestRatio: quantities,
        }),
      ),
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
  PriorityClass: kind(['scheduling.k8s.io'], { value: number, globalDefault: flag }, 'Cluster'),
  RuntimeClass: kind(['node.k8s.io'], { handler: text }, 'Cluster'),
  ValidatingWebhookConfiguration: kind(['admissionregistration.k8s.io'], { webhooks }, 'Cluster'),
  MutatingWebhookConfiguration: kind(['admissionregistration.k8s.io'], { webhooks }, 'Cluster'),
  APIService: kind(
    ['apiregistration.k8s.io'],
    {
      spec: object({ group: text, version: text, service: object({ name: text, namespace: text }) }),
      status: object({ conditions }),
    },
    'Cluster',
  ),
  CustomResourceDefinition: kind(
    ['apiextensions.k8s.io'],
    {
      spec: object({
        group: text,
        names: object({ kind: text, plural: text }),
        versions: list(item({ name: text, served: flag })),
      }),
      status: object({ conditions }),
    },
    'Cluster',
  ),
  GatewayClass: kind(
    ['gateway.networking.k8s.io'],
    { spec: object({ controllerName: text }), status: object({ conditions }) },
    'Cluster',
  ),
  Gateway: kind(['gateway.networking.k8s.io'], {
    spec: object({
      gatewayClassName: text,
      listeners: list(
        item({
          name: text,
          port: number,
          protocol: text,
          hostname: text,
          tls: object({ certificateRefs: list(item({ kind: text, name: text, namespace: text })) }),
          allowedRoutes: object({
            namespaces: object({ from: text, selector: labelSelector }),
            kinds: list(item({ kind: text })),
          }),
        }),
      ),
    }),
    status: object({ conditions, listeners: list(item({ name: text, conditions })) }),
  }),
  HTTPRoute: kind(['gateway.networking.k8s.io'], {
    spec: object({
      parentRefs: list(parentRef),
      hostnames: texts,
      rules: list(
        item({
          backendRefs: list(
            item({ group: text, kind: text, name: text, namespace: text, port: number, weight: number }),
          ),
        }),
      ),
    }),
    status: object({ parents: list(item({ conditions })) }),
  }),
  Certificate: kind(['cert-manager.io', 'certmanager.k8s.io'], {
    spec: object({
      secretName: text,
      dnsNames: texts,
      issuerRef: object({ kind: text, name: text, group: text }),
    }),
    status: object({ notAfter: time, notBefore: time, renewalTime: time, conditions }),
  }),
  Application: kind(['argoproj.io'], {
    spec: object({
      project: text,
      source: object({ repoURL: text, path: text, targetRevision: text, chart: text }),
      destination: object({ namespace: text, server: text, name: text }),
      syncPolicy: object({ automated: record }),
    }),
    status: object({
      sync: object({ status: text, revision: text }),
      health: object({ status: text, message: text }),
      operationState: object({ phase: text, message: text, finishedAt: time }),
      conditions: list(item({ type: text, message: text, status: text })),
    }),
  }),
  Kustomization: kind(['kustomize.toolkit.fluxcd.io'], {
    spec: object({
      path: text,
      suspend: flag,
      sourceRef: object({ kind: text, name: text, namespace: text }),
    }),
    status: object({ conditions, lastAppliedRevision: text, lastAttemptedRevision: text }),
  }),
  HelmRelease: kind(['helm.toolkit.fluxcd.io'], {
    spec: object({ suspend: flag, chart: record, chartRef: object({ kind: text, name: text }) }),
    status: object({ conditions, lastAttemptedRevision: text, lastAppliedRevision: text }),
  }),
  Delivery: kind(['keelway.dev'], { spec: record, status: object({ conditions }) }),
  ScaledObject: kind(['keda.sh'], {
    spec: object({
      scaleTargetRef: scaleTarget,
      minReplicaCount: number,
      maxReplicaCount: number,
      triggers: list(
        item({ type: text, metadata: textMap, authenticationRef: object({ name: text, kind: text }) }),
      ),
    }),
    status: object({ conditions, hpaName: text }),
  }),
  ClusterCatalog: kind(['olm.operatorframework.io'], olm, 'Cluster'),
  ClusterExtension: kind(['olm.operatorframework.io'], olm, 'Cluster'),
  ClusterServiceVersion: kind(['operators.coreos.com'], olm),
  Subscription: kind(['operators.coreos.com'], olm),
  InstallPlan: kind(['operators.coreos.com'], olm),
  CatalogSource: kind(['operators.coreos.com'], {
    spec: record,
    status: object({
      connectionState: object({ lastObservedState: text, address: text }),
      message: text,
      conditions,
    }),
  }),
  OperatorGroup: kind(['operators.coreos.com'], olm),
} as const

export type Kinds = typeof kinds
export type KindName = keyof Kinds

interface Known {
  /** Empty in objects that a text told of. */
  apiVersion: string
  /** `Kind`; of kinds whose group is not the expected one `Kind.group`. */
  kind: string
  name: string
  /** Empty for objects of the cluster; `default` where a namespaced one says none. */
  namespace: string
  metadata: NonNullable<z.output<typeof metadata>>
  /** Path of the file that tells of it. */
  file: string
  /** It runs, or ran: a server or its client printed it. Of a manifest it is only known what it should be. */
  live: boolean
  /** As it was given. */
  raw: Readonly<Record<string, unknown>>
}
export type ClusterObject<K extends KindName> = Known & z.output<z.ZodObject<Kinds[K]['shape']>>
/** An object of whatever kind. */
export type AnyObject = Known

export const isKnown = (name: string): name is KindName => Object.hasOwn(kinds, name)
export const scopeOf = (name: string): 'Cluster' | undefined =>
  isKnown(name) ? (kinds[name] as KindShape).scope : undefined

const schemas = new Map<string, z.ZodType>(
  Object.entries(kinds).map(([name, { shape }]) => [name, z.object(shape as z.ZodRawShape)]),
)

/** The fields of an object of a known kind that are read. */
export const fieldsOf = (name: KindName, value: unknown): Record<string, unknown> =>
  (schemas.get(name)?.safeParse(value).data as Record<string, unknown> | undefined) ?? {}
