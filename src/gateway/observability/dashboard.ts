import { labelName, type MetricKey, type MetricRow, metricTable, prometheusName } from './metric-table.ts'
import type { Convention } from './names.ts'

interface Panel {
  title: string
  description: string
  unit: string
  /** PromQL and its legend. */
  targets: { expr: string; legend: string }[]
  type?: 'timeseries' | 'stat'
}

const convention: Convention = '1.41.1'
const name = (key: MetricKey): string => prometheusName(key, convention)
const labels = (...names: string[]): string => names.map(labelName).join(', ')
const namespace = 'keelway.namespace'
const route = 'keelway.route'

/** What the variables at the top of the dashboard choose. */
const chosen = `${labelName(namespace)}=~"$namespace", ${labelName(route)}=~"$route"`
const of = (metric: string, more = ''): string => `${metric}{${chosen}${more && `, ${more}`}}`
const rate = (metric: string, more = ''): string => `rate(${of(metric, more)}[$__rate_interval])`
const sum = (expr: string, ...by: string[]): string =>
  by.length === 0 ? `sum(${expr})` : `sum by (${labels(...by)}) (${expr})`
const legend = (...by: string[]): string => by.map(label => `{{${labelName(label)}}}`).join(' ')

function quantiles(key: MetricKey, ...by: string[]): Panel['targets'] {
  return [0.5, 0.95, 0.99].map(quantile => ({
    expr: `histogram_quantile(${quantile}, sum by (${labels('le', ...by)}) (${rate(`${name(key)}_bucket`)}))`,
    legend: `p${quantile * 100} ${legend(...by)}`.trim(),
  }))
}

const perSecond = (key: MetricKey, ...by: string[]): Panel['targets'] => [
  { expr: sum(rate(name(key)), ...by), legend: legend(...by) },
]
const gauge = (key: MetricKey): Panel['targets'] => [{ expr: name(key), legend: '{{instance}}' }]
const calls = `${name('duration')}_count`
const tokensOf = (type: string): string => rate(`${name('inputTokens')}_sum`, `gen_ai_token_type="${type}"`)
const helpOf = (key: MetricKey): string => metricTable[key].help

