import { quantity } from './quantity.ts'
import type { Workload } from './view.ts'

type Amounts = ReadonlyMap<string, number>

/**
 * What one pod asks of a node: the sum of its containers, or the largest of those that run before them
 * (kubernetes.io/docs/concepts/workloads/pods/init-containers). Where only a limit stands, it is the request too.
 */
export function askedBy({ spec }: Pick<Workload, 'spec'>, of: 'requests' | 'limits' = 'requests'): Amounts {
  const total = new Map<string, number>()
  for (const { resources, restartPolicy } of [
    ...spec.containers,
    ...spec.initContainers
      .filter(one => one.restartPolicy === 'Always')
      .map(one => ({ ...one, restartPolicy: undefined })),
  ])
    if (restartPolicy === undefined)
      for (const [name, value] of amountsOf(resources, of)) total.set(name, (total.get(name) ?? 0) + value)
  for (const { resources } of spec.initContainers)
    for (const [name, value] of amountsOf(resources, of))
      total.set(name, Math.max(total.get(name) ?? 0, value))
  return total
}

type Resources = Workload['spec']['containers'][number]['resources']

export function amountsOf(resources: Resources, of: 'requests' | 'limits'): Amounts {
  const from =
    of === 'limits'
      ? resources?.limits
      : new Map([...(resources?.limits ?? []), ...(resources?.requests ?? [])])
  return new Map(
    [...(from ?? [])].flatMap(([name, text]): [string, number][] => {
      const value = quantity(text)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
