import type { Series, SeriesQuery } from '../signals/signal-store.ts'
import { metricCsv } from './metric-table.ts'
import type { Writing } from './writing.ts'

const mostMetrics = 2_000
const mostSeries = 1_000
const mostColumns = 500

/** Rows by time, of one column. */
type Column = ReadonlyMap<number, number>
type Columns = Map<string, Column>

/** metrics/: gauges as they are, of counters how much a second, of histograms quantiles; and what services answered. */
export async function writeMetrics(writing: Writing): Promise<void> {
  const { draft } = writing
  const tables = await columnsOf(writing)
  await addRequests(writing, tables)
  for (const service of [...tables.keys()].sort()) {
    const columns = tables.get(service) ?? new Map<string, Column>()
    const names = [...columns.keys()].sort()
    if (names.length > mostColumns)
      draft.leaveOut(`${names.length - mostColumns} of ${names.length} metrics of ${service}`)
    const shown = names.slice(0, mostColumns)
    const at = [...new Set(shown.flatMap(name => [...(columns.get(name)?.keys() ?? [])]))].sort(
      (a, b) => a - b,
    )
    if (at.length === 0) continue
    const csv = metricCsv({
      columns: shown,
      at: Float64Array.from(at),
      values: shown.map(name => Float64Array.from(at, time => columns.get(name)?.get(time) ?? Number.NaN)),
    })
    await draft.put(`metrics/${writing.nameOf(service)}.csv`, csv)
  }
}

async function columnsOf(writing: Writing): Promise<Map<string, Columns>> {
  const { query, sources, draft, stepMs } = writing
  const window = { from: query.from, to: query.to }
  const tables = new Map<string, Columns>()
  const metrics = await sources.signals.metrics({ window })
  if (metrics.length > mostMetrics) draft.leaveOut(`${metrics.length - mostMetrics} metrics`)
  for (const { name, type, series } of metrics.slice(0, mostMetrics))
    for (const { ending, measure } of measuresOf(type)) {
      const ask = { metric: name, window, stepMs, measure }
      const found = series > mostSeries ? await oneByOne(writing, ask) : await sources.signals.series(ask)
      for (const { resource, points } of found) {
        if (!writing.wants(resource.service)) continue
        const columns = tables.get(resource.service) ?? new Map<string, Column>()
        tables.set(resource.service, columns)
        columns.set(`${name}${ending}`, new Map(points.map(({ at, value }) => [at, value])))
      }
    }
  return tables
}

async function oneByOne({ services, sources }: Writing, ask: SeriesQuery): Promise<Series[]> {
  const found: Series[] = []
  for (const service of services)
    found.push(...(await sources.signals.series({ ...ask, resource: { service } })))
  return found
}

function measuresOf(type: string): { ending: string; measure: SeriesQuery['measure'] }[] {
  if (type === 'gauge') return [{ ending: '', measure: 'mean' }]
  if (type !== 'histogram') return [{ ending: '_rate', measure: 'rate' }]
  return [
    { ending: '_rate', measure: 'rate' },
    { ending: '_p50', measure: 0.5 },
    { ending: '_p95', measure: 0.95 },
    { ending: '_p99', measure: 0.99 },
  ]
}

/** Requests and errors a second and latencies in seconds, where no metric has the name. */
async function addRequests({ services, sources, query, stepMs }: Writing, tables: Map<string, Columns>) {
  const window = { from: query.from, to: query.to }
  for (const service of new Set([...services, ...tables.keys()])) {
    const columns = tables.get(service) ?? new Map<string, Column>()
    if (service === '' || columns.has('requests')) continue
    const points = await sources.signals.requests({ resource: { service }, window, stepMs })
    if (points.length === 0) continue
    tables.set(service, columns)
    const add = (name: string, value: (point: (typeof points)[number]) => number) => {
      if (!columns.has(name)) columns.set(name, new Map(points.map(point => [point.at, value(point)])))
    }
    add('requests', ({ perSecond }) => perSecond)
    add('errors', ({ perSecond, errorRatio }) => perSecond * errorRatio)
    add('latency_p50', ({ p50Ms }) => p50Ms / 1000)
    add('latency_p95', ({ p95Ms }) => p95Ms / 1000)
    add('latency_p99', ({ p99Ms }) => p99Ms / 1000)
  }
}
