import type { Resource } from '../../telemetry/signals/signal.ts'
import type { Series, SeriesQuery } from '../../telemetry/signals/signal-store.ts'
import type { SkillContext } from '../skill.ts'

/** One value of one pod's container over a step. */
export interface Sample {
  at: number
  value: number
}

export interface Usage {
  /** Cores. */
  cpu: readonly Sample[]
  /** Bytes, the highest of each step. */
  memory: readonly Sample[]
  /** Metrics it was read from. */
  metrics: readonly string[]
  /** From the first to the last sample, in days. */
  days: number
  /** Pods seen. */
  pods: number
  /** Share of CFS periods in which the container had to wait for its CPU limit; undefined when nobody counts them. */
  throttled?: number
}

export interface UsageOf {
  /** Workload as kind and name. */
  kind: string
  name: string
  namespace: string | undefined
  container: string
}

export const stepMs = 300_000
const day = 86_400_000

/**
 * How metrics of containers are called: by cAdvisor (kubernetes.io/docs/reference/instrumentation/cri-pod-container-metrics)
 * and by the kubelet receiver of OpenTelemetry. The first that is there is read.
 */
const cpuMetrics = [
  { metric: 'container_cpu_usage_seconds_total', measure: 'rate' },
  { metric: 'container.cpu.time', measure: 'rate' },
  { metric: 'container.cpu.usage', measure: 'mean' },
  { metric: 'k8s.pod.cpu.time', measure: 'rate' },
  { metric: 'k8s.pod.cpu.usage', measure: 'mean' },
] as const
const memoryMetrics = [
  { metric: 'container_memory_working_set_bytes', measure: 'max' },
  { metric: 'container.memory.working_set', measure: 'max' },
  { metric: 'container.memory.usage', measure: 'max' },
  { metric: 'k8s.pod.memory.working_set', measure: 'max' },
] as const
const throttledMetric = 'container_cpu_cfs_throttled_periods_total'
const periodsMetric = 'container_cpu_cfs_periods_total'

type Asked = Pick<SeriesQuery, 'metric' | 'measure'>

/** What a container used in the last days, pod by pod in steps of five minutes. */
export async function usageOf(
  { signals, now }: Pick<SkillContext, 'signals' | 'now'>,
  of: UsageOf,
  days: number,
): Promise<Usage> {
  const window = { from: now - days * day, to: now }
  const read = (metrics: readonly Asked[]) => firstFound(signals, metrics, of, window)
  const [cpu, memory] = [await read(cpuMetrics), await read(memoryMetrics)]
  const [throttled, periods] = [
    await read([{ metric: throttledMetric, measure: 'rate' }]),
    await read([{ metric: periodsMetric, measure: 'rate' }]),
  ]
  const samples = (series: readonly Series[]): Sample[] =>
    series.flatMap(({ points }) => points.filter(({ value }) => Number.isFinite(value) && value >= 0))
  const all = [...samples(cpu.series), ...samples(memory.series)].map(({ at }) => at)
  const total = (series: readonly Series[]) => samples(series).reduce((sum, { value }) => sum + value, 0)
  const waited = total(periods.series)
  return {
    cpu: samples(cpu.series),
    memory: samples(memory.series),
    metrics: [cpu.metric, memory.metric].filter(name => name !== ''),
    days: all.length === 0 ? 0 : (greatest(all) - least(all) + stepMs) / day,
    pods: new Set([...cpu.series, ...memory.series].map(({ resource }) => resource.instance ?? '')).size,
    ...(waited > 0 && { throttled: Math.min(1, total(throttled.series) / waited) }),
  }
}

async function firstFound(
  signals: SkillContext['signals'],
  metrics: readonly Asked[],
  of: UsageOf,
  window: SeriesQuery['window'],
): Promise<{ metric: string; series: Series[] }> {
  const resources: Partial<Resource>[] = [
    { workload: `${of.kind}/${of.name}`, ...(of.namespace && { namespace: of.namespace }) },
    { service: of.name },
  ]
  for (const asked of metrics)
    for (const resource of resources) {
      const found = await narrowing(signals, { ...asked, resource, window, stepMs })
      const series = ofContainer(found, of)
      if (series.length > 0) return { metric: asked.metric, series }
    }
  return { metric: '', series: [] }
}

/** A workload whose pods come and go has more series than one answer holds: then the last days only. */
async function narrowing(signals: SkillContext['signals'], query: SeriesQuery): Promise<Series[]> {
  let { from, to } = query.window
  for (;;)
    try {
      const by = ['namespace', 'instance', 'container', 'k8s.container.name']
      return await signals.series({ ...query, window: { from, to }, by })
    } catch (error) {
      if (!(error instanceof RangeError) || to - from <= day) throw error
      from = to - (to - from) / 2
    }
}

/** Without a container's name a series is of the whole pod, which counts only where none has one. */
function ofContainer(series: readonly Series[], of: UsageOf): Series[] {
  const here = series.filter(
    ({ resource: { namespace } }) =>
      namespace === undefined || of.namespace === undefined || namespace === of.namespace,
  )
  const nameOf = ({ attributes }: Series) => attributes.container ?? attributes['k8s.container.name']
  const named = here.filter(one => nameOf(one) === of.container)
  return named.length > 0 ? named : here.filter(one => (nameOf(one) ?? '') === '')
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity)
const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity)

/** The value that this share of the samples does not pass (nearest rank); 0 of none. */
export function quantile(samples: readonly Sample[], share: number): number {
  const sorted = samples.map(({ value }) => value).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0
}
