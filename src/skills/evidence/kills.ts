import type { SkillContext } from '../skill.ts'
import type { UsageOf } from './usage.ts'

/** How often a container was killed for memory, and what told so. */
export interface Kills {
  count: number
  last?: number
  source: string
}

const reasons = new Set(['OOMKilled', 'OOMKilling', 'ContainerOOM'])
const terminated = 'kube_pod_container_status_last_terminated_reason'

/** Kills for memory since a time: Kubernetes events, else what kube-state-metrics says of the last termination. */
export async function memoryKills(
  { signals, now }: Pick<SkillContext, 'signals' | 'now'>,
  of: UsageOf,
  since: number,
): Promise<Kills> {
  const window = { from: since, to: now + 1 }
  const events = (await signals.events({ source: 'kubernetes', window, limit: 10_000 })).filter(
    ({ reason, resource }) =>
      reasons.has(reason) &&
      (resource.workload === `${of.kind}/${of.name}` || resource.service === of.name) &&
      (resource.namespace === undefined || of.namespace === undefined || resource.namespace === of.namespace),
  )
  if (events.length > 0) {
    // One event told again has one key, and counts as often as it last said.
    const told = Map.groupBy(events, ({ key }) => key)
    const count = [...told.values()].reduce(
      (sum, same) => sum + same.reduce((most, event) => Math.max(most, event.count), 1),
      0,
    )
    const last = events.reduce((latest, { at }) => Math.max(latest, at), 0)
    return { count, last, source: 'Kubernetes events' }
  }
  const series = await signals.series({
    metric: terminated,
    attributes: { reason: 'OOMKilled' },
    resource: { service: of.name },
    window: { from: Math.max(since, now - 14 * 86_400_000), to: now },
    stepMs: 3_600_000,
    measure: 'max',
    by: ['instance', 'container'],
  })
  const killed = series.filter(
    ({ attributes, points }) =>
      (attributes.container ?? of.container) === of.container && points.some(({ value }) => value > 0),
  )
  return { count: killed.length, source: terminated }
}
