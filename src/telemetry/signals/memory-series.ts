import { matchesResource, resourceKey } from './identity.ts'
import { bucketsOf, histogramQuantile, type Increase, type ValueBucket } from './increase.ts'
import { checkSeries, checkSteps, compareText } from './questions.ts'
import type { MetricPoint, Resource } from './signal.ts'
import type { Series, SeriesQuery, SignalStore } from './signal-store.ts'

export type StoredPoint = MetricPoint & { added: Increase | undefined }

const resourceFields = ['namespace', 'workload', 'version', 'instance'] as const

/** Which line of an answer a series belongs to: its service and what else the question splits by. */
export function lineOf(
  { resource, attributes }: Pick<MetricPoint, 'resource' | 'attributes'>,
  by: readonly string[] = [],
): Omit<Series, 'points'> {
  const split: Record<string, string> = {}
  const shown: Resource = { service: resource.service }
  for (const name of by) {
    const field = resourceFields.find(one => one === name)
    const own = field && resource[field]
    if (field && own !== undefined) shown[field] = own
    else if (attributes[name] !== undefined) split[name] = String(attributes[name])
  }
  return { resource: shown, attributes: split }
}

export const seriesKey = ({ resource, name, attributes }: MetricPoint): string =>
  `${resourceKey(resource)}\n${name}\n${JSON.stringify(Object.entries(attributes).sort(([a], [b]) => compareText(a, b)))}`

export const hasAttributes = (
  attributes: MetricPoint['attributes'],
  wanted: SeriesQuery['attributes'] = {},
): boolean =>
  Object.entries(wanted).every(([key, value]) => key in attributes && String(attributes[key]) === value)

export function memorySeries(points: readonly StoredPoint[], query: SeriesQuery): Series[] {
  const step = checkSteps(query)
  const { from, to } = query.window
  const lines = new Map<string, { line: Omit<Series, 'points'>; found: StoredPoint[] }>()
  for (const point of points) {
    if (point.name !== query.metric || point.at < from || point.at >= to) continue
    if (!matchesResource(point.resource, query.resource)) continue
    if (!hasAttributes(point.attributes, query.attributes)) continue
    const line = lineOf(point, query.by)
    const key = JSON.stringify(line)
    const entry = lines.get(key) ?? { line, found: [] }
    lines.set(key, entry)
    entry.found.push(point)
  }
  checkSeries(lines.size, query)
  return [...lines.values()]
    .map(({ line, found }) => ({ ...line, points: measured(found, step, query.measure) }))
    .filter(series => series.points.length > 0)
}

function measured(points: StoredPoint[], step: number, measure: SeriesQuery['measure']): Series['points'] {
  const buckets = Map.groupBy(
    points.toSorted((a, b) => a.at - b.at),
    ({ at }) => Math.floor(at / step) * step,
  )
  return [...buckets].flatMap(([at, found]) => {
    const value = measureOf(found, measure)
    return value === undefined ? [] : [{ at, value }]
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function measureOf(points: readonly StoredPoint[], measure: SeriesQuery['measure']): number | undefined {
  const histograms = points.filter(({ type }) => type === 'histogram')
  const values = points.map(({ value }) => value)
  const bySeries = () => [...Map.groupBy(points, seriesKey).values()]
  if (typeof measure === 'number') return quantileOfPoints(histograms, measure)
  switch (measure) {
    case 'mean': {
      if (histograms.length === 0) return sum(values) / values.length
      const n = sum(histograms.map(({ added }) => added?.increase ?? 0))
      return n === 0 ? undefined : sum(histograms.map(({ added }) => added?.sum ?? 0)) / n
    }
    case 'min':
      return values.reduce((least, value) => Math.min(least, value), Infinity)
    case 'max':
      return values.reduce((most, value) => Math.max(most, value), -Infinity)
    case 'last':
      return values.at(-1)
    case 'sum':
      return sum(bySeries().map(sumOfSeries))
    case 'rate': {
      const rates = bySeries().flatMap(rateOfSeries)
      return rates.length === 0 ? undefined : sum(rates)
    }
  }
}

function sumOfSeries(points: readonly StoredPoint[]): number {
  const last = points.at(-1)
  if (last?.type === 'histogram') return sum(points.map(({ added }) => added?.sum ?? 0))
  if (last?.type === 'delta') return sum(points.map(({ added }) => added?.increase ?? 0))
  return last?.value ?? 0
}

function rateOfSeries(points: readonly StoredPoint[]): number[] {
  const covered = sum(points.map(({ added }) => added?.coveredMs ?? 0))
  return covered === 0 ? [] : [(1000 * sum(points.map(({ added }) => added?.increase ?? 0))) / covered]
}

function quantileOfPoints(points: readonly StoredPoint[], quantile: number): number | undefined {
  const buckets: ValueBucket[] = points.flatMap(({ distribution, added }) =>
    distribution && added?.counts ? bucketsOf(distribution, added.counts) : [],
  )
  return buckets.length === 0 ? undefined : histogramQuantile(buckets, quantile)
}

/** Metrics of a window by name. */
export function memoryMetrics(
  points: readonly StoredPoint[],
  { resource, window }: Parameters<SignalStore['metrics']>[0],
): Awaited<ReturnType<SignalStore['metrics']>> {
  const found = points.filter(
    point => point.at >= window.from && point.at < window.to && matchesResource(point.resource, resource),
  )
  return [...Map.groupBy(found, ({ name, unit, type }) => JSON.stringify([name, unit ?? '', type]))]
    .map(([key, same]) => {
      const [name = '', unit = '', type = ''] = JSON.parse(key) as string[]
      return { name, unit, type, series: new Set(same.map(seriesKey)).size }
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
