import { type Group, quantileOf } from './questions.ts'
import type { SpanRecord } from './signal.ts'
import type { SeriesQuery, SignalStore, TopQuery } from './signal-store.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** `provider/model` of a call to a language model, by the names of OpenTelemetry. */
export function modelOf({ attributes }: Pick<SpanRecord, 'attributes'>): string | undefined {
  const model = text(attributes['gen_ai.request.model']) ?? text(attributes['gen_ai.response.model'])
  const provider = text(attributes['gen_ai.provider.name']) ?? text(attributes['gen_ai.system'])
  return model && (provider ? `${provider}/${model}` : model)
}

/** `namespace/route` of a call through the gateway, which says it in attributes or is the route's workload itself. */
export function routeOf({
  attributes,
  resource,
}: Pick<SpanRecord, 'attributes' | 'resource'>): string | undefined {
  const route = text(attributes['keelway.route']) ?? routeOfWorkload(resource.workload)
  const namespace = text(attributes['keelway.namespace']) ?? resource.namespace
  return route && (namespace ? `${namespace}/${route}` : route)
}

const routeOfWorkload = (workload: string | undefined): string | undefined =>
  workload?.startsWith('ModelRoute/') ? workload.slice('ModelRoute/'.length) : undefined

export const tokensOf = ({ attributes }: Pick<SpanRecord, 'attributes'>): number =>
  number(attributes['gen_ai.usage.input_tokens']) + number(attributes['gen_ai.usage.output_tokens'])
export const usdOf = ({ attributes }: Pick<SpanRecord, 'attributes'>): number =>
  number(attributes['keelway.cost.usd'])

/** What the gateway says of its calls by the minute, where it does not tell a span of each. */
const metrics = {
  calls: 'keelway.gateway.calls',
  errors: 'keelway.gateway.errors',
  tokens: 'keelway.gateway.tokens',
  usd: 'keelway.gateway.cost',
  duration: 'gen_ai.client.operation.duration',
} as const

/** Longer than anything is kept: one value for the whole window. */
const oneStep = 1000 * 24 * 3_600_000

/**
 * Calls to models by model or route: from the gateway's metrics, which count all calls, and from spans where those say
 * nothing. Of a model that several routes call a quantile is that of the slowest route.
 */
export async function modelCallGroups(
  { series }: Pick<SignalStore, 'series'>,
  query: Omit<TopQuery, 'limit'>,
  ofSpans: readonly Group[],
): Promise<Group[]> {
  const { of, measure, resource, window } = query
  const quantile = quantileOf(measure)
  const ask = async (metric: string, asked: SeriesQuery['measure']): Promise<Map<string, number>> => {
    const by = ['gen_ai.provider.name', 'gen_ai.request.model', 'namespace', 'workload']
    const values = new Map<string, number>()
    const found = await series({
      metric,
      window,
      stepMs: oneStep,
      measure: asked,
      by,
      ...(resource && { resource }),
    })
    for (const line of found) {
      const key = of === 'models' ? modelOf(line) : routeOf(line)
      const before = values.get(key ?? '') ?? 0
      for (const { value } of line.points)
        if (key !== undefined)
          values.set(key, typeof asked === 'number' ? Math.max(before, value) : before + value)
    }
    return values
  }
  const counts = await ask(metrics.calls, 'sum')
  if (counts.size === 0) return [...ofSpans]
  const values = await (quantile === undefined
    ? ask(metricOf(measure), 'sum')
    : ask(metrics.duration, quantile))
  const scaled = (value: number, count: number) =>
    measure === 'errorRatio' ? value / count : quantile === undefined ? value : value * 1000
  return [
    ...[...counts].map(([key, count]) => ({ key, value: scaled(values.get(key) ?? 0, count), count })),
    ...ofSpans.filter(({ key }) => !counts.has(key)),
  ]
}

const metricOf = (measure: TopQuery['measure']): string =>
  measure === 'usd' || measure === 'tokens'
    ? metrics[measure]
    : measure === 'count'
      ? metrics.calls
      : metrics.errors
