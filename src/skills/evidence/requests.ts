import type { Resource } from '../../api/kind.ts'
import { parseQuantity } from '../../lib/quantity.ts'
import { podPath } from '../drafts/containers.ts'
import type { Declared } from '../drafts/declared.ts'
import { isObject, valueAt } from '../drafts/pointer.ts'

/** Amounts by the names that a ResourceQuota uses: `requests.cpu` in cores, `requests.memory` in bytes, `pods`. */
export type Amounts = Readonly<Record<string, number>>

const resources = ['cpu', 'memory', 'ephemeral-storage', 'nvidia.com/gpu'] as const

/**
 * What one pod asks for, as the scheduler counts it: the sum of its containers, or the largest of its init containers
 * where that is more (kubernetes.io/docs/concepts/workloads/pods/init-containers, "Resource sharing within containers").
 * A request that is not set is its limit.
 */
export function podAmounts(object: Resource): Amounts {
  const pod = podPath(object)
  if (pod === undefined) return {}
  const of = (list: string) => {
    const found = valueAt(object, `${pod}/spec/${list}`)
    return Array.isArray(found) ? found.filter(isObject) : []
  }
  const found: Record<string, number> = { pods: 1 }
  for (const resource of resources)
    for (const part of ['requests', 'limits'] as const) {
      const amount = (container: Record<string, unknown>): number => {
        const declared = valueAt(container, '/resources')
        const said = isObject(declared) && isObject(declared[part]) ? declared[part][resource] : undefined
        const limit = isObject(declared) && isObject(declared.limits) ? declared.limits[resource] : undefined
        return parseQuantity(said ?? (part === 'requests' ? limit : undefined)) ?? 0
      }
      const together = of('containers').reduce((sum, container) => sum + amount(container), 0)
      const first = of('initContainers').reduce((most, container) => Math.max(most, amount(container)), 0)
      if (Math.max(together, first) > 0) found[`${part}.${resource}`] = Math.max(together, first)
    }
  return found
}

/** Pods that an object keeps running: its replicas, of a DaemonSet and of unknown numbers one. */
export function replicasOf(object: Resource): number {
  if (object.kind === 'CronJob' || object.kind === 'Job') {
    const parallel = valueAt(
      object,
      object.kind === 'Job' ? '/spec/parallelism' : '/spec/jobTemplate/spec/parallelism',
    )
    return typeof parallel === 'number' ? parallel : 1
  }
  const replicas = valueAt(object, '/spec/replicas')
  return typeof replicas === 'number' ? replicas : 1
}

/** Pods that a Deployment has on top while it rolls out: `maxSurge`, 25 % rounded up by default. */
export function surgeOf(object: Resource): number {
  if (object.kind !== 'Deployment' || valueAt(object, '/spec/strategy/type') === 'Recreate') return 0
  const surge = valueAt(object, '/spec/strategy/rollingUpdate/maxSurge') ?? '25%'
  if (typeof surge === 'number') return surge
  const share = /^([0-9]{1,3})%$/.exec(String(surge))?.[1]
  return share === undefined ? 1 : Math.ceil((Number(share) / 100) * replicasOf(object))
}

/** The HorizontalPodAutoscaler of a workload. */
export const autoscalerOf = (all: readonly Declared[], { reference }: Declared): Declared | undefined =>
  all.find(
    ({ object, reference: own }) =>
      own.kind === 'HorizontalPodAutoscaler' &&
      own.namespace === reference.namespace &&
      valueAt(object, '/spec/scaleTargetRef/kind') === reference.kind &&
      valueAt(object, '/spec/scaleTargetRef/name') === reference.name,
  )

const numberAt = (object: Resource, path: string): number | undefined => {
  const value = valueAt(object, path)
  return typeof value === 'number' ? value : undefined
}

/** Pods of a workload that are declared now: an autoscaler keeps at least its minimum. */
export function declaredPods(all: readonly Declared[], workload: Declared): number {
  const autoscaler = autoscalerOf(all, workload)
  const least = autoscaler && (numberAt(autoscaler.object, '/spec/minReplicas') ?? 1)
  return Math.max(replicasOf(workload.object), least ?? 0)
}

/** What all declared workloads of a namespace ask for, and what the largest rollout has on top. */
export function namespaceAmounts(
  all: readonly Declared[],
  namespace: string | undefined,
): { kept: Amounts; surge: Amounts } {
  const kept: Record<string, number> = {}
  const surge: Record<string, number> = {}
  for (const one of all) {
    if (one.reference.namespace !== namespace || podPath(one.object) === undefined) continue
    const pods = declaredPods(all, one)
    for (const [name, amount] of Object.entries(podAmounts(one.object))) {
      kept[name] = (kept[name] ?? 0) + pods * amount
      surge[name] = Math.max(surge[name] ?? 0, surgeOf(one.object) * amount)
    }
  }
  return { kept, surge }
}

/** `cpu` and `memory` of a quota mean requests (kubernetes.io/docs/concepts/policy/resource-quotas). */
export const quotaName = (name: string): string =>
  name === 'cpu' || name === 'memory' || name === 'ephemeral-storage'
    ? `requests.${name}`
    : name === 'count/pods'
      ? 'pods'
      : name

/** What a ResourceQuota allows at most, by its own names. */
export function hardOf(quota: Resource): Amounts {
  const hard = valueAt(quota, '/spec/hard')
  if (!isObject(hard)) return {}
  return Object.fromEntries(
    Object.entries(hard).flatMap(([name, value]) => {
      const amount = parseQuantity(value)
      return amount === undefined ? [] : [[name, amount]]
    }),
  )
}
