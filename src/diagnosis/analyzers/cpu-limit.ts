import { type Analyzer, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { containersOf } from './view.ts'
import { called, containerCalled, fieldOf, sentences } from './wording.ts'

/** Below this a container is slow whatever it does, in cores. */
const tiny = 0.02

/** A CPU limit so small that the container is throttled. */
export const cpuLimit: Analyzer = {
  name: 'cpu-limit',
  finds: 'A container has a CPU limit of at most 20m, so that it is throttled as soon as it does anything.',
  unless: 'Nobody says that the workload is slow or starts too late; alone it is only a hint.',
  rules: ['cpu-limit-tiny'],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path, init } of containersOf(workload)) {
        const limit = quantity(container.resources?.limits.get('cpu'))
        if (init || limit === undefined || limit > tiny || limit <= 0) continue
        const slow = /(java|jdk|jre|spring|elasticsearch|kafka|cassandra|jenkins|postgres|mysql|mongo)/.test(
          container.image ?? '',
        )
        yield {
          rule: 'cpu-limit-tiny',
          object: workload,
          class: 'cpu',
          statement: sentences(
            `${called(workload)}: ${containerCalled(container.name)} has a CPU limit of ${amount(limit, 'cpu')}, so it is throttled as soon as it works and gets slow`,
          ),
          strength: slow ? 0.25 : strengths.hint,
          observed: false,
          outside: true,
          evidence: [
            fieldOf(
              workload.object,
              `${path}/resources/limits/cpu`,
              container.resources?.limits.get('cpu') ?? '',
            ),
          ],
        }
      }
  },
}
