import { clientErrors } from './call-history.ts'
import { callsOf, type Slo } from './event-source.ts'

/** Events of an objective in PromQL, for a window such as `5m`; per second or, for slices, per evaluation. */
export interface EventQueries {
  bad(window: string): string
  valid(window: string): string
  /** How many events were valid in the window. */
  count(window: string): string
  /** What has to be recorded every minute first. */
  slice?: { record: string; expr: string }
  /** What Prometheus says a little differently from the Monitor. */
  note?: string
}

/** The objective is about something that no metric tells. */
export class NotInMetrics extends Error {
  override readonly name = 'NotInMetrics'
}

const spans = 'traces_span_metrics'
const calls = 'gen_ai_client_operation_duration_seconds'
const firstChunks = 'gen_ai_client_operation_time_to_first_chunk_seconds'
/** Bounds of the gateway's histograms in seconds. */
const bounds = Array.from({ length: 14 }, (_, i) => Number((0.01 * 2 ** i).toPrecision(12)))

/**
 * What an objective counts, as Prometheus metrics: server spans as the OpenTelemetry collector's spanmetrics connector
 * counts them, calls as the gateway does, metrics under their own name.
 * @param labels of every recorded series
 * @throws NotInMetrics for scores, which no metric tells
 */
export function eventQueries(slo: Slo, namespace: string, labels: string): EventQueries {
  const { requests, metrics, latency } = slo
  if (metrics) return ofMetrics(metrics)
  if (latency) return ofSlices(latency, labels)
  const ofCalls = callsOf(slo)
  if (ofCalls?.good.kind === 'score')
    throw new NotInMetrics('scores come after the call and are no metric: Keelway alone tells when they burn')
  if (ofCalls) return ofRoute(ofCalls.route, namespace, ofCalls.good)
  const served = [
    ['service_name', requests?.service],
    ['service_namespace', requests?.namespace],
    ['span_name', requests?.operation],
  ] as const
  const all = `${spans}_calls_total${selector([...served, ['span_kind', 'SPAN_KIND_SERVER']])}`
  const failed = `${spans}_calls_total${selector([...served, ['span_kind', 'SPAN_KIND_SERVER'], ['status_code', 'STATUS_CODE_ERROR']])}`
  return counters(failed, all)
}

function ofMetrics({ service, namespace, total, good, bad }: NonNullable<Slo['metrics']>): EventQueries {
  const series = ({ metric, attributes }: typeof total) =>
    prometheusName(metric) +
    selector([['service_name', service], ['service_namespace', namespace], ...Object.entries(attributes)])
  return good ? counters(series(good), series(total), true) : counters(series(bad ?? total), series(total))
}

function ofRoute(
  route: string,
  namespace: string,
  good: Exclude<NonNullable<ReturnType<typeof callsOf>>['good'], { kind: 'score' }>,
): EventQueries {
  const of = (more: string) =>
    `{keelway_namespace=${quoted(namespace)}, keelway_route=${quoted(route)}, keelway_arm=~"stable|candidate"${more}}`
  if (good.kind === 'first-token') {
    const { le, note } = boundOf(good.withinMs)
    return {
      ...counters(`${firstChunks}_bucket${of(`, le="${le}"`)}`, `${firstChunks}_count${of('')}`, true),
      ...note,
    }
  }
  const valid = `${calls}_count${of(`, error_type!~"${clientErrors.join('|')}"`)}`
  if (good.withinMs === undefined)
    return counters(`${calls}_count${of(`, error_type!="", error_type!~"${clientErrors.join('|')}"`)}`, valid)
  const { le, note } = boundOf(good.withinMs)
  return { ...counters(`${calls}_bucket${of(`, error_type="", le="${le}"`)}`, valid, true), ...note }
}

function boundOf(withinMs: number): { le: number; note?: { note: string } } {
  const seconds = withinMs / 1000
  const le = bounds.findLast(bound => bound <= seconds) ?? bounds[0] ?? 0
  if (le === seconds) return { le }
  return {
    le,
    note: {
      note: `the gateway's histogram has a bound at ${le} s, not at ${seconds} s: calls between them count as bad`,
    },
  }
}

/** @param good the first series counts good events, not bad ones */
function counters(series: string, total: string, good = false): EventQueries {
  const rate = (counter: string, window: string) => `sum(rate(${counter}[${window}]))`
  const valid = (window: string) => rate(total, window)
  return {
    valid,
    // A counter that never counted is absent, and absent is not unknown.
    bad: window => {
      const counted = `(${rate(series, window)} or 0 * ${valid(window)})`
      return good ? `clamp_min(${valid(window)} - ${counted}, 0)` : counted
    },
    count: window => `sum(increase(${total}[${window}]))`,
  }
}

function ofSlices(latency: NonNullable<Slo['latency']>, labels: string): EventQueries {
  const { service, namespace, operation, metric, quantile, atMost } = latency
  const of = [
    ['service_name', service],
    ['service_namespace', namespace],
  ] as const
  const buckets = metric
    ? `${prometheusName(metric.metric)}_bucket${selector([...of, ...Object.entries(metric.attributes)])}`
    : `${spans}_duration_milliseconds_bucket${selector([...of, ['span_name', operation], ['span_kind', 'SPAN_KIND_SERVER']])}`
  const slice = `keelway:slo_slice:bad${labels}`
  const rates = `sum by (le) (rate(${buckets}[1m]))`
  return {
    slice: {
      record: 'keelway:slo_slice:bad',
      // A minute without traffic has no quantile and is no event.
      expr: `(histogram_quantile(${quantile}, ${rates}) > bool ${atMost}) and sum(${rates}) > 0`,
    },
    bad: window => `sum_over_time(${slice}[${window}])`,
    valid: window => `count_over_time(${slice}[${window}])`,
    count: window => `count_over_time(${slice}[${window}])`,
    note: 'minutes are judged by rate(…[1m]), which needs a scrape every 30 s or more often',
  }
}

/** OpenTelemetry's name as a Prometheus name; a name that is one already stays as it is. */
const prometheusName = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_:]/g, '_')

const selector = (labels: readonly (readonly [string, string | undefined])[]): string =>
  `{${labels.flatMap(([name, value]) => (value === undefined ? [] : [`${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}=${quoted(value)}`])).join(', ')}}`

export const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
