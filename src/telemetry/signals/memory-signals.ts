import { identityOf, matchesResource } from './identity.ts'
import { increaseOf, type SeriesState } from './increase.ts'
import { memoryMetrics, memorySeries, type StoredPoint, seriesKey } from './memory-series.ts'
import { memoryGroups, memoryRequests, memoryServiceGraph } from './memory-spans.ts'
import { modelCallGroups } from './model-calls.ts'
import {
  boundedLimit,
  checkMeasure,
  checkWindow,
  comparedGroups,
  compareText,
  type Group,
  largest,
} from './questions.ts'
import { requestsOfMetrics } from './request-metrics.ts'
import type { LogRecord, Signal, SignalKind } from './signal.ts'
import type { SignalStore, TemplateCount, TopQuery, Window } from './signal-store.ts'
import { type TemplateOf, wordTemplate } from './template-of.ts'

interface StoredLog extends LogRecord {
  template: string
  text: string
}

/** Signals that are gone with the process and never deleted: for tests, and for the few of an evidence bundle. */
export function memorySignals({ templateOf = wordTemplate }: { templateOf?: TemplateOf } = {}): SignalStore {
  const identities = new Set<string>()
  const newest = new Map<string, SeriesState>()
  const points: StoredPoint[] = []
  const logs: StoredLog[] = []
  const others: Exclude<Signal, { kind: 'metric' | 'log' }>[] = []
  const of = <Kind extends SignalKind>(kind: Kind) =>
    others.filter((signal): signal is typeof signal & { kind: Kind } => signal.kind === kind)

  const add = (signal: Signal): void => {
    const identity = identityOf(signal)
    if (identity !== undefined) {
      const key = `${signal.kind}\n${identity}`
      if (identities.has(key)) return
      identities.add(key)
    }
    if (signal.kind === 'metric') {
      if (!Number.isFinite(signal.value)) return
      const key = seriesKey(signal)
      const before = newest.get(key)
      points.push({ ...signal, added: increaseOf(before, signal) })
      if (!before || signal.at > before.at) newest.set(key, signal)
    } else if (signal.kind === 'log') {
      const { id, template } = templateOf(signal.resource, signal.body)
      logs.push({ ...signal, template: id, text: template })
    } else others.push(signal)
  }

  const groups = async (query: Omit<TopQuery, 'limit'>): Promise<Group[]> => {
    checkMeasure(query)
    checkWindow(query.window)
    if (query.of === 'templates') {
      const found = newestFirst(logs, query)
      return counted(
        found,
        query.measure,
        ({ template }) => template,
        ({ severity }) => severity >= 17,
      )
    }
    if (query.of === 'events')
      return counted(
        newestFirst(of('event'), query),
        query.measure,
        ({ source, reason }) => `${source}/${reason}`,
        ({ severity }) => severity === 'error',
      )
    const found = memoryGroups(of('span'), query)
    return query.of === 'models' || query.of === 'routes' ? modelCallGroups(store, query, found) : found
  }

  const store: SignalStore = {
    append: async signals => {
      for (const signal of structuredClone(signals)) add(signal)
    },
    series: async query => memorySeries(points, query),
    metrics: async query => memoryMetrics(points, query),
    requests: async query => {
      const found = memoryRequests(of('span'), query)
      return found.length > 0 ? found : requestsOfMetrics(store, query)
    },
    top: async ({ limit, ...query }) => largest(await groups(query), limit),
    compare: async ({ limit, before, after, ...query }) =>
      comparedGroups(
        await groups({ ...query, window: before }),
        await groups({ ...query, window: after }),
        limit,
      ),
    serviceGraph: async window => memoryServiceGraph(of('span'), checkWindow(window)),
    templates: async query => templateCounts(logs, query),
    logs: async ({ template, traceId, limit, ...query }) =>
      newestFirst(logs, query)
        .filter(
          log =>
            (template === undefined || log.template === template) &&
            (traceId === undefined || log.traceId === traceId),
        )
        .slice(0, boundedLimit(limit))
        .map(({ text: _, ...log }) => log),
    trace: async traceId =>
      of('span')
        .filter(span => span.traceId === traceId)
        .sort((a, b) => a.at - b.at || compareText(a.spanId, b.spanId)),
    spans: async ({ error, limit, ...query }) =>
      newestFirst(of('span'), query)
        .filter(span => error === undefined || span.error === error)
        .slice(0, boundedLimit(limit)),
    events: async ({ source, limit, ...query }) =>
      newestFirst(of('event'), query)
        .filter(event => source === undefined || event.source === source)
        .slice(0, boundedLimit(limit)),
    changes: async ({ limit, ...query }) =>
      newestFirst(of('change'), query).slice(0, boundedLimit(limit)).reverse(),
    costs: async ({ window, by }) => {
      const found = newestFirst(of('cost'), { window })
      const keys = Map.groupBy(found, cost =>
        by === 'owner' || by === 'category' ? (cost[by] ?? '') : (cost.resource[by] ?? ''),
      )
      return [...keys]
        .map(([key, same]) => ({ key, usd: same.reduce((sum, { usd }) => sum + usd, 0) }))
        .sort((a, b) => b.usd - a.usd || compareText(a.key, b.key))
    },
    stats: async () => {
      const all: Signal[] = [...points, ...logs, ...others]
      const kinds = Map.groupBy(all, ({ kind }) => kind)
      const rows = [...kinds].map(([kind, { length }]) => [kind, { kept: length, expired: 0, evicted: 0 }])
      const oldest = all.reduce((first, { at }) => Math.min(first, at), Infinity)
      return { bytes: 0, rows: Object.fromEntries(rows), ...(all.length === 0 ? {} : { oldest }) }
    },
    maintain: async () => undefined,
    export: () => Promise.reject(new Error('signals in memory can not be exported; open a file')),
    close: async () => undefined,
  }
  return store
}

