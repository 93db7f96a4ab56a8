import { expect, test } from 'vitest'
import { grafanaDashboard } from './dashboard.ts'
import { parseExposition } from './exposition.world.ts'
import { fullCall } from './full-call.world.ts'
import { metricTable } from './metric-table.ts'
import { createMetrics } from './metrics.ts'

interface Dashboard {
  panels: { id: number; type: string; title: string; targets?: { expr: string }[]; gridPos: object }[]
  templating: { list: { query: unknown }[] }
}

/** Words of PromQL and of Grafana that are no metric or label. */
const words = new Set(['sum', 'by', 'rate', 'increase', 'histogram_quantile', 'scalar', 'label_values', 'le'])

/** A gateway's text after calls of every kind. */
async function exposed() {
  const metrics = createMetrics({
    processMetrics: true,
    gauges: () => ({
      open: 0,
      connected: 1,
      workers: 1,
      snapshotAge: 1,
      spool: 0,
      recordsWaiting: 0,
      recordsDropped: 0,
      spansDropped: 0,
      shadowDropped: 0,
    }),
  })
  metrics.observe(fullCall(), 11)
  metrics.observe(fullCall({ provider: 'model', cache: 'hit', savedUsd: 0.1 }))
  metrics.observe(fullCall({ error: 'budget_exceeded', status: 429 }))
  const { costUsd: _, ...unpriced } = fullCall()
  metrics.observe(unpriced)
  return parseExposition(await metrics.text()).samples
}

const dashboard = grafanaDashboard() as unknown as Dashboard
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ query }) =>
    typeof query === 'object' ? [(query as { query: string }).query] : [],
  ),
]

test('every expression asks only for metrics and labels that are there after calls', async () => {
  const samples = await exposed()
  const names = new Set(samples.map(({ name }) => name))
  expect(expressions.length).toBeGreaterThan(30)
  for (const expression of expressions) {
    const bare = expression.replaceAll(/"[^"]*"/g, '').replaceAll(/\$\w+/g, '')
    const used = (bare.match(/[a-zA-Z_]\w*/g) ?? []).filter(word => !words.has(word))
    const metrics = used.filter(word => names.has(word))
    expect(metrics, expression).toHaveLength(expression.includes(' / ') ? 2 : 1)
    const labels = new Set(
      samples.filter(({ name }) => metrics.includes(name)).flatMap(sample => Object.keys(sample.labels)),
    )
    for (const word of used.filter(word => !names.has(word))) expect([...labels], expression).toContain(word)
  }
})

test('every metric of the table stands on the dashboard', () => {
  const all = expressions.join('\n')
  const absent = Object.values(metricTable).filter(
    ({ name }) => !all.includes(name.replaceAll('.', '_')) && !/waiting|first_token/.test(name),
  )
  expect(absent.map(({ name }) => name)).toEqual([])
})

test('panels have ids of their own and do not lie on each other', () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  expect(new Set(dashboard.panels.map(({ gridPos }) => JSON.stringify(gridPos))).size).toBe(
    dashboard.panels.length,
  )
})
