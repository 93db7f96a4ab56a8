import type { SkillContext } from '../skill.ts'

export const probes = ['startup', 'liveness', 'readiness'] as const
export type ProbeName = (typeof probes)[number]

/** Failures of one kind of probe. */
export interface ProbeFailures {
  timeouts: number
  /** Nothing listened yet, or no longer. */
  refused: number
  /** The container answered, and said it is not well. */
  unwell: number
  example: string
}

/**
 * Failures of probes as the kubelet tells them: `Liveness probe failed: Get "http://…": context deadline exceeded`
 * (kubernetes/pkg/kubelet/prober/prober.go), counted as often as the Event says.
 */
export async function probeFailures(
  { signals, now }: Pick<SkillContext, 'signals' | 'now'>,
  of: { kind: string; name: string; namespace: string | undefined },
  since: number,
): Promise<Partial<Record<ProbeName, ProbeFailures>>> {
  const events = await signals.events({
    source: 'kubernetes',
    window: { from: since, to: now + 1 },
    limit: 10_000,
  })
  const found: Partial<Record<ProbeName, ProbeFailures>> = {}
  const counted = new Map<string, number>()
  for (const { reason, resource, message, key, count } of events) {
    const here =
      (resource.workload === `${of.kind}/${of.name}` || resource.service === of.name) &&
      (resource.namespace === undefined || of.namespace === undefined || resource.namespace === of.namespace)
    const probe = probes.find(name => message.slice(0, 40).toLowerCase().startsWith(`${name} probe`))
    if (reason !== 'Unhealthy' || !here || !probe) continue
    // Told again with a higher count: only what is more counts.
    const before = counted.get(key) ?? 0
    if (count <= before) continue
    counted.set(key, count)
    const entry = found[probe] ?? { timeouts: 0, refused: 0, unwell: 0, example: message.slice(0, 300) }
    found[probe] = entry
    entry[kindOf(message)] += count - before
  }
  return found
}

function kindOf(message: string): 'timeouts' | 'refused' | 'unwell' {
  const text = message.slice(0, 2000).toLowerCase()
  if (/deadline exceeded|timed out|timeout/.test(text)) return 'timeouts'
  if (/connection refused|no such host|no route to host|connection reset|eof$/.test(text)) return 'refused'
  return 'unwell'
}

/**
 * Seconds from the start of a container to its pod being ready, pod by pod, from kube-state-metrics
 * (`kube_pod_container_state_started`, `kube_pod_status_ready_time`: Unix seconds).
 */
export async function startSeconds(
  { signals, now }: Pick<SkillContext, 'signals' | 'now'>,
  of: { name: string; namespace: string | undefined },
  since: number,
): Promise<number[]> {
  const read = async (metric: string, measure: 'max' | 'min') => {
    const series = await signals.series({
      metric,
      resource: { service: of.name },
      window: { from: since, to: now },
      stepMs: Math.max(60_000, Math.ceil((now - since) / 10_000)),
      measure,
      by: ['instance', 'namespace'],
    })
    return new Map(
      series
        .filter(({ resource: { namespace } }) => namespace === undefined || namespace === of.namespace)
        .map(({ resource: { instance = '' }, points }) => [instance, points.at(-1)?.value ?? 0]),
    )
  }
  const started = await read('kube_pod_container_state_started', 'max')
  const ready = await read('kube_pod_status_ready_time', 'max')
  return [...started]
    .map(([pod, at]) => (ready.get(pod) ?? Number.NaN) - at)
    .filter(seconds => seconds >= 0 && seconds < 86_400)
    .sort((a, b) => a - b)
}
