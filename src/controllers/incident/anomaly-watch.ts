import { Namespace } from '../../api/kinds/core.ts'
import type { AnomalyWatch } from '../../telemetry/symptoms/anomaly-watch.ts'
import { done, type Reconciler, requeueIn } from '../runtime/reconciler.ts'

const lookMs = 30_000

/** Lets one process at a time, the leader, look for anomalies. */
export const anomalyWatchReconciler = ({
  anomalies,
}: {
  anomalies: Pick<AnomalyWatch, 'round'>
}): Reconciler<typeof Namespace> => ({
  name: 'anomaly-watch',
  kind: Namespace,
  conditions: false,
  // The first look learns from weeks.
  timeoutMs: 600_000,
  async reconcile({ metadata }, { clock }) {
    if (metadata.name !== 'default') return done
    await anomalies.round(clock.now())
    return requeueIn(lookMs)
  },
})
