import type { Monitor } from '../../api/kinds/monitor.ts'
import { digestOf, shortDigest } from '../../lib/digest.ts'
import { burnAlerts, windowText } from './burn-alerts.ts'
import { budgetOf } from './evaluation.ts'
import { objectiveOf, type Slo } from './event-source.ts'
import { recorded, selectorOf } from './rules.ts'
import { sliText } from './sli-text.ts'

interface Panel {
  title: string
  description: string
  type: 'stat' | 'timeseries'
  unit: string
  width: number
  height: number
  targets: { expr: string; legend: string }[]
  /** Values from which on it is red. */
  redFrom?: number
  redBelow?: number
}

const datasource = { type: 'prometheus', uid: '$datasource' }

/** The Grafana dashboard (schema 39, Grafana 10 and later) of an objective, from what its rules record. */
export function sloDashboard(monitor: Pick<Monitor, 'metadata'>, slo: Slo): Record<string, unknown> {
  const { name, namespace = '' } = monitor.metadata
  let [x, y, row] = [0, 0, 0]
  const drawn = panelsOf(monitor, slo).map((panel, i) => {
    if (x + panel.width > 24) [x, y, row] = [0, y + row, 0]
    const gridPos = { x, y, w: panel.width, h: panel.height }
    x += panel.width
    row = Math.max(row, panel.height)
    return { id: i + 1, gridPos, ...drawnPanel(panel) }
  })
  return {
    uid: `keelway-slo-${shortDigest(digestOf(`${namespace}/${name}`), 12)}`,
    title: `SLO ${namespace}/${name}`,
    description: `${sliText(slo)}: ${slo.objective} % in ${slo.window}. Written by keelway monitor rules; do not edit.`,
    tags: ['keelway', 'slo'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }],
    },
    panels: drawn,
  }
}

function panelsOf(monitor: Pick<Monitor, 'metadata'>, slo: Slo): Panel[] {
  const of = selectorOf(monitor)
  const objective = objectiveOf(slo)
  const budget = budgetOf(objective)
  const alerts = burnAlerts(objective.periodMs)
  const stat = (title: string, description: string, expr: string, more: Partial<Panel> = {}): Panel => ({
    title,
    description,
    type: 'stat',
    unit: 'percentunit',
    width: 6,
    height: 5,
    targets: [{ expr, legend: '' }],
    ...more,
  })
  const lines = (
    title: string,
    description: string,
    targets: Panel['targets'],
    more: Partial<Panel> = {},
  ): Panel => ({
    title,
    description,
    type: 'timeseries',
    unit: 'percentunit',
    width: 12,
    height: 9,
    targets,
    ...more,
  })
  const burn = (window: string) => ({
    expr: `${recorded.ratio(window)}${of} / ${budget}`,
    legend: window,
  })
  return [
    stat('Objective', 'Share of events that must be good.', `${recorded.objective}${of}`),
    stat('Good', `Share of events that were good in ${slo.window}.`, `1 - ${recorded.periodRatio}${of}`),
    stat('Error budget left', 'Below 0 it is overspent.', `${recorded.budgetLeft}${of}`, { redBelow: 0 }),
    stat(
      'Alerts',
      'Pages and tickets that fire.',
      `count(ALERTS${of.replace('}', ', alertname="KeelwayErrorBudgetBurn", alertstate="firing"}')}) or vector(0)`,
      { unit: 'short', redFrom: 1 },
    ),
    lines('Error budget left', `What is left of ${slo.window}.`, [
      { expr: `${recorded.budgetLeft}${of}`, legend: 'left' },
    ]),
    lines(
      'Burn rate',
      '1 uses up the budget in time; alerts need both windows of a pair above its factor.',
      [...new Set(alerts.flatMap(({ longMs, shortMs }) => [windowText(shortMs), windowText(longMs)]))].map(
        burn,
      ),
      { unit: 'short', redFrom: alerts[0]?.factor ?? 1 },
    ),
    lines('Bad events', 'Share of events in five minutes.', [
      { expr: `${recorded.ratio('5m')}${of}`, legend: 'bad' },
      { expr: `1 - ${recorded.objective}${of}`, legend: 'allowed' },
    ]),
    lines(
      'Events an hour',
      'Few events say little: alerts wait until chance does not explain what they see.',
      [{ expr: `${recorded.count('1h')}${of}`, legend: 'events' }],
      { unit: 'short' },
    ),
  ]
}

function drawnPanel({ title, description, type, unit, targets, redFrom, redBelow }: Panel) {
  const steps =
    redBelow !== undefined
      ? [
          { color: 'red', value: null },
          { color: 'green', value: redBelow },
        ]
      : [
          { color: 'green', value: null },
          ...(redFrom === undefined ? [] : [{ color: 'red', value: redFrom }]),
        ]
  return {
    type,
    title,
    description,
    datasource,
    fieldConfig: { defaults: { unit, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    targets: targets.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource,
      expr,
      legendFormat: legend,
    })),
  }
}
