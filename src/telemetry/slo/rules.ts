import type { Monitor } from '../../api/kinds/monitor.ts'
import { burnAlerts, windowText } from './burn-alerts.ts'
import { budgetOf, guardNats } from './evaluation.ts'
import { objectiveOf, type Slo } from './event-source.ts'
import { eventQueries, quoted } from './promql.ts'
import { sliText } from './sli-text.ts'

export interface RuleGroup {
  name: string
  interval: string
  rules: (RecordingRule | AlertingRule)[]
}

export interface RecordingRule {
  record: string
  expr: string
  labels: Record<string, string>
}

export interface AlertingRule {
  alert: string
  expr: string
  keep_firing_for: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** Names of what is recorded of an objective; the dashboard reads them. */
export const recorded = {
  ratio: (window: string) => `keelway:slo_error:ratio_rate${window}`,
  count: (window: string) => `keelway:slo_events:count${window}`,
  periodRatio: 'keelway:slo_error:ratio_period',
  budgetLeft: 'keelway:slo_budget_left:ratio',
  objective: 'keelway:slo_objective:ratio',
}

export const labelsOf = ({ metadata }: Pick<Monitor, 'metadata'>): Record<string, string> => ({
  keelway_namespace: metadata.namespace ?? '',
  keelway_monitor: metadata.name,
})

export const selectorOf = (monitor: Pick<Monitor, 'metadata'>): string =>
  `{${Object.entries(labelsOf(monitor))
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ')}}`

/**
 * The same alerts as `evaluateSlo` gives, for a Prometheus of its own (2.42 or later, for keep_firing_for): error ratios
 * recorded for every window, and one alert for each pair of windows with the guard against chance.
 * @throws NotInMetrics when no metric tells what the objective is about
 */
export function ruleGroup(monitor: Pick<Monitor, 'metadata'>, slo: Slo): RuleGroup {
  const { metadata } = monitor
  const objective = objectiveOf(slo)
  const budget = budgetOf(objective)
  const of = selectorOf(monitor)
  const labels = labelsOf(monitor)
  const queries = eventQueries(slo, metadata.namespace ?? '', of)
  const alerts = burnAlerts(objective.periodMs)
  const windows = [...new Set(alerts.flatMap(({ longMs, shortMs }) => [shortMs, longMs]))].sort(
    (a, b) => a - b,
  )
  const record = (name: string, expr: string): RecordingRule => ({ record: name, expr, labels })
  const ratio = (window: string) => `${queries.bad(window)} / ${queries.valid(window)}`
  return {
    name: `keelway-${metadata.namespace ?? ''}-${metadata.name}`,
    interval: '1m',
    rules: [
      ...(queries.slice ? [record(queries.slice.record, queries.slice.expr)] : []),
      ...windows.map(windowText).map(window => record(recorded.ratio(window), ratio(window))),
      ...alerts
        .map(({ longMs }) => windowText(longMs))
        .map(window => record(recorded.count(window), queries.count(window))),
      record(recorded.objective, `vector(${objective.percent / 100})`),
      record(recorded.periodRatio, ratio(slo.window)),
      record(recorded.budgetLeft, `1 - ${recorded.periodRatio}${of} / ${budget}`),
      ...alerts.map(({ severity, factor, longMs, shortMs, holdMs }): AlertingRule => {
        const [long, short] = [windowText(longMs), windowText(shortMs)]
        const [share, recent, count] = [
          `${recorded.ratio(long)}${of}`,
          `${recorded.ratio(short)}${of}`,
          `${recorded.count(long)}${of}`,
        ]
        const limit = Number((factor * budget).toPrecision(12)) * (1 + 1e-9)
        return {
          alert: 'KeelwayErrorBudgetBurn',
          expr: [
            `${share} > ${limit}`,
            `and ${recent} > ${limit}`,
            `and ${count} >= ${objective.minEvents}`,
            `and ${count} * (${share} * ln(${share} / ${budget}) - ${share} + ${budget}) > ${guardNats}`,
          ].join('\n'),
          keep_firing_for: windowText(holdMs),
          labels: { severity, long, short, ...labels },
          annotations: {
            summary: `${sliText(slo)}: errors use up the budget more than ${factor} times too fast`,
            description: `More than ${Number((100 * factor * budget).toPrecision(4))} % of events were bad over ${long} and over the last ${short}; objective ${slo.objective} % in ${slo.window} (Monitor ${metadata.namespace ?? ''}/${metadata.name}).`,
          },
        }
      }),
    ],
  }
}
