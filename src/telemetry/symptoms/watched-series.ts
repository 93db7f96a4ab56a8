import type { Resource } from '../signals/signal.ts'
import type { SeriesQuery, SignalStore, Window } from '../signals/signal-store.ts'

/** One series that is watched, with its values in a window by ascending time. */
export interface Reading {
  /** The same in every window. */
  id: string
  /** What it measures, for people, such as `requests/s`. */
  name: string
  resource: Resource
  points: readonly { at: number; value: number }[]
}

export type ReadStore = Pick<SignalStore, 'series' | 'metrics' | 'requests' | 'top'>

const mostServices = 200
const mostMetrics = 500

/**
 * What is watched of a system: requests, errors and latency of each service, then each metric of each service, in an
 * order that stays.
 */
export async function* readings(store: ReadStore, window: Window, stepMs: number): AsyncGenerator<Reading> {
  yield* requestReadings(store, window, stepMs)
  const metrics = await store.metrics({ window })
  for (const { name, type } of metrics.slice(0, mostMetrics))
    for (const measure of measuresOf(type))
      yield* metricReadings(store, { metric: name, measure, window, stepMs })
}

async function* requestReadings(store: ReadStore, window: Window, stepMs: number): AsyncGenerator<Reading> {
  const services = await store.top({ of: 'services', measure: 'count', window, limit: mostServices })
  const found = await inTurn(services.map(({ key }) => key).sort(), async service => ({
    service,
    points: await store.requests({ resource: { service }, window, stepMs }),
  }))
  // A bucket without any request of any service says that nothing was told, not that nobody asked.
  const told = [...new Set(found.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b)
  for (const { service, points } of found) {
    const reading = (name: string, values: Reading['points']): Reading => ({
      id: `requests/${name}/${service}`,
      name,
      resource: { service },
      points: values,
    })
    const rates = new Map(points.map(({ at, perSecond }) => [at, perSecond]))
    const [first] = points
    if (!first) continue
    yield reading(
      'requests/s',
      told.map(at => ({ at, value: rates.get(at) ?? 0 })),
    )
    yield reading(
      'errors',
      points.map(({ at, errorRatio }) => ({ at, value: errorRatio })),
    )
    yield reading(
      'p95 ms',
      points.map(({ at, p95Ms }) => ({ at, value: p95Ms })),
    )
  }
}

async function* metricReadings(store: ReadStore, query: Omit<SeriesQuery, 'by'>): AsyncGenerator<Reading> {
  const { metric, measure } = query
  const name =
    measure === 'mean'
      ? metric
      : `${typeof measure === 'number' ? `p${measure * 100}` : measure} of ${metric}`
  for (const { resource, points } of await seriesOf(store, query)) {
    const { service, namespace } = resource
    const place = namespace === undefined ? { service } : { service, namespace }
    yield { id: `metric/${measure}/${metric}/${namespace ?? ''}/${service}`, name, resource: place, points }
  }
}

/** A metric of more services than one answer holds is not watched. */
async function seriesOf(store: ReadStore, query: Omit<SeriesQuery, 'by'>) {
  try {
    return await store.series({ ...query, by: ['namespace'] })
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

const measuresOf = (type: string): readonly SeriesQuery['measure'][] =>
  type === 'histogram' ? [0.95, 'rate'] : type === 'gauge' ? ['mean'] : ['rate']

async function inTurn<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const results: To[] = []
  for (const item of items) results.push(await work(item))
  return results
}