function newestFirst<S extends Signal>(
  signals: readonly S[],
  { resource, window }: { resource?: TopQuery['resource']; window: Window },
): S[] {
  const { from, to } = checkWindow(window)
  return signals
    .filter(signal => signal.at >= from && signal.at < to && matchesResource(signal.resource, resource))
    .sort((a, b) => b.at - a.at)
}

function counted<S>(
  signals: readonly S[],
  measure: TopQuery['measure'],
  keyOf: (signal: S) => string,
  isError: (signal: S) => boolean,
): Group[] {
  return [...Map.groupBy(signals, keyOf)].map(([key, same]) => {
    const errors = same.filter(isError).length
    const value = measure === 'count' ? same.length : measure === 'errors' ? errors : errors / same.length
    return { key, value, count: same.length }
  })
}

function templateCounts(
  logs: readonly StoredLog[],
  query: Parameters<SignalStore['templates']>[0],
): TemplateCount[] {
  const key = ({ template, resource }: StoredLog) => `${template}\n${resource.service}`
  const ever = Map.groupBy(logs, key)
  return [...Map.groupBy(newestFirst(logs, query), key)]
    .map(([id, found]) => {
      const times = (ever.get(id) ?? []).map(({ at }) => at)
      const example = found.at(-1)
      const levels: Record<number, number> = {}
      for (const { severity } of found) levels[severity] = (levels[severity] ?? 0) + 1
      return {
        id: example?.template ?? '',
        template: example?.text ?? '',
        service: example?.resource.service ?? '',
        count: found.length,
        levels,
        firstSeen: times.reduce((least, at) => Math.min(least, at), Infinity),
        lastSeen: times.reduce((most, at) => Math.max(most, at), -Infinity),
        example: example?.body ?? '',
      }
    })
    .sort((a, b) => b.count - a.count || compareText(a.id, b.id) || compareText(a.service, b.service))
    .slice(0, boundedLimit(query.limit))
}
