import {
  flag,
  item,
  list,
  memberNames,
  number,
  object,
  record,
  text,
  textMap,
  texts,
  time,
} from './fields.ts'
import { kind } from './kind-shape.ts'
import { conditions, labelSelector, quantities, resources } from './pod.ts'

const claimSpec = {
  storageClassName: text,
  volumeName: text,
  volumeMode: text,
  accessModes: texts,
  selector: labelSelector,
  resources,
}
const rules = list(
  item({ apiGroups: texts, resources: texts, verbs: texts, resourceNames: texts, nonResourceURLs: texts }),
)
const roleRef = object({ apiGroup: text, kind: text, name: text })
const subjects = list(item({ kind: text, name: text, namespace: text, apiGroup: text }))

/** What pods are given: configuration, storage, permissions, nodes and limits. */
export const platformKinds = {
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
  PriorityClass: kind(['scheduling.k8s.io'], { value: number, globalDefault: flag }, 'Cluster'),
  RuntimeClass: kind(['node.k8s.io'], { handler: text }, 'Cluster'),
} as const
