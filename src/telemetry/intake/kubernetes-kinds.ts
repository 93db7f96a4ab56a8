import { defineKind, type Kind } from '../../api/kind.ts'
import { ConfigMap, Secret } from '../../api/kinds/core.ts'

/** Kinds of other API servers, as far as a client needs to know them: where their objects live. */
const remote = (group: string, version: string, kind: string, plural: string, scope?: 'Cluster'): Kind =>
  defineKind({
    group,
    version,
    kind,
    plural,
    summary: `${kind} of Kubernetes.`,
    example: {},
    ...(scope && { scope }),
  })

/** Kinds whose objects say what runs and how: a change of one is worth telling. */
export const changingKinds: readonly Kind[] = [
  remote('apps', 'v1', 'Deployment', 'deployments'),
  remote('apps', 'v1', 'StatefulSet', 'statefulsets'),
  remote('apps', 'v1', 'DaemonSet', 'daemonsets'),
  remote('batch', 'v1', 'CronJob', 'cronjobs'),
  ConfigMap,
  Secret,
  remote('', 'v1', 'Service', 'services'),
  remote('', 'v1', 'ResourceQuota', 'resourcequotas'),
  remote('', 'v1', 'LimitRange', 'limitranges'),
  remote('', 'v1', 'Node', 'nodes', 'Cluster'),
  remote('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  remote('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  remote('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies'),
  remote('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  remote('rbac.authorization.k8s.io', 'v1', 'Role', 'roles'),
  remote('rbac.authorization.k8s.io', 'v1', 'RoleBinding', 'rolebindings'),
]
