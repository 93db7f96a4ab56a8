import { Incident } from '../../api/kinds/incident.ts'
import type { Proposal } from '../../api/kinds/proposal.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Resource } from '../../telemetry/signals/signal.ts'
import type { SignalStore, Window } from '../../telemetry/signals/signal-store.ts'
import type { CallHistory } from '../../telemetry/slo/call-history.ts'
import type { Context } from '../runtime/reconciler.ts'

export interface Observed {
  state: 'well' | 'unwell' | 'unknown'
  /** What the signal says now, in words. */
  text: string
  /** When it got well, milliseconds since the epoch, where that is known. */
  since?: number
}

export interface Watchers {
  signals: Pick<SignalStore, 'requests' | 'series' | 'top'>
  callHistory: Pick<CallHistory, 'counts'>
}

type Signal = Proposal['spec']['expected']['signal']
type Figure = NonNullable<Signal['figure']>

const minute = 60_000

/** Of what a figure is taken: the last third of the time it has, a quarter of an hour at most. */
export const windowOf = (within: string): number =>
  Math.min(15 * minute, Math.max(minute, parseDuration(within) / 3))

/**
 * Whether the signal that a proposal names is well. A figure is taken over a whole window after the change was applied,
 * so that what was before it does not count; without any value nothing is known.
 */
export async function observe(
  { spec, metadata }: Pick<Proposal, 'spec' | 'metadata'>,
  appliedAt: number,
  watchers: Watchers,
  { informer, clock }: Pick<Context, 'informer' | 'clock'>,
): Promise<Observed> {
  const { signal, within } = spec.expected
  const { namespace = '' } = metadata
  if (signal.incident !== undefined) {
    const incident = informer(Incident).get(signal.incident, namespace)
    if (!incident) return { state: 'unknown', text: `there is no incident ${signal.incident}` }
    return incidentState(incident)
  }
  const now = clock.now()
  const length = windowOf(within)
  if (now < appliedAt + length)
    return { state: 'unknown', text: `it is measured for ${Math.round(length / minute)} min first` }
  const value = await figureOf(signal, { from: now - length, to: now }, namespace, watchers)
  if (value === undefined) return { state: 'unknown', text: `there is no value of ${nameOf(signal)}` }
  const { below, above } = signal
  const well = (below === undefined || value < below) && (above === undefined || value > above)
  return { state: well ? 'well' : 'unwell', text: `${nameOf(signal)} is ${Number(value.toPrecision(4))}` }
}

function incidentState({ metadata, status }: Incident): Observed {
  const phase = status?.phase ?? 'Open'
  const text = `incident ${metadata.name} is ${phase}`
  if (phase === 'Open') return { state: 'unwell', text }
  const over = status?.timeline?.findLast(({ what }) => what === 'Recovering' || what === 'Closed')
  const recovering = status?.timeline?.findLast(({ what }) => what === 'Recovering')
  const since = Date.parse((recovering ?? over)?.at ?? '')
  return { state: 'well', text, ...(Number.isFinite(since) && { since }) }
}

const nameOf = ({ figure, metric, service }: Signal): string =>
  [figure === 'metric' || figure === 'score' ? metric : figure, service && `of ${service}`]
    .filter(Boolean)
    .join(' ')

async function figureOf(
  { figure, metric = '', service = '' }: Signal,
  window: Window,
  namespace: string,
  { signals, callHistory }: Watchers,
): Promise<number | undefined> {
  const resource: Partial<Resource> = service === '' ? {} : { service }
  const stepMs = window.to - window.from
  switch (figure) {
    case undefined:
      return undefined
    case 'metric': {
      const series = await signals.series({ metric, resource, window, stepMs, measure: 'mean' })
      return mean(series.flatMap(({ points }) => points.map(({ value }) => value)))
    }
    case 'score':
      return meanScore({ namespace, route: service, name: metric, window, stepMs: minute }, callHistory)
    case 'cost': {
      const top = await signals.top({ of: 'routes', measure: 'usd', window, limit: 10_000 })
      const found = top.find(({ key }) => key === `${namespace}/${service}`)
      return found && (found.value * 3_600_000) / stepMs
    }
    default:
      return requestFigure(figure, resource, window, signals)
  }
}

const measures = {
  errorRatio: 'errorRatio',
  rate: 'perSecond',
  p50: 'p50Ms',
  p95: 'p95Ms',
  p99: 'p99Ms',
} as const

/** Buckets are weighted by how many requests they hold, but for the rate itself. */
async function requestFigure(
  figure: Exclude<Figure, 'metric' | 'score' | 'cost'>,
  resource: Partial<Resource>,
  window: Window,
  signals: Watchers['signals'],
): Promise<number | undefined> {
  const stepMs = minute
  const points = await signals.requests({ resource, window, stepMs })
  const requests = points.reduce((sum, { perSecond }) => sum + perSecond, 0)
  if (figure === 'rate') {
    const buckets = Math.max(1, Math.round((window.to - window.from) / stepMs))
    return points.length === 0 ? undefined : requests / Math.max(buckets, points.length)
  }
  if (requests === 0) return undefined
  return points.reduce((sum, point) => sum + point[measures[figure]] * point.perSecond, 0) / requests
}

const thresholds = Array.from({ length: 10 }, (_, i) => (i + 0.5) / 10)

/**
 * The mean of a score in [0, 1] is the area under its survival function, here at ten thresholds: exact for scores of 0
 * and 1, within a twentieth for others.
 */
async function meanScore(
  { name, ...query }: { namespace: string; route: string; name: string; window: Window; stepMs: number },
  callHistory: Watchers['callHistory'],
): Promise<number | undefined> {
  const shares = await Promise.all(
    thresholds.map(async atLeast => {
      const buckets = await callHistory.counts({ ...query, good: { kind: 'score', name, atLeast } })
      const [valid, bad] = [sum(buckets.map(bucket => bucket.valid)), sum(buckets.map(bucket => bucket.bad))]
      return valid === 0 ? undefined : 1 - bad / valid
    }),
  )
  const known = shares.filter(share => share !== undefined)
  return mean(known)
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : sum(values) / values.length
