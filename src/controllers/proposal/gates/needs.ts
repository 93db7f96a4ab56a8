import type { Resource } from '../../../api/kind.ts'
import { parseQuantity } from '../../../lib/quantity.ts'

/** Amounts by the names that ResourceQuotas use, such as `requests.cpu`, `limits.memory` and `pods`. */
export type Needs = Map<string, number>

const podOf: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['template'],
  StatefulSet: ['template'],
  ReplicaSet: ['template'],
  Job: ['template'],
}

interface Container {
  resources?: { requests?: Record<string, unknown>; limits?: Record<string, unknown> }
}

/**
 * What the pods of a workload need together. Containers that run first count where they need more than those that stay
 * (kube-scheduler's way). Of DaemonSets and CronJobs nobody knows how many there are.
 */
export function needsOf(object: Resource | undefined): Needs {
  const needs: Needs = new Map()
  if (!object) return needs
  const spec = (object.spec ?? {}) as {
    replicas?: unknown
    parallelism?: unknown
    template?: { spec?: unknown }
  }
  const pod = object.kind === 'Pod' ? spec : podOf[object.kind] ? spec.template?.spec : undefined
  if (typeof pod !== 'object' || pod === null) return needs
  const count =
    object.kind === 'Pod' ? 1 : numberOr(object.kind === 'Job' ? spec.parallelism : spec.replicas, 1)
  const { containers, initContainers } = pod as { containers?: unknown; initContainers?: unknown }
  const running = sumOf(containersOf(containers))
  for (const container of containersOf(initContainers))
    for (const [name, amount] of amountsOf(container))
      running.set(name, Math.max(running.get(name) ?? 0, amount))
  for (const [name, amount] of running) needs.set(name, amount * count)
  needs.set('pods', count)
  return needs
}

/** Adds the amounts of one to the other, times a factor. */
export function addTo(sum: Needs, needs: Needs, factor: number): void {
  for (const [name, amount] of needs) sum.set(name, (sum.get(name) ?? 0) + factor * amount)
}

function sumOf(containers: readonly Container[]): Needs {
  const sum: Needs = new Map()
  for (const container of containers) addTo(sum, amountsOf(container), 1)
  return sum
}

function amountsOf({ resources }: Container): Needs {
  const { limits = {}, requests = {} } = resources ?? {}
  const found: Needs = new Map()
  // A request that is missing is as large as the limit.
  for (const [prefix, amounts] of [
    ['requests', { ...limits, ...requests }],
    ['limits', limits],
  ] as const)
    for (const [name, text] of Object.entries(amounts)) {
      const amount = parseQuantity(text)
      if (amount !== undefined) found.set(`${prefix}.${name}`, amount)
    }
  return found
}

const containersOf = (value: unknown): Container[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'object' && item !== null) : []

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise
