import { type Analyzer, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { amountsOf, askedBy } from './requests.ts'
import { seenOf } from './seen.ts'
import { containersOf } from './view.ts'
import { called, containerCalled, fieldOf, sentences } from './wording.ts'

/** A container or pod is outside of what the LimitRange of its namespace allows, so that the API server refuses it. */
export const limitRange: Analyzer = {
  name: 'limit-range',
  finds: 'A container or pod asks for less or more than the LimitRange of its namespace allows.',
  unless: 'Pods of the workload run.',
  rules: ['limit-range-violated'],
  *look(view) {
    for (const range of view.cluster.all('LimitRange'))
      for (const { type, max, min, maxLimitRequestRatio } of range.spec?.limits ?? [])
        for (const workload of view.within(range.namespace)) {
          const asking =
            type === 'Pod'
              ? [
                  {
                    what: 'its pods',
                    path: `${workload.path}/containers`,
                    requests: askedBy(workload),
                    limits: askedBy(workload, 'limits'),
                  },
                ]
              : type === 'Container'
                ? containersOf(workload).map(({ container, path }) => ({
                    ...{ what: `${containerCalled(container.name)}`, path: `${path}/resources` },
                    ...{
                      requests: amountsOf(container.resources, 'requests'),
                      limits: amountsOf(container.resources, 'limits'),
                    },
                  }))
                : []
          for (const { what, path, requests, limits } of asking) {
            const faults = [
              ...[...max].flatMap(([name, text]) => {
                const [most, asked] = [quantity(text), limits.get(name) ?? requests.get(name)]
                return most !== undefined && asked !== undefined && asked > most
                  ? [`${amount(asked, name)} ${name}, more than the maximum of ${amount(most, name)}`]
                  : []
              }),
              ...[...min].flatMap(([name, text]) => {
                const [least, asked] = [quantity(text), requests.get(name)]
                return least !== undefined && asked !== undefined && asked < least
                  ? [`${amount(asked, name)} ${name}, less than the minimum of ${amount(least, name)}`]
                  : []
              }),
              ...[...maxLimitRequestRatio].flatMap(([name, text]) => {
                const [ratio, limit, asked] = [quantity(text), limits.get(name), requests.get(name)]
                return ratio !== undefined &&
                  limit !== undefined &&
                  asked !== undefined &&
                  limit / asked > ratio
                  ? [
                      `a ${name} limit of ${Math.round((limit / asked) * 10) / 10} times its request, more than ${text}`,
                    ]
                  : []
              }),
            ]
            if (faults.length === 0) continue
            const seen = seenOf(view, workload, /(maximum|minimum) \S+ usage per|limit to request ratio/)
            yield {
              rule: 'limit-range-violated',
              object: workload,
              class: 'quota',
              statement: sentences(
                `${called(workload)}: ${what} asks for ${faults.join(' and ')} that ${called(range)} allows, so no pod is created (FailedCreate, forbidden)`,
                seen?.text,
              ),
              strength: seen ? strengths.told : strengths.broken,
              observed: seen !== undefined,
              evidence: [
                fieldOf(workload.object, path, faults.join('; ')),
                { source: range.file, detail: `${called(range)} limits of type ${type}` },
                ...(seen?.evidence ?? []),
              ],
              explains: workload.pods,
            }
          }
        }
  },
}
