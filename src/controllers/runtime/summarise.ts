import { type Condition, type NewCondition, setCondition } from '../../api/conditions.ts'
import { type Outcome, type ReadyCondition, Stalled, Waiting } from './reconciler.ts'
import { messageOf, sanitise } from './sanitise.ts'

/** How a call ended: with an outcome, or with what it threw. */
export type Ending = { outcome: Outcome } | { error: unknown }

export interface CommonStatus {
  observedGeneration?: number | undefined
  conditions?: Condition[] | undefined
}

/**
 * The status after a call: conditions Ready, Reconciling and Stalled tell how it ended, conditions of other types stay
 * as the reconciler left them. Reconciling and Stalled are absent when they would be False (kstatus).
 * Equal endings give equal statuses, so that nothing is written. (Flux's reconcile/summarize.)
 */
export function summarise<S extends CommonStatus>(
  status: S,
  ending: Ending,
  generation: number | undefined,
  now: string,
): S {
  const { ready, reconciling, stalled } = verdict(ending)
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  const set = (conditions: Condition[], type: string, state: ReadyCondition | undefined): Condition[] => {
    if (!state) return conditions.filter(condition => condition.type !== type)
    const next: NewCondition = { type, ...state, ...observed }
    return setCondition(conditions, next, now)
  }
  let conditions = status.conditions ?? []
  conditions = set(conditions, 'Ready', ready)
  conditions = set(conditions, 'Reconciling', reconciling)
  conditions = set(conditions, 'Stalled', stalled)
  const sanitised = conditions.map(condition => ({ ...condition, message: sanitise(condition.message) }))
  return { ...status, ...observed, conditions: sanitised }
}

interface Verdict {
  ready: ReadyCondition
  reconciling?: ReadyCondition
  stalled?: ReadyCondition
}

function verdict(ending: Ending): Verdict {
  if ('outcome' in ending) {
    const ready = ending.outcome.ready ?? { status: 'True', reason: 'Reconciled', message: 'reconciled' }
    return ready.status === 'Unknown' ? { ready, reconciling: { ...ready, status: 'True' } } : { ready }
  }
  const { error } = ending
  const message = messageOf(error)
  if (error instanceof Stalled) {
    const { reason } = error
    return { ready: { status: 'False', reason, message }, stalled: { status: 'True', reason, message } }
  }
  const reason = error instanceof Waiting ? error.reason : 'Failed'
  return { ready: { status: 'False', reason, message }, reconciling: { status: 'True', reason, message } }
}
