import type { Monitor } from '../../api/kinds/monitor.ts'
import { type Severity, windowText } from '../../telemetry/slo/burn-alerts.ts'
import { type BurnState, evaluateSlo, lookMs, type SloState } from '../../telemetry/slo/evaluation.ts'
import {
  type EventSources,
  eventsOf,
  objectiveOf,
  resourceOfSlo,
  type Slo,
} from '../../telemetry/slo/event-source.ts'
import { type RecentEvents, recentEvents } from '../../telemetry/slo/recent-events.ts'
import { sliText } from '../../telemetry/slo/sli-text.ts'
import type { Draft } from '../runtime/reconciler.ts'
import type { Finding, Symptom } from './finding.ts'

/** Signals of a minute are there this long after it. */
const settleMs = 5_000

type Status = NonNullable<NonNullable<Monitor['status']>['slo']>

/** Looks at objectives once a minute; what was counted is remembered by the Monitor's uid and generation. */
export function objectives(sources: EventSources) {
  const counted = new Map<string, { generation: number | undefined; events: RecentEvents }>()
  return {
    async look({ metadata, status }: Draft<Monitor>, slo: Slo, now: number): Promise<Finding> {
      const { uid = '', namespace = '', generation } = metadata
      const objective = objectiveOf(slo)
      const found = counted.get(uid)
      const known =
        found && found.generation === generation
          ? found
          : { generation, events: recentEvents(eventsOf(slo, namespace, sources), objective.periodMs) }
      const end = Math.floor((now - settleMs) / lookMs) * lookMs
      const state = evaluateSlo(objective, await known.events.read(end), end)
      counted.set(uid, known)
      status.slo = statusOf(state)
      const symptom = symptomOf(slo, state, end)
      return {
        resource: resourceOfSlo(slo, namespace),
        condition: 'Burning',
        calm: state.valid === 0 ? 'NoEvents' : 'WithinBudget',
        message: standing(slo, state),
        requeueMs: end + lookMs + settleMs - now,
        ...(symptom && { symptom }),
      }
    },
    forget: (uid: string) => counted.delete(uid),
  }
}

function statusOf({ valid, bad, budgetLeft, exhaustedAt, burns }: SloState): Status {
  return {
    events: Math.round(valid),
    bad: Math.round(bad),
    budgetLeft: rounded(budgetLeft),
    ...(exhaustedAt !== undefined && { exhausted: minuteText(exhaustedAt) }),
    burns: burns.map(({ severity, factor, longMs, shortMs, longRate, shortRate, burning }) => ({
      severity,
      factor,
      long: windowText(longMs),
      short: windowText(shortMs),
      longRate: rounded(longRate),
      shortRate: rounded(shortRate),
      burning,
    })),
  }
}

function symptomOf(slo: Slo, state: SloState, now: number): Symptom | undefined {
  const worst = state.burns.find(({ burning }) => burning)
  if (!worst) return undefined
  const left = `${percent(state.budgetLeft)} of the error budget of ${slo.window} is left`
  const end =
    state.exhaustedAt === undefined || state.budgetLeft <= 0
      ? ''
      : `, and nothing in ${lengthText(state.exhaustedAt - now)} if this goes on`
  return {
    severity: worst.severity satisfies Severity,
    reason: 'ErrorBudgetBurn',
    message: `${sliText(slo)}: ${burnText(worst)}; ${left}${end}`,
  }
}

const burnText = ({ longRate, shortRate, longMs, shortMs }: BurnState): string =>
  `errors use up the budget ${figure(longRate)} times too fast over ${windowText(longMs)}, ${figure(shortRate)} times over the last ${windowText(shortMs)}`

function standing(slo: Slo, { valid, bad, budgetLeft }: SloState): string {
  if (valid === 0) return `${sliText(slo)}: there were no events in ${slo.window}`
  const share = percent((valid - bad) / valid, 3)
  return `${sliText(slo)}: ${share} of ${Math.round(valid)} events were good in ${slo.window} (objective ${slo.objective} %), ${percent(budgetLeft)} of the error budget is left`
}

const percent = (share: number, digits = 1): string => `${Number((100 * share).toFixed(digits))} %`
const figure = (rate: number): string => `${Number(rate.toPrecision(3))}`
/** To what a reader can tell apart: what is less would be written every minute. */
const rounded = (value: number): number => Number(value.toPrecision(4))
const minuteText = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}:00Z`

function lengthText(ms: number): string {
  const hours = ms / 3_600_000
  if (hours < 2) return `${Math.max(1, Math.round(60 * hours))} minutes`
  return hours < 48 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`
}
