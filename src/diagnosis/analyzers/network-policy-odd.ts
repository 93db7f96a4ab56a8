import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { isEmpty, labelsText, likeness, selectorText, selects } from './labels.ts'
import { ruleText } from './network-policy-denies.ts'
import { behind } from './services.ts'
import { policiesOf, rulesOf } from './traffic.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

type Policy = ClusterObject<'NetworkPolicy'>
type Selector = NonNullable<NonNullable<Policy['spec']>['podSelector']>

/** Policies that do something else than somebody meant. */
export const networkPolicyOdd: Analyzer = {
  name: 'network-policy-odd',
  finds:
    'A NetworkPolicy closes pods of a Service to everybody, lets in pods that do not exist, selects nothing, or allows all.',
  unless: 'Another policy opens the pods, or workloads of the namespace are not known.',
  rules: [
    'network-policy-isolates',
    'network-policy-peer-absent',
    'network-policy-selects-nothing',
    'network-policy-allows-all',
  ],
  *look(view) {
    for (const policy of view.cluster.all('NetworkPolicy')) {
      const selector = policy.spec?.podSelector
      const workloads = view.within(policy.namespace)
      if (!selector || workloads.length === 0) continue
      const selected = workloads.filter(({ labels }) => selects(selector, labels))
      if (selected.length === 0 && !isEmpty(selector)) yield selectsNothing(policy, selector)
      else {
        yield* allowsAll(policy, selector)
        yield* isolated(view, policy, selector, selected)
        yield* absentPeers(policy, workloads, selected)
      }
    }
  },
}

function selectsNothing(policy: Policy, selector: Selector): Suspicion {
  return {
    ...{ rule: 'network-policy-selects-nothing', object: policy, class: 'network' },
    statement: sentences(
      `${called(policy)} selects no pod: no workload has labels ${selectorText(selector)}`,
    ),
    ...{ strength: strengths.hint, observed: false },
    evidence: [fieldOf(policy, 'spec.podSelector', selectorText(selector))],
  }
}

function* allowsAll(policy: Policy, selector: Selector): Generator<Suspicion> {
  const types = policy.spec?.policyTypes ?? ['Ingress']
  const open = rulesOf(policy, 'Ingress').some(({ peers, ports }) => peers.length === 0 && ports.length === 0)
  if (!isEmpty(selector) || !types.includes('Ingress') || !open) return
  yield {
    ...{
      rule: 'network-policy-allows-all',
      object: policy,
      class: 'network',
      strength: 0.05,
      observed: false,
    },
    statement: sentences(
      `${called(policy)} lets everybody reach every pod of the namespace, so it protects nothing`,
    ),
    evidence: [fieldOf(policy, 'spec.ingress', ruleText(policy, 'Ingress'))],
  }
}

function* isolated(
  view: View,
  policy: Policy,
  selector: Selector,
  selected: readonly Workload[],
): Generator<Suspicion> {
  if (rulesOf(policy, 'Ingress').length > 0) return
  for (const workload of selected) {
    const policies = policiesOf(view, workload, 'Ingress')
    const closed = policies.includes(policy) && policies.every(one => rulesOf(one, 'Ingress').length === 0)
    const service = view.cluster
      .all('Service', workload.namespace)
      .find(one => closed && behind(view, one).includes(workload))
    if (!service) continue
    yield {
      ...{ rule: 'network-policy-isolates', object: policy, class: 'network' },
      statement: sentences(
        `${called(policy)} blocks all ingress traffic to the pods of ${called(workload)}: it applies to them and allows nothing, so nobody can reach ${called(service)}`,
        'Connections to it time out',
      ),
      ...{ strength: strengths.possible, observed: false, outside: true },
      evidence: [
        fieldOf(policy, 'spec.ingress', 'no rule'),
        fieldOf(policy, 'spec.podSelector', selectorText(selector) || 'all pods'),
      ],
      explains: [workload, service],
    }
  }
}

function* absentPeers(
  policy: Policy,
  workloads: readonly Workload[],
  selected: readonly Workload[],
): Generator<Suspicion> {
  const peers = (['Ingress', 'Egress'] as const).flatMap(direction =>
    rulesOf(policy, direction).flatMap(rule => rule.peers.map(peer => ({ ...peer, direction }))),
  )
  for (const { podSelector, namespaceSelector, direction } of peers) {
    if (!podSelector || namespaceSelector || isEmpty(podSelector)) continue
    if (workloads.some(({ labels }) => selects(podSelector, labels))) continue
    const [near] = workloads
      .map(workload => ({ workload, like: likeness(podSelector, workload.labels) }))
      .filter(({ like }) => like > 0)
      .sort((a, b) => b.like - a.like)
    yield {
      ...{ rule: 'network-policy-peer-absent', object: policy, class: 'network' },
      statement: sentences(
        `${called(policy)} allows ${direction.toLowerCase()} ${direction === 'Ingress' ? 'from' : 'to'} pods with labels ${quoted(selectorText(podSelector))} only, and no workload of namespace ${policy.namespace} has these labels, so it blocks everybody else`,
        near && `The nearest is ${called(near.workload)} with labels ${labelsText(near.workload.labels)}`,
      ),
      ...{ strength: near ? strengths.likely : strengths.possible, observed: false, outside: true },
      evidence: [fieldOf(policy, `spec.${direction.toLowerCase()}`, ruleText(policy, direction))],
      explains: [...selected.slice(0, 20), ...(near ? [near.workload] : [])],
    }
  }
}
