import { ModelRoute } from '../../api/kinds/model-route.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import { type Reconciler, requeueIn } from '../runtime/reconciler.ts'

/** Content is looked for ten times in the time it is kept, but not all the time and not too seldom. */
const SHORTEST_MS = 10_000
const LONGEST_MS = 3_600_000

/** Takes content out of call records that are older than their route keeps it. */
export function contentRetentionReconciler({
  telemetry,
}: {
  telemetry: Pick<Telemetry, 'forget'>
}): Reconciler<typeof ModelRoute> {
  return {
    name: 'content-retention',
    kind: ModelRoute,
    conditions: false,
    timeoutMs: 300_000,
    async reconcile({ metadata: { name, namespace = '' }, spec }, { clock }) {
      const keepMs = parseDuration(spec.record.keep)
      await telemetry.forget({ namespace, route: name, before: clock.now() - keepMs })
      return requeueIn(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, keepMs / 10)))
    },
  }
}
