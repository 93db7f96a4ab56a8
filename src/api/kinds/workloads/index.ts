import type { Kind } from '../../kind.ts'
import { Deployment, ReplicaSet } from './deployment.ts'
import { CronJob, Job } from './job.ts'
import { LimitRange, ResourceQuota } from './limits.ts'
import { Ingress, NetworkPolicy } from './networking.ts'
import { Node } from './node.ts'
import { Pod } from './pod.ts'
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding, ServiceAccount } from './rbac.ts'
import { HorizontalPodAutoscaler, PodDisruptionBudget } from './scaling.ts'
import { EndpointSlice, Endpoints, Service } from './service.ts'
import { DaemonSet, StatefulSet } from './stateful-set.ts'
import { PersistentVolumeClaim } from './volume-claim.ts'

/**
 * What repositories hold of Kubernetes' own kinds, as data: schemas, defaults, checks and columns as on a cluster, and
 * nobody who runs them. On a cluster they are the cluster's.
 */
export const workloadKinds: readonly Kind[] = [
  Pod,
  Deployment,
  ReplicaSet,
  StatefulSet,
  DaemonSet,
  Job,
  CronJob,
  Service,
  Endpoints,
  EndpointSlice,
  Ingress,
  NetworkPolicy,
  HorizontalPodAutoscaler,
  PodDisruptionBudget,
  PersistentVolumeClaim,
  ServiceAccount,
  Role,
  RoleBinding,
  ClusterRole,
  ClusterRoleBinding,
  ResourceQuota,
  LimitRange,
  Node,
]
