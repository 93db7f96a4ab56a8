import { podLabels } from '../drafts/containers.ts'
import type { Declared } from '../drafts/declared.ts'
import { nameOf } from '../drafts/object-name.ts'
import { isObject, valueAt } from '../drafts/pointer.ts'
import { rounded } from '../drafts/words.ts'
import { hardOf, namespaceAmounts, podAmounts, quotaName } from '../evidence/requests.ts'

/** A bound with the reason for it. */
export interface Bound {
  pods: number
  why: string
}

export const numberAt = ({ object }: Declared, path: string): number | undefined => {
  const value = valueAt(object, path)
  return typeof value === 'number' ? value : undefined
}

/** A disruption budget needs one pod more than it keeps, or no node can be drained. */
export function minimumOf(
  all: readonly Declared[],
  workload: Declared,
  autoscaler: Declared | undefined,
): Bound {
  const bounds: Bound[] = [{ pods: 1, why: 'one pod has to answer' }]
  const lower = autoscaler && numberAt(autoscaler, '/spec/minReplicas')
  if (autoscaler && lower !== undefined)
    bounds.push({ pods: lower, why: `by ${nameOf(autoscaler.reference)}` })
  const labels = podLabels(workload.object)
  for (const one of all) {
    if (
      one.reference.kind !== 'PodDisruptionBudget' ||
      one.reference.namespace !== workload.reference.namespace
    )
      continue
    const selector = valueAt(one.object, '/spec/selector/matchLabels')
    const kept = numberAt(one, '/spec/minAvailable')
    const selects =
      isObject(selector) && Object.entries(selector).every(([key, value]) => labels[key] === value)
    if (selects && kept !== undefined)
      bounds.push({ pods: kept + 1, why: `${nameOf(one.reference)} keeps ${kept} through disruptions` })
  }
  return bounds.reduce((a, b) => (b.pods > a.pods ? b : a))
}

export function maximumOf(
  all: readonly Declared[],
  workload: Declared,
  current: number,
  max: number | undefined,
): Bound {
  const { namespace } = workload.reference
  const bounds: Bound[] = [
    max === undefined
      ? { pods: Math.max(2, 2 * current), why: 'no more than twice as many at once; give max for more' }
      : { pods: max, why: 'as was asked' },
  ]
  const { kept } = namespaceAmounts(all, namespace)
  const each = podAmounts(workload.object)
  for (const quota of all) {
    if (quota.reference.kind !== 'ResourceQuota' || quota.reference.namespace !== namespace) continue
    for (const [own, hard] of Object.entries(hardOf(quota.object))) {
      const name = quotaName(own)
      const perPod = each[name] ?? 0
      if (perPod === 0) continue
      const more = Math.floor((hard - (kept[name] ?? 0)) / perPod + 1e-9)
      bounds.push({
        pods: Math.max(0, current + more),
        why: `${nameOf(quota.reference)} allows ${own} of ${rounded(hard)}`,
      })
    }
  }
  return bounds.reduce((a, b) => (b.pods < a.pods ? b : a))
}
