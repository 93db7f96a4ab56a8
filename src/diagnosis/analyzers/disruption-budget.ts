import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { isEmpty, selectorText, selects } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

type Budget = ClusterObject<'PodDisruptionBudget'>

/** A PodDisruptionBudget that never lets a pod go, or guards nothing. */
export const disruptionBudget: Analyzer = {
  name: 'disruption-budget',
  finds:
    'A PodDisruptionBudget allows no disruption at all, so that nodes cannot be drained, or selects no pods.',
  unless: 'Its pods are not ready yet and it allows some once they are, or an autoscaler adds pods.',
  rules: ['budget-allows-nothing', 'budget-selects-nothing', 'eviction-refused'],
  *look(view) {
    for (const budget of view.cluster.all('PodDisruptionBudget')) {
      const selector = budget.spec?.selector
      if (!selector) continue
      const guarded = view.within(budget.namespace).filter(({ labels }) => selects(selector, labels))
      const found =
        guarded.length === 0 && !isEmpty(selector)
          ? guardsNothing(view, budget)
          : allowsNothing(view, budget, guarded)
      if (found) yield found
    }
  },
}

function guardsNothing({ cluster }: View, budget: Budget): Suspicion | undefined {
  const seen = budget.status?.expectedPods === 0
  if (!budget.spec?.selector || !(seen || cluster.knows('Deployment', budget.namespace))) return undefined
  const text = selectorText(budget.spec.selector)
  return {
    ...{ rule: 'budget-selects-nothing', object: budget, class: 'selector', observed: seen },
    statement: sentences(
      `${called(budget)} selects no pod: nothing has labels ${text}, so it protects nothing`,
    ),
    strength: 0.22,
    evidence: [fieldOf(budget, 'spec.selector', text)],
  }
}

function allowsNothing(view: View, budget: Budget, guarded: readonly Workload[]): Suspicion | undefined {
  const { minAvailable, maxUnavailable } = budget.spec ?? {}
  const pods = budget.status?.expectedPods ?? sum(guarded.map(({ replicas }) => replicas))
  const needed = pods === undefined ? undefined : least(minAvailable, maxUnavailable, pods)
  if (pods === undefined || pods === 0 || needed === undefined || needed < pods) return undefined
  const refused = view.cluster.allEvents.find(({ message }) =>
    /violate the pod's disruption budget|Cannot evict pod/.test(message),
  )
  const said =
    minAvailable === undefined ? `maxUnavailable ${maxUnavailable}` : `minAvailable ${minAvailable}`
  return {
    rule: refused ? 'eviction-refused' : 'budget-allows-nothing',
    object: budget,
    class: 'rollout',
    statement: sentences(
      `${called(budget)} never allows a disruption: ${said} of ${pods} pods${guarded[0] ? ` of ${called(guarded[0])}` : ''} leaves 0 that may go, so nodes cannot be drained and evictions are refused (disruptionsAllowed 0)`,
      refused && plain(refused.message, 160),
    ),
    strength: refused ? strengths.told : isScaled(view, guarded) ? strengths.hint : strengths.possible,
    observed: refused !== undefined,
    outside: true,
    evidence: [
      fieldOf(budget, 'spec', said),
      ...(refused
        ? [{ source: refused.file, detail: `${refused.about}: ${plain(refused.message, 300)}` }]
        : []),
      ...guarded.slice(0, 3).map(one => fieldOf(one.object, 'spec.replicas', String(one.replicas ?? ''))),
    ],
    explains: guarded,
    ...(typeof minAvailable === 'number' &&
      pods > 1 &&
      remedy(
        'remediate',
        budget,
        replaced('/spec/minAvailable', minAvailable, pods - 1),
        `Let one of ${pods} pods of ${quoted(budget.name)} go.`,
      )),
  }
}

const isScaled = (view: View, guarded: readonly Workload[]): boolean =>
  guarded.some(({ kind, namespace, name }) =>
    view.cluster
      .all('HorizontalPodAutoscaler', namespace)
      .some(({ spec }) => spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === name),
  )

const sum = (counts: readonly (number | undefined)[]): number | undefined =>
  counts.reduce<number | undefined>(
    (total, count) => (total === undefined || count === undefined ? undefined : total + count),
    0,
  )

type Share = number | string | undefined

/** How many pods have to stay; percentages are rounded up, as the controller does. */
function least(minAvailable: Share, maxUnavailable: Share, pods: number): number | undefined {
  if (minAvailable !== undefined) return share(minAvailable, pods)
  const may = share(maxUnavailable, pods)
  return may === undefined ? undefined : pods - may
}

function share(value: Share, pods: number): number | undefined {
  const [, percent] = /^(\d{1,3})%$/.exec(String(value)) ?? []
  if (percent !== undefined) return Math.ceil((pods * Number(percent)) / 100)
  return /^\d{1,9}$/.test(String(value)) ? Number(value) : undefined
}
