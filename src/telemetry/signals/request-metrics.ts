import type { RequestPoint, Series, SignalStore } from './signal-store.ts'

/** Requests served, as a histogram of how long each took; the first that a service has is taken. */
const durations: Readonly<Record<string, number>> = {
  // By OpenTelemetry, Spring, Istio and widespread client libraries of Prometheus; with the unit in milliseconds.
  'http.server.request.duration': 1000,
  'rpc.server.call.duration': 1000,
  'http.server.duration': 1,
  'rpc.server.duration': 1,
  http_server_request_duration_seconds: 1000,
  http_server_duration_milliseconds: 1,
  http_server_requests_seconds: 1000,
  http_request_duration_seconds: 1000,
  http_requests_duration_seconds: 1000,
  request_duration_seconds: 1000,
  istio_request_duration_milliseconds: 1,
  grpc_server_handling_seconds: 1000,
}

/** Requests served, counted. */
const totals = [
  'http_server_requests_total',
  'http_server_requests_seconds_count',
  'http_requests_total',
  'http_request_total',
  'istio_requests_total',
  'grpc_server_handled_total',
  'requests_total',
]

const statuses = [
  'http.response.status_code',
  'http.status_code',
  'http_response_status_code',
  'rpc.response.status_code',
  'rpc.grpc.status_code',
  'status_code',
  'status',
  'code',
  'response_code',
  'grpc_code',
  'error.type',
  'outcome',
]

const operations = [
  'http.route',
  'rpc.method',
  'http_route',
  'route',
  'uri',
  'handler',
  'path',
  'grpc_method',
]

/** What a server answers when it is at fault: HTTP 5xx, or a code of gRPC that Google's API guide counts as 5xx. */
const fault =
  /^(5\d\d|error|server_error|unknown|deadlineexceeded|deadline_exceeded|unimplemented|internal|unavailable|dataloss|data_loss|2|4|12|13|14|15)$/i

/** Requests of a service that reports metrics and no spans. */
export async function requestsOfMetrics(
  store: Pick<SignalStore, 'series' | 'metrics'>,
  { resource, operation, window, stepMs }: Parameters<SignalStore['requests']>[0],
): Promise<RequestPoint[]> {
  const names = new Map((await store.metrics({ resource, window })).map(metric => [metric.name, metric]))
  const timed = Object.keys(durations).find(name => names.get(name)?.type === 'histogram')
  const metric = timed ?? totals.find(name => names.has(name))
  if (metric === undefined) return []
  const splits = [...statuses, ...(operation === undefined ? [] : operations)]
  const asked = { metric, resource, window, stepMs }
  const wanted = (series: Series) =>
    operation === undefined ||
    operations.some(key => {
      const route = series.attributes[key]
      return route !== undefined && (operation === route || operation.endsWith(` ${route}`))
    })
  const points = new Map<number, RequestPoint>()
  for (const series of await store.series({ ...asked, measure: 'rate', by: splits }))
    if (wanted(series)) addRates(points, series)
  if (timed !== undefined && operation === undefined) await addQuantiles(store, points, asked, timed)
  return [...points.values()].sort((a, b) => a.at - b.at)
}

function addRates(points: Map<number, RequestPoint>, { attributes, points: rates }: Series): void {
  const failed =
    attributes['error.type'] !== undefined || statuses.some(key => fault.test(attributes[key] ?? ''))
  for (const { at, value } of rates) {
    const point = points.get(at) ?? { at, perSecond: 0, errorRatio: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 }
    const errors = point.errorRatio * point.perSecond + (failed ? value : 0)
    point.perSecond += value
    point.errorRatio = point.perSecond === 0 ? 0 : errors / point.perSecond
    points.set(at, point)
  }
}

async function addQuantiles(
  store: Pick<SignalStore, 'series'>,
  points: Map<number, RequestPoint>,
  asked: Omit<Parameters<SignalStore['series']>[0], 'measure' | 'by'>,
  metric: string,
): Promise<void> {
  const scale = durations[metric] ?? 1
  for (const [measure, field] of [
    [0.5, 'p50Ms'],
    [0.95, 'p95Ms'],
    [0.99, 'p99Ms'],
  ] as const)
    for (const { points: found } of await store.series({ ...asked, measure }))
      for (const { at, value } of found) {
        const point = points.get(at)
        // Several services match: the slowest is what is worth knowing.
        if (point) point[field] = Math.max(point[field], value * scale)
      }
}
