import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** Objects of the Operator Lifecycle Manager and the phases in which they are wrong. */
const wrong: readonly {
  kind: 'ClusterServiceVersion' | 'Subscription' | 'InstallPlan' | 'ClusterCatalog' | 'ClusterExtension'
  bad: RegExp
}[] = [
  { kind: 'ClusterServiceVersion', bad: /^(Failed|Unknown)$/ },
  { kind: 'InstallPlan', bad: /^(Failed|RequiresApproval)$/ },
  { kind: 'Subscription', bad: /^(UpgradeFailed)$/ },
  { kind: 'ClusterCatalog', bad: /^Failed$/ },
  { kind: 'ClusterExtension', bad: /^Failed$/ },
]

/** Operators that are not installed as asked. */
export const operators: Analyzer = {
  name: 'operators',
  finds:
    'An object of the Operator Lifecycle Manager is failed or waits, a catalogue cannot be reached, or a namespace has several OperatorGroups.',
  unless: 'Its phase or condition is one that this rule does not know.',
  rules: ['operator-not-installed', 'catalogue-unreachable', 'several-operator-groups'],
  *look({ cluster }) {
    for (const { kind, bad } of wrong)
      for (const object of cluster.all(kind) as readonly ClusterObject<'ClusterServiceVersion'>[]) {
        const phase = object.status?.phase ?? object.status?.state ?? ''
        const condition = object.status?.conditions.find(
          ({ type = '', status }) =>
            (/^(Installed|Serving|Progressing)$/.test(type) && status === 'False') ||
            (/Failed$|Unhealthy$|^CatalogSourcesUnhealthy$/.test(type) && status === 'True'),
        )
        if (!bad.test(phase) && (!condition || /Progressing/.test(condition.reason ?? ''))) continue
        yield {
          ...{
            rule: 'operator-not-installed',
            object,
            class: 'capability',
            strength: strengths.likely,
            observed: true,
          },
          statement: sentences(
            `${called(object)} is not as it should be (${plain(phase || `${condition?.type} is ${condition?.status}`)}): ${plain(object.status?.message ?? condition?.message ?? object.status?.reason ?? '', 220)}`,
          ),
          evidence: [fieldOf(object, 'status', phase || `${condition?.type}=${condition?.status}`)],
        }
      }
    for (const object of cluster.all('CatalogSource')) {
      const state = object.status?.connectionState?.lastObservedState
      if (state === undefined || !/^(TRANSIENT_FAILURE|SHUTDOWN)$/.test(state)) continue
      yield {
        ...{
          rule: 'catalogue-unreachable',
          object,
          class: 'capability',
          strength: strengths.likely,
          observed: true,
        },
        statement: sentences(
          `${called(object)} cannot be reached (${state}), so operators of it cannot be installed or updated`,
        ),
        evidence: [fieldOf(object, 'status.connectionState', state)],
      }
    }
    for (const [namespace, groups] of Map.groupBy(cluster.all('OperatorGroup'), one => one.namespace))
      if (groups.length > 1 && groups[0])
        yield {
          ...{
            rule: 'several-operator-groups',
            object: groups[0],
            class: 'capability',
            strength: strengths.likely,
            observed: false,
          },
          statement: sentences(
            `Namespace ${quoted(namespace)} has more than one OperatorGroup (${listed(groups.map(({ name }) => quoted(name)))}), so operators in it are not installed`,
          ),
          evidence: groups.slice(0, 3).map(one => ({ source: one.file, detail: called(one) })),
        }
  },
}
