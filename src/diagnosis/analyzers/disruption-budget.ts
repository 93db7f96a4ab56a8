import { type Analyzer, strengths } from './analyzer.ts'
import { isEmpty, selectorText, selects } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

/** A PodDisruptionBudget that never lets a pod go, or guards nothing. */
export const disruptionBudget: Analyzer = {
  name: 'disruption-budget',
  finds:
    'A PodDisruptionBudget allows no disruption at all, so that nodes cannot be drained, or selects no pods.',
  unless: 'Its pods are not ready yet and it allows some once they are, or an autoscaler adds pods.',
  rules: ['budget-allows-nothing', 'budget-selects-nothing', 'eviction-refused'],
  *look(view) {
    for (const budget of view.cluster.all('PodDisruptionBudget')) {
      const { selector, minAvailable, maxUnavailable } = budget.spec ?? {}
      if (!selector) continue
      const guarded = view.within(budget.namespace).filter(({ labels }) => selects(selector, labels))
      const expected = budget.status?.expectedPods
      if (
        guarded.length === 0 &&
        !isEmpty(selector) &&
        (expected === 0 || view.cluster.knows('Deployment', budget.namespace))
      ) {
        yield {
          rule: 'budget-selects-nothing',
          object: budget,
          class: 'selector',
          statement: sentences(
            `${called(budget)} selects no pod: nothing has labels ${selectorText(selector)}, so it protects nothing`,
          ),
          strength: strengths.hint * 1.5,
          observed: expected === 0,
          evidence: [fieldOf(budget, 'spec.selector', selectorText(selector))],
        }
        continue
      }
      const pods = expected ?? sum(guarded.map(({ replicas }) => replicas))
      const needed = least(minAvailable, maxUnavailable, pods)
      const scaled = view.cluster
        .all('HorizontalPodAutoscaler', budget.namespace)
        .some(({ spec }) =>
          guarded.some(
            one => one.kind === spec?.scaleTargetRef?.kind && one.name === spec.scaleTargetRef.name,
          ),
        )
      if (pods === undefined || pods === 0 || needed === undefined || needed < pods) continue
      const refused = view.cluster.allEvents.find(({ message }) =>
        /violate the pod's disruption budget|Cannot evict pod/.test(message),
      )
      const said =
        minAvailable !== undefined ? `minAvailable ${minAvailable}` : `maxUnavailable ${maxUnavailable}`
      yield {
        rule: refused ? 'eviction-refused' : 'budget-allows-nothing',
        object: budget,
        class: 'rollout',
        statement: sentences(
          `${called(budget)} never allows a disruption: ${said} of ${pods} pods${guarded[0] ? ` of ${called(guarded[0])}` : ''} leaves 0 that may go, so nodes cannot be drained and evictions are refused (disruptionsAllowed 0)`,
          refused && plain(refused.message, 160),
        ),
        strength: refused ? strengths.told : scaled ? strengths.hint : strengths.possible,
        observed: refused !== undefined,
        evidence: [
          fieldOf(budget, 'spec', `${said}, selector ${selectorText(selector)}`),
          ...(refused
            ? [{ source: refused.file, detail: `${refused.about}: ${plain(refused.message, 300)}` }]
            : []),
          ...guarded.slice(0, 3).map(one => fieldOf(one.object, 'spec.replicas', String(one.replicas ?? ''))),
        ],
        explains: guarded,
        ...(typeof minAvailable === 'number' &&
          minAvailable > 1 &&
          remedy(
            'remediate',
            budget,
            replaced('/spec/minAvailable', minAvailable, pods - 1),
            `Let one of ${pods} pods of ${quoted(budget.name)} go.`,
          )),
      }
    }
  },
}

const sum = (counts: readonly (number | undefined)[]): number | undefined =>
  counts.reduce<number | undefined>(
    (total, count) => (total === undefined || count === undefined ? undefined : total + count),
    0,
  )

/** How many pods have to stay; percentages are rounded up, as the controller does. */
function least(
  minAvailable: number | string | undefined,
  maxUnavailable: number | string | undefined,
  pods: number | undefined,
): number | undefined {
  const share = (value: number | string): number | undefined => {
    const [, percent] = /^(\d{1,3})%$/.exec(String(value)) ?? []
    if (percent !== undefined)
      return pods === undefined ? undefined : Math.ceil((pods * Number(percent)) / 100)
    return /^\d+$/.test(String(value)) ? Number(value) : undefined
  }
  if (minAvailable !== undefined) return share(minAvailable)
  if (maxUnavailable === undefined || pods === undefined) return undefined
  const may = share(maxUnavailable)
  return may === undefined ? undefined : pods - may
}
