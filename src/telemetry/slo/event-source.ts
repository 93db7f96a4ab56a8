import type { Monitor } from '../../api/kinds/monitor.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Resource } from '../signals/signal.ts'
import type { SignalStore, Window } from '../signals/signal-store.ts'
import type { CallHistory, GoodCall } from './call-history.ts'
import { lookMs, type Objective } from './evaluation.ts'
import type { EventBucket } from './event-counts.ts'

export type Slo = NonNullable<Monitor['spec']['slo']>
type Metrics = NonNullable<Slo['metrics']>
type Latency = NonNullable<Slo['latency']>

export interface EventSources {
  signals: Pick<SignalStore, 'requests' | 'series'>
  callHistory: CallHistory
}

/** The events of an objective in a window, by steps. */
export type ReadEvents = (window: Window, stepMs: number) => Promise<EventBucket[]>

const dayMs = 86_400_000

export const objectiveOf = ({ objective, window, minEvents }: Slo): Objective => ({
  percent: objective,
  periodMs: parseDuration(window),
  minEvents,
})

/** Which calls of a ModelRoute are events, when an objective is about one, and which of them are good. */
export function callsOf({ calls, score }: Slo): { route: string; good: GoodCall } | undefined {
  if (score)
    return { route: score.route.ref, good: { kind: 'score', name: score.name, atLeast: score.atLeast } }
  if (!calls) return undefined
  const route = calls.route.ref
  if (calls.firstTokenWithin !== undefined)
    return { route, good: { kind: 'first-token', withinMs: parseDuration(calls.firstTokenWithin) } }
  const withinMs = calls.within === undefined ? {} : { withinMs: parseDuration(calls.within) }
  return { route, good: { kind: 'answered', ...withinMs } }
}

/** What an objective is of, as signals name it: a service, or a ModelRoute. */
export function resourceOfSlo(slo: Slo, namespace: string): Resource {
  const route = callsOf(slo)?.route
  if (route !== undefined) return { service: route, namespace }
  const { service = '', namespace: own } = slo.requests ?? slo.metrics ?? slo.latency ?? {}
  return { service, ...(own === undefined ? {} : { namespace: own }) }
}

/** @param namespace of the Monitor, and so of its ModelRoute */
export function eventsOf(slo: Slo, namespace: string, { signals, callHistory }: EventSources): ReadEvents {
  const resource = resourceOfSlo(slo, namespace)
  const ofCalls = callsOf(slo)
  if (ofCalls) return (window, stepMs) => callHistory.counts({ namespace, window, stepMs, ...ofCalls })
  const { requests, metrics, latency } = slo
  if (metrics) return (window, stepMs) => ofMetrics(signals, metrics, resource, window, stepMs)
  if (latency) return window => slicesOf(signals, latency, resource, window)
  const operation = requests?.operation === undefined ? {} : { operation: requests.operation }
  return async (window, stepMs) =>
    (await signals.requests({ resource, ...operation, window, stepMs })).map(
      ({ at, perSecond, errorRatio }) => {
        const valid = (perSecond * stepMs) / 1000
        return { at, valid, bad: errorRatio * valid }
      },
    )
}

async function ofMetrics(
  signals: EventSources['signals'],
  { total, good, bad }: Metrics,
  resource: Resource,
  window: Window,
  stepMs: number,
): Promise<EventBucket[]> {
  const increase = async ({ metric, attributes }: Metrics['total']) => {
    const series = await signals.series({
      metric,
      attributes,
      ...of(resource),
      window,
      stepMs,
      measure: 'rate',
    })
    const found = new Map<number, number>()
    for (const { at, value } of series.flatMap(({ points }) => points))
      found.set(at, (found.get(at) ?? 0) + (value * stepMs) / 1000)
    return found
  }
  const valid = await increase(total)
  const other = await increase(bad ?? good ?? total)
  return [...valid].map(([at, events]) => {
    const counted = other.get(at) ?? 0
    // Two counters are read at two moments, so that one may be ahead for a step.
    return { at, valid: events, bad: Math.min(events, Math.max(0, bad ? counted : events - counted)) }
  })
}

/** Each minute with traffic is an event, good when its quantile is low enough. */
async function slicesOf(
  signals: EventSources['signals'],
  { metric, operation, quantile, atMost }: Latency,
  resource: Resource,
  { from, to }: Window,
): Promise<EventBucket[]> {
  const slices: EventBucket[] = []
  const add = (at: number, value: number) => slices.push({ at, valid: 1, bad: value > atMost ? 1 : 0 })
  // A week has as many minutes as one answer may have points.
  for (let begin = from; begin < to; begin += 7 * dayMs) {
    const step = { window: { from: begin, to: Math.min(to, begin + 7 * dayMs) }, stepMs: lookMs }
    if (metric) {
      const found = await signals.series({ ...metric, ...of(resource), ...step, measure: quantile })
      for (const { at, value } of found.flatMap(({ points }) => points)) add(at, value)
    } else {
      const found = await signals.requests({
        resource,
        ...(operation !== undefined && { operation }),
        ...step,
      })
      for (const { at, p50Ms, p95Ms, p99Ms } of found)
        add(at, quantile === 0.5 ? p50Ms : quantile === 0.99 ? p99Ms : p95Ms)
    }
  }
  return slices
}

const of = (resource: Resource) => (resource.service === '' ? {} : { resource })
