import type { Kind } from '../api/kind.ts'
import { accessKeyReconciler } from './access-key/access-key.ts'
import { budgetReconciler } from './budget/budget.ts'
import { contentRetentionReconciler } from './content-retention/content-retention.ts'
import { datasetReconciler } from './dataset/dataset.ts'
import { deliveryReconciler } from './delivery/delivery.ts'
import { evaluationReconciler } from './evaluation/evaluation.ts'
import { evaluationRunReconciler } from './evaluation-run/evaluation-run.ts'
import { gatewayConfigReconciler } from './gateway-config/gateway-config.ts'
import { guardrailReconciler } from './guardrail/guardrail.ts'
import { anomalyWatchReconciler } from './incident/anomaly-watch.ts'
import type { Diagnose } from './incident/diagnoses.ts'
import { incidentReconciler } from './incident/incident.ts'
import { incidentOpener } from './incident/opener.ts'
import { liveScoringReconciler } from './live-scoring/live-scoring.ts'
import { modelReconciler } from './model/model.ts'
import { modelProviderReconciler } from './model-provider/model-provider.ts'
import { modelRouteReconciler } from './model-route/model-route.ts'
import { type MonitorDependencies, monitorReconciler } from './monitor/monitor.ts'
import {
  type NotificationDependencies,
  notificationChannelReconciler,
} from './notification/notification-channel.ts'
import { senders } from './notification/senders/index.ts'
import { promptReconciler } from './prompt/prompt.ts'
import { proposalReconciler } from './proposal/proposal.ts'
import { routeReleaseReconciler } from './route-release/route-release.ts'
import type { Reconciler } from './runtime/reconciler.ts'

type Dependencies = Parameters<typeof deliveryReconciler>[0] &
  Parameters<typeof datasetReconciler>[0] &
  Parameters<typeof modelReconciler>[0] &
  Parameters<typeof evaluationRunReconciler>[0] &
  Parameters<typeof modelRouteReconciler>[0] &
  Parameters<typeof routeReleaseReconciler>[0] &
  Parameters<typeof liveScoringReconciler>[0] &
  Parameters<typeof contentRetentionReconciler>[0] &
  Parameters<typeof guardrailReconciler>[0] &
  Parameters<typeof budgetReconciler>[0] &
  Parameters<typeof gatewayConfigReconciler>[0] &
  Parameters<typeof proposalReconciler>[0] &
  MonitorDependencies &
  IncidentDependencies

type IncidentDependencies = Partial<
  Parameters<typeof anomalyWatchReconciler>[0] & {
    /** What carries messages to people. */
    carriers: Pick<NotificationDependencies, 'post' | 'mail'>
    diagnose: Diagnose
  }
> &
  Parameters<typeof incidentOpener>[0] &
  Pick<NotificationDependencies, 'random'>

/** Every reconciler, in the order a change travels. */
export const reconcilers = (dependencies: Dependencies): readonly Reconciler<Kind>[] =>
  [
    deliveryReconciler(dependencies),
    datasetReconciler(dependencies),
    promptReconciler,
    modelReconciler(dependencies),
    modelProviderReconciler,
    guardrailReconciler(dependencies),
    evaluationReconciler,
    evaluationRunReconciler(dependencies),
    modelRouteReconciler(dependencies),
    routeReleaseReconciler(dependencies),
    liveScoringReconciler(dependencies),
    contentRetentionReconciler(dependencies),
    accessKeyReconciler,
    budgetReconciler(dependencies),
    monitorReconciler(dependencies),
    ...incidentReconcilers(dependencies),
    proposalReconciler(dependencies),
    gatewayConfigReconciler(dependencies),
  ] as unknown as Reconciler<Kind>[]

/** People are told where something carries messages. */
const incidentReconcilers = ({ signals, anomalies, carriers, random, diagnose }: IncidentDependencies) => [
  ...(anomalies ? [anomalyWatchReconciler({ anomalies })] : []),
  incidentOpener({ signals }),
  incidentReconciler(diagnose ? { diagnose } : {}),
  ...(carriers ? [notificationChannelReconciler({ ...carriers, senders, random })] : []),
]
