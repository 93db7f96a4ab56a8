import { setCondition } from '../../api/conditions.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import { timestamp } from '../../lib/clock.ts'
import { canonicalJson } from '../../lib/digest.ts'
import type { SignalStore } from '../../telemetry/signals/signal-store.ts'
import type { CallHistory } from '../../telemetry/slo/call-history.ts'
import { type Context, type Draft, type Reconciler, ready, requeueIn } from '../runtime/reconciler.ts'
import { usersOf } from '../runtime/users-of.ts'
import { lookForDrift } from './drift.ts'
import type { Finding } from './finding.ts'
import { objectives } from './objective.ts'
import { type ProbeDependencies, probes } from './probe.ts'
import { tell } from './telling.ts'

export interface MonitorDependencies extends ProbeDependencies {
  signals: Pick<SignalStore, 'requests' | 'series' | 'events' | 'append'>
  callHistory: CallHistory
}

/**
 * Looks at what Monitors name, and tells a symptom when it begins and when it is over. What was told is in the signal
 * store and in the status, so that a restart tells nothing twice.
 */
export function monitorReconciler(dependencies: MonitorDependencies): Reconciler<typeof Monitor> {
  const { signals } = dependencies
  const slos = objectives(dependencies)
  const nights = probes(dependencies)
  const forget = (uid = '') => {
    slos.forget(uid)
    nights.forget(uid)
  }

  const look = async (monitor: Draft<Monitor>, context: Context): Promise<Finding | undefined> => {
    const { slo, drift, probe } = monitor.spec
    if (slo) return slos.look(monitor, slo, context.clock.now())
    if (drift) return lookForDrift(monitor, drift, dependencies, context)
    return probe && nights.look(monitor, probe, context)
  }

  return {
    name: 'monitor',
    kind: Monitor,
    watches: [
      {
        kind: Dataset,
        wakes: usersOf(Monitor, ({ spec }) => [spec.drift?.reference.dataset?.ref, spec.probe?.dataset.ref]),
      },
      { kind: ModelRoute, wakes: usersOf(Monitor, ({ spec }) => [spec.probe?.route.ref]) },
    ],
    concurrency: 4,
    timeoutMs: 300_000,
    finalizer: 'keelway.dev/monitor',
    async reconcile(monitor, context) {
      const { clock } = context
      const { status } = monitor
      const before = canonicalJson([status.slo, status.drift, status.probe])
      const told = status.symptom
      if (monitor.spec.suspend) forget(monitor.metadata.uid)
      const finding = monitor.spec.suspend ? undefined : await look(monitor, context)
      if (!finding) {
        await tell(monitor, undefined, signals, clock.now())
        return ready('Suspended', 'nothing is looked at')
      }
      const { symptom, message, requeueMs, calm, unknown } = finding
      if (canonicalJson([status.slo, status.drift, status.probe]) !== before) status.asOf = timestamp(clock)
      if (unknown) return requeueIn(requeueMs, ready(calm, message))
      await tell(monitor, symptom && { ...symptom, resource: finding.resource }, signals, clock.now())
      status.conditions = setCondition(
        status.conditions,
        {
          type: finding.condition,
          status: symptom ? 'True' : 'False',
          reason: symptom ? severityWord[symptom.severity] : calm,
          message: symptom?.message ?? message,
          observedGeneration: monitor.metadata.generation ?? 0,
        },
        timestamp(clock),
      )
      if (symptom && told?.severity !== symptom.severity)
        context.event('Warning', symptom.reason, symptom.message)
      else if (told && !symptom) context.event('Normal', 'Recovered', message)
      return requeueIn(requeueMs, ready(symptom?.reason ?? calm, symptom?.message ?? message))
    },
    async finalize(monitor, { clock }) {
      forget(monitor.metadata.uid)
      const { status = {} } = structuredClone(monitor)
      await tell({ ...monitor, status }, undefined, signals, clock.now())
    },
  }
}

const severityWord = { page: 'Page', ticket: 'Ticket' } as const
