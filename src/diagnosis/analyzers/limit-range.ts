import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { amountsOf, askedBy } from './requests.ts'
import { seenOf } from './seen.ts'
import { containersOf, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, sentences } from './wording.ts'

type Limits = NonNullable<ClusterObject<'LimitRange'>['spec']>['limits'][number]

/** A container or pod is outside of what the LimitRange of its namespace allows, so that the API server refuses it. */
export const limitRange: Analyzer = {
  name: 'limit-range',
  finds: 'A container or pod asks for less or more than the LimitRange of its namespace allows.',
  unless: 'Pods of the workload run.',
  rules: ['limit-range-violated'],
  *look(view) {
    const pairs = view.cluster
      .all('LimitRange')
      .flatMap(range =>
        (range.spec?.limits ?? []).flatMap(limits =>
          view.within(range.namespace).map(workload => ({ range, limits, workload })),
        ),
      )
    for (const { range, limits, workload } of pairs)
      for (const asking of asked(workload, limits.type)) {
        const faults = faultsOf(asking, limits)
        if (faults.length === 0) continue
        const seen = seenOf(view, workload, /(maximum|minimum) \S{1,60} usage per|limit to request ratio/)
        yield {
          rule: 'limit-range-violated',
          object: workload,
          class: 'quota',
          statement: sentences(
            `${called(workload)}: ${asking.what} asks for ${faults.join(' and ')} that ${called(range)} allows, so no pod is created (FailedCreate, forbidden)`,
            seen?.text,
          ),
          strength: seen ? strengths.told : strengths.broken,
          observed: seen !== undefined,
          evidence: [
            fieldOf(workload.object, asking.path, faults.join('; ')),
            { source: range.file, detail: `${called(range)} limits of type ${limits.type}` },
            ...(seen?.evidence ?? []),
          ],
          explains: workload.pods,
        }
      }
  },
}

interface Asking {
  what: string
  path: string
  requests: ReadonlyMap<string, number>
  limits: ReadonlyMap<string, number>
}

/** What the pods, or each container of them, ask for. */
function asked(workload: Workload, type: string | undefined): Asking[] {
  if (type === 'Pod')
    return [
      {
        ...{ what: 'each of its pods', path: `${workload.path}/containers` },
        ...{ requests: askedBy(workload), limits: askedBy(workload, 'limits') },
      },
    ]
  if (type !== 'Container') return []
  return containersOf(workload).map(({ container, path }) => ({
    ...{ what: containerCalled(container.name), path: `${path}/resources` },
    requests: amountsOf(container.resources, 'requests'),
    limits: amountsOf(container.resources, 'limits'),
  }))
}

function faultsOf({ requests, limits }: Asking, { max, min, maxLimitRequestRatio }: Limits): string[] {
  const over = [...max].flatMap(([name, text]) => {
    const [most, value] = [quantity(text), limits.get(name) ?? requests.get(name)]
    if (most === undefined || value === undefined || value <= most) return []
    return [`${amount(value, name)} ${name}, more than the maximum of ${amount(most, name)}`]
  })
  const under = [...min].flatMap(([name, text]) => {
    const [least, value] = [quantity(text), requests.get(name)]
    if (least === undefined || value === undefined || value >= least) return []
    return [`${amount(value, name)} ${name}, less than the minimum of ${amount(least, name)}`]
  })
  const apart = [...maxLimitRequestRatio].flatMap(([name, text]) => {
    const [most, limit, request] = [quantity(text), limits.get(name), requests.get(name)]
    if (most === undefined || limit === undefined || !request || limit / request <= most) return []
    return [
      `a ${name} limit of ${Math.round((limit / request) * 10) / 10} times its request, more than ${text} times`,
    ]
  })
  return [...over, ...under, ...apart]
}