const rows: { title: string; panels: Panel[] }[] = [
  {
    title: 'Calls',
    panels: [
      {
        title: 'Calls',
        description: 'Calls a second by route and arm.',
        unit: 'reqps',
        targets: [{ expr: sum(rate(calls), route, 'keelway.arm'), legend: legend(route, 'keelway.arm') }],
      },
      {
        title: 'Errors',
        description: 'Share of calls that failed, by class of error.',
        unit: 'percentunit',
        targets: [
          {
            expr: `${sum(rate(calls, 'error_type!=""'), 'error.type')} / scalar(${sum(rate(calls))})`,
            legend: legend('error.type'),
          },
        ],
      },
      {
        title: 'Duration',
        description: helpOf('duration'),
        unit: 's',
        targets: quantiles('duration', 'keelway.arm'),
      },
      {
        title: 'Time to the first chunk',
        description: helpOf('firstChunk'),
        unit: 's',
        targets: quantiles('firstChunk'),
      },
      {
        title: 'Time per output token',
        description: helpOf('serverPerToken'),
        unit: 's',
        targets: quantiles('serverPerToken', 'gen_ai.request.model'),
      },
      {
        title: 'Time between chunks',
        description: helpOf('perChunk'),
        unit: 's',
        targets: quantiles('perChunk'),
      },
    ],
  },
  {
    title: 'Tokens and money',
    panels: [
      {
        title: 'Tokens',
        description: 'Input and output tokens a second, with cached and reasoning tokens.',
        unit: 'short',
        targets: ['input', 'output'].map(type => ({
          expr: sum(tokensOf(type), 'gen_ai.request.model'),
          legend: `${type} ${legend('gen_ai.request.model')}`,
        })),
      },
      {
        title: 'Tokens by bucket',
        description: helpOf('tokens'),
        unit: 'short',
        targets: perSecond('tokens', 'keelway.token.bucket'),
      },
      {
        title: 'Cost an hour',
        description: helpOf('cost'),
        unit: 'currencyUSD',
        targets: [
          {
            expr: `3600 * ${sum(rate(name('cost')), route, 'gen_ai.request.model')}`,
            legend: legend(route, 'gen_ai.request.model'),
          },
          { expr: `3600 * ${sum(rate(name('saved')))}`, legend: 'saved by the cache' },
        ],
      },
      {
        title: 'Calls of unknown cost',
        description: helpOf('unpriced'),
        unit: 'reqps',
        targets: perSecond('unpriced', 'gen_ai.request.model'),
      },
      {
        title: 'Where token counts come from',
        description: helpOf('usageSource'),
        unit: 'reqps',
        targets: perSecond('usageSource', 'keelway.usage.source'),
      },
      {
        title: 'Cache',
        description: helpOf('cache'),
        unit: 'reqps',
        targets: perSecond('cache', 'keelway.cache'),
      },
    ],
  },
  {
    title: 'Limits, guardrails and providers',
    panels: [
      {
        title: 'Refused by budgets and limits',
        description: helpOf('refused'),
        unit: 'reqps',
        targets: perSecond('refused', route, 'error.type'),
      },
      {
        title: 'Verdicts of guardrails',
        description: helpOf('guards'),
        unit: 'reqps',
        targets: perSecond(
          'guards',
          'keelway.guardrail.rule',
          'keelway.guardrail.verdict',
          'keelway.guardrail.action',
        ),
      },
      {
        title: 'Failed tries',
        description: helpOf('attempts'),
        unit: 'reqps',
        targets: perSecond('attempts', 'gen_ai.provider.name', 'error.type'),
      },
      {
        title: 'Models in the gateway',
        description: helpOf('serverDuration'),
        unit: 's',
        targets: quantiles('serverDuration', 'gen_ai.request.model'),
      },
    ],
  },
  {
    title: 'Gateway',
    panels: [
      {
        title: 'Control plane',
        description: helpOf('connected'),
        unit: 'bool_yes_no',
        targets: gauge('connected'),
        type: 'stat',
      },
      {
        title: 'Workers',
        description: helpOf('workers'),
        unit: 'short',
        targets: gauge('workers'),
        type: 'stat',
      },
      {
        title: 'Age of the snapshot',
        description: helpOf('snapshotAge'),
        unit: 's',
        targets: gauge('snapshotAge'),
      },
      { title: 'Requests in progress', description: helpOf('open'), unit: 'short', targets: gauge('open') },
      { title: 'Records on disk', description: helpOf('spool'), unit: 'bytes', targets: gauge('spool') },
      {
        title: 'Lost',
        description: 'Records, spans and shadow answers that were thrown away.',
        unit: 'short',
        targets: (['recordsDropped', 'spansDropped', 'shadowDropped'] as const).map(key => ({
          expr: `increase(${name(key)}[$__rate_interval])`,
          legend: `${(metricTable[key] as MetricRow).name.split('.')[1]} {{instance}}`,
        })),
      },
      {
        title: 'Memory',
        description: 'Resident memory of all processes.',
        unit: 'bytes',
        targets: [{ expr: 'process_resident_memory_bytes', legend: '{{instance}}' }],
      },
      {
        title: 'CPU',
        description: 'Cores in use by all processes.',
        unit: 'short',
        targets: [{ expr: 'rate(process_cpu_seconds_total[$__rate_interval])', legend: '{{instance}}' }],
      },
    ],
  },
]

const width = 8
const height = 8
const datasource = { type: 'prometheus', uid: '$datasource' }

/** The Grafana dashboard (schema 39, Grafana 10 and later), for import or provisioning. */
export function grafanaDashboard(): Record<string, unknown> {
  let y = 0
  let id = 0
  const panels = rows.flatMap(({ title, panels }) => {
    const row = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: 24, h: 1 },
      panels: [],
    }
    const drawn = panels.map((panel, i) => ({
      ...panelOf(panel),
      id: ++id,
      gridPos: { x: (i % 3) * width, y: y + Math.floor(i / 3) * height, w: width, h: height },
    }))
    y += Math.ceil(panels.length / 3) * height
    return [row, ...drawn]
  })
  return {
    uid: 'keelway-gateway',
    title: 'Keelway gateway',
    description: 'Written by npm run gen; do not edit.',
    tags: ['keelway', 'genai'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
        variable('namespace', `label_values(${calls}, ${labelName(namespace)})`),
        variable(
          'route',
          `label_values(${calls}{${labelName(namespace)}=~"$namespace"}, ${labelName(route)})`,
        ),
      ],
    },
    panels,
  }
}

const variable = (name: string, query: string) => ({
  name,
  label: name === 'route' ? 'Route' : 'Namespace',
  type: 'query',
  datasource,
  query: { query, refId: name },
  refresh: 2,
  includeAll: true,
  multi: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
})

const panelOf = ({ title, description, unit, targets, type = 'timeseries' }: Panel) => ({
  type,
  title,
  description,
  datasource,
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  targets: targets.map(({ expr, legend }, i) => ({
    refId: String.fromCharCode(65 + i),
    datasource,
    expr,
    legendFormat: legend,
  })),
})
