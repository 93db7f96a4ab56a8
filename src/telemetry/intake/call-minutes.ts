import type { Distribution, MetricPoint } from '../signals/signal.ts'
import type { CallRecord } from '../telemetry.ts'
import { cut } from './attributes.ts'
import { cleanAttributes, resource } from './plain-values.ts'

export interface CallMinutes {
  add(call: CallRecord): void
  /** The minutes that ended long enough ago, as points, and up to when that is. */
  close(now: number): { points: MetricPoint[]; until: number }
}

const MINUTE_MS = 60_000
/** Gateways report within a fifth of a second. */
const GRACE_MS = 2_000
/** Routes × models × releases in one minute. */
const MAX_GROUPS = 5_000
/** Seconds; the bounds that OpenTelemetry's GenAI conventions advise for durations. */
const BOUNDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]

interface Group {
  first: CallRecord
  calls: number
  errors: Map<string, number>
  durations: number[]
  durationSum: number
  firstTokens: number[]
  firstTokenSum: number
  tokens: Map<string, number>
  usd: number
  unpriced: number
}

/**
 * Sums calls up by the minute in which they ended, so that a minute can be closed soon after its end however long calls
 * take. A call that comes later than that counts in the minute that is open.
 * @param from minutes before it were told already
 */
export function createCallMinutes({
  from,
  lose,
}: {
  from: number | undefined
  lose(count: number, why: string): void
}): CallMinutes {
  const open = new Map<number, Minute>()
  let closed = from ?? 0
  return {
    add(call) {
      const ended = call.at + call.latencyMs
      if (from !== undefined && ended < from) return
      const start = Math.max(Math.floor(ended / MINUTE_MS) * MINUTE_MS, closed)
      const { groups, ids } = open.get(start) ?? opened(open, start)
      // A call that was found among the recent ones may be told again.
      if (ids.has(call.id)) return
      ids.add(call.id)
      const key = [call.namespace, call.route, call.release, call.arm, call.provider, call.model].join('\n')
      const group = groups.get(key) ?? emptyGroup(call)
      if (!groups.has(key) && groups.size === MAX_GROUPS)
        lose(1, `more than ${MAX_GROUPS} routes, models and releases were called within one minute`)
      else groups.set(key, count(group, call))
    },
    close(now) {
      const until = Math.floor((now - GRACE_MS) / MINUTE_MS) * MINUTE_MS
      const points: MetricPoint[] = []
      for (const [minute, { groups }] of [...open].sort(([a], [b]) => a - b)) {
        if (minute >= until) continue
        for (const group of groups.values()) points.push(...pointsOf(group, minute))
        open.delete(minute)
      }
      closed = Math.max(closed, until)
      return { points, until: closed }
    },
  }
}

interface Minute {
  groups: Map<string, Group>
  /** Calls that were counted. */
  ids: Set<string>
}

function opened(open: Map<number, Minute>, start: number): Minute {
  const minute: Minute = { groups: new Map(), ids: new Set() }
  open.set(start, minute)
  return minute
}

const emptyGroup = (first: CallRecord): Group => ({
  first,
  calls: 0,
  errors: new Map(),
  durations: BOUNDS.map(() => 0).concat(0),
  durationSum: 0,
  firstTokens: BOUNDS.map(() => 0).concat(0),
  firstTokenSum: 0,
  tokens: new Map(),
  usd: 0,
  unpriced: 0,
})

function count(group: Group, call: CallRecord): Group {
  group.calls++
  if (call.error !== undefined) group.errors.set(call.error, (group.errors.get(call.error) ?? 0) + 1)
  observe(group.durations, call.latencyMs / 1000)
  group.durationSum += call.latencyMs / 1000
  if (call.firstByteMs !== undefined) {
    observe(group.firstTokens, call.firstByteMs / 1000)
    group.firstTokenSum += call.firstByteMs / 1000
  }
  for (const [type, tokens] of Object.entries({ input: call.inputTokens, output: call.outputTokens }))
    if (tokens) group.tokens.set(type, (group.tokens.get(type) ?? 0) + tokens)
  if (call.costUsd !== undefined) group.usd += call.costUsd
  else if (call.inputTokens || call.outputTokens) group.unpriced++
  return group
}

function observe(counts: number[], seconds: number): void {
  const index = BOUNDS.findIndex(bound => seconds <= bound)
  const bucket = index < 0 ? BOUNDS.length : index
  counts[bucket] = (counts[bucket] ?? 0) + 1
}

/** Points at the end of the minute, each for that minute alone. */
function pointsOf(group: Group, minute: number): MetricPoint[] {
  const { first } = group
  const of = resource({
    service: first.route,
    namespace: first.namespace,
    workload: `ModelRoute/${first.route}`,
    version: first.release,
  })
  const attributes = {
    'gen_ai.request.model': first.model,
    'gen_ai.provider.name': first.provider,
    'keelway.arm': first.arm,
  }
  const at = minute + MINUTE_MS
  const delta = (name: string, unit: string, value: number, more: object = {}): MetricPoint => ({
    kind: 'metric',
    resource: of,
    at,
    start: minute,
    name,
    unit,
    type: 'delta',
    value,
    attributes: cleanAttributes({ ...attributes, ...more }),
  })
  const histogram = (name: string, counts: readonly number[], sum: number): MetricPoint => ({
    ...delta(
      name,
      's',
      counts.reduce((total, each) => total + each, 0),
    ),
    type: 'histogram',
    distribution: { bounds: BOUNDS, counts, sum } satisfies Distribution,
  })
  return [
    delta('keelway.gateway.calls', '{call}', group.calls),
    ...[...group.errors].map(([error, value]) =>
      delta('keelway.gateway.errors', '{call}', value, { 'error.type': cut(error, 256) }),
    ),
    histogram('gen_ai.client.operation.duration', group.durations, group.durationSum),
    ...(group.firstTokens.some(value => value > 0)
      ? [histogram('gen_ai.client.operation.time_to_first_chunk', group.firstTokens, group.firstTokenSum)]
      : []),
    ...[...group.tokens].map(([type, value]) =>
      delta('keelway.gateway.tokens', '{token}', value, { 'gen_ai.token.type': type }),
    ),
    ...(group.usd > 0 ? [delta('keelway.gateway.cost', '{usd}', group.usd)] : []),
    ...(group.unpriced > 0 ? [delta('keelway.gateway.calls.unpriced', '{call}', group.unpriced)] : []),
  ]
}
