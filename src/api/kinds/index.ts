import type { Kind } from '../kind.ts'
import { AccessKey } from './access-key.ts'
import { Autonomy } from './autonomy.ts'
import { Budget } from './budget.ts'
import { ConfigMap, Event, Lease, Namespace, Secret } from './core.ts'
import { Dataset } from './dataset.ts'
import { Delivery } from './delivery.ts'
import { Evaluation } from './evaluation.ts'
import { EvaluationRun } from './evaluation-run.ts'
import { Guardrail } from './guardrail.ts'
import { Incident } from './incident.ts'
import { Model } from './model.ts'
import { ModelProvider } from './model-provider.ts'
import { ModelRoute } from './model-route.ts'
import { Monitor } from './monitor.ts'
import { NotificationChannel } from './notification-channel.ts'
import { Prompt } from './prompt.ts'
import { Proposal } from './proposal.ts'
import { RouteRelease } from './route-release.ts'
import { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from './validating-admission-policy.ts'
import { workloadKinds } from './workloads/index.ts'

/** The kinds of ours, in the order a change travels. */
export const ownKinds: readonly Kind[] = [
  Delivery,
  ModelProvider,
  Prompt,
  Dataset,
  Model,
  Guardrail,
  ModelRoute,
  RouteRelease,
  Evaluation,
  EvaluationRun,
  AccessKey,
  Budget,
  Monitor,
  Incident,
  NotificationChannel,
  Proposal,
  Autonomy,
]

/** Kubernetes' own kinds that the embedded server has. */
export const coreKinds: readonly Kind[] = [
  Namespace,
  Secret,
  ConfigMap,
  Event,
  Lease,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ...workloadKinds,
]

export const kinds: readonly Kind[] = [...coreKinds, ...ownKinds]

/**
 * The kinds that controllers of a cluster keep in memory. Of workloads a cluster may have many thousands; they are read
 * when one is asked for.
 */
export const cachedOnClusters: readonly Kind[] = kinds.filter(kind => !workloadKinds.includes(kind))
