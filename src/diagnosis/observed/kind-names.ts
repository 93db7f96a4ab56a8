/** Kinds with their API version and the words that kubectl takes for them, singular. */
const words: readonly (readonly [kind: string, apiVersion: string, words: string])[] = [
  ['Pod', 'v1', 'pod po'],
  ['Service', 'v1', 'service svc'],
  ['Endpoints', 'v1', 'endpoints endpoint ep'],
  ['ConfigMap', 'v1', 'configmap cm'],
  ['Secret', 'v1', 'secret'],
  ['Node', 'v1', 'node no'],
  ['Namespace', 'v1', 'namespace ns'],
  ['Event', 'v1', 'event ev'],
  ['ServiceAccount', 'v1', 'serviceaccount sa'],
  ['PersistentVolume', 'v1', 'persistentvolume pv'],
  ['PersistentVolumeClaim', 'v1', 'persistentvolumeclaim pvc'],
  ['ResourceQuota', 'v1', 'resourcequota quota'],
  ['LimitRange', 'v1', 'limitrange limits limit'],
  ['ReplicationController', 'v1', 'replicationcontroller rc'],
  ['Deployment', 'apps/v1', 'deployment deploy'],
  ['ReplicaSet', 'apps/v1', 'replicaset rs'],
  ['StatefulSet', 'apps/v1', 'statefulset sts'],
  ['DaemonSet', 'apps/v1', 'daemonset ds'],
  ['Job', 'batch/v1', 'job'],
  ['CronJob', 'batch/v1', 'cronjob cj'],
  ['Ingress', 'networking.k8s.io/v1', 'ingress ing'],
  ['IngressClass', 'networking.k8s.io/v1', 'ingressclass'],
  ['NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicy netpol'],
  ['StorageClass', 'storage.k8s.io/v1', 'storageclass sc'],
  ['VolumeAttachment', 'storage.k8s.io/v1', 'volumeattachment'],
  ['HorizontalPodAutoscaler', 'autoscaling/v2', 'horizontalpodautoscaler hpa'],
  ['PodDisruptionBudget', 'policy/v1', 'poddisruptionbudget pdb'],
  ['PriorityClass', 'scheduling.k8s.io/v1', 'priorityclass pc'],
  ['Role', 'rbac.authorization.k8s.io/v1', 'role'],
  ['RoleBinding', 'rbac.authorization.k8s.io/v1', 'rolebinding'],
  ['ClusterRole', 'rbac.authorization.k8s.io/v1', 'clusterrole'],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io/v1', 'clusterrolebinding'],
  ['CustomResourceDefinition', 'apiextensions.k8s.io/v1', 'customresourcedefinition crd'],
  ['APIService', 'apiregistration.k8s.io/v1', 'apiservice'],
  ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io/v1', 'validatingwebhookconfiguration'],
  ['MutatingWebhookConfiguration', 'admissionregistration.k8s.io/v1', 'mutatingwebhookconfiguration'],
]

export interface KindName {
  kind: string
  apiVersion: string
}

const byWord = new Map<string, KindName>(
  words.flatMap(([kind, apiVersion, names]) => names.split(' ').map(name => [name, { kind, apiVersion }])),
)
const clusterWide = new Set(
  (
    'Node Namespace PersistentVolume IngressClass StorageClass VolumeAttachment PriorityClass ClusterRole ' +
    'ClusterRoleBinding CustomResourceDefinition APIService ValidatingWebhookConfiguration ' +
    'MutatingWebhookConfiguration'
  ).split(' '),
)

/** Kind for a word that kubectl takes or prints, such as `po`, `Pods`, `deployments.apps`; undefined for others. */
export function kindNamed(word: string): KindName | undefined {
  const [plain = ''] = word.slice(0, 100).toLowerCase().split('.')
  return (
    byWord.get(plain) ??
    byWord.get(plain.replace(/s$/, '')) ??
    byWord.get(plain.replace(/es$/, '')) ??
    byWord.get(plain.replace(/ies$/, 'y'))
  )
}

export const isClusterWide = (kind: string): boolean => clusterWide.has(kind)
