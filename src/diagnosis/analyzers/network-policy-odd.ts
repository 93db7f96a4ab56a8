import { type Analyzer, strengths } from './analyzer.ts'
import { isEmpty, labelsText, likeness, selectorText, selects } from './labels.ts'
import { ruleText } from './network-policy-denies.ts'
import { behind } from './services.ts'
import { policiesOf, rulesOf } from './traffic.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

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
      if (selected.length === 0 && !isEmpty(selector)) {
        yield {
          rule: 'network-policy-selects-nothing',
          object: policy,
          class: 'network',
          statement: sentences(
            `${called(policy)} selects no pod: no workload has labels ${selectorText(selector)}`,
          ),
          strength: strengths.hint,
          observed: false,
          evidence: [fieldOf(policy, 'spec.podSelector', selectorText(selector))],
        }
        continue
      }
      const ingress = rulesOf(policy, 'Ingress')
      const types = policy.spec?.policyTypes ?? ['Ingress']
      if (
        isEmpty(selector) &&
        types.includes('Ingress') &&
        ingress.some(({ peers, ports }) => peers.length === 0 && ports.length === 0)
      )
        yield {
          rule: 'network-policy-allows-all',
          object: policy,
          class: 'network',
          statement: sentences(
            `${called(policy)} lets everybody reach every pod of the namespace, so it protects nothing`,
          ),
          strength: 0.05,
          observed: false,
          evidence: [fieldOf(policy, 'spec.ingress', ruleText(policy, 'Ingress'))],
        }
      for (const workload of selected) {
        const services = view.cluster
          .all('Service', workload.namespace)
          .filter(service => behind(view, service).includes(workload))
        const closed = policiesOf(view, workload, 'Ingress')
        if (
          services[0] &&
          closed.includes(policy) &&
          closed.every(one => rulesOf(one, 'Ingress').length === 0)
        )
          yield {
            rule: 'network-policy-isolates',
            object: policy,
            class: 'network',
            statement: sentences(
              `${called(policy)} blocks all ingress traffic to the pods of ${called(workload)}: it applies to them and allows nothing, so nobody can reach ${called(services[0])}`,
              'Connections to it time out',
            ),
            strength: strengths.possible,
            observed: false,
            outside: true,
            evidence: [
              fieldOf(policy, 'spec.ingress', 'no rule'),
              fieldOf(policy, 'spec.podSelector', selectorText(selector) || 'all pods'),
            ],
            explains: [workload, services[0]],
          }
      }
      for (const direction of ['Ingress', 'Egress'] as const)
        for (const { peers } of rulesOf(policy, direction))
          for (const { podSelector, namespaceSelector } of peers) {
            if (!podSelector || namespaceSelector || isEmpty(podSelector)) continue
            if (workloads.some(({ labels }) => selects(podSelector, labels))) continue
            const near = workloads
              .map(workload => ({ workload, like: likeness(podSelector, workload.labels) }))
              .sort((a, b) => b.like - a.like)[0]
            const alike = near && near.like > 0 ? near.workload : undefined
            yield {
              rule: 'network-policy-peer-absent',
              object: policy,
              class: 'network',
              statement: sentences(
                `${called(policy)} allows ${direction.toLowerCase()} ${direction === 'Ingress' ? 'from' : 'to'} pods with labels ${quoted(selectorText(podSelector))} only, and no workload of namespace ${policy.namespace} has these labels, so it blocks everybody else`,
                alike && `The nearest is ${called(alike)} with labels ${labelsText(alike.labels)}`,
              ),
              strength: alike ? strengths.likely : strengths.possible,
              observed: false,
              outside: true,
              evidence: [fieldOf(policy, `spec.${direction.toLowerCase()}`, ruleText(policy, direction))],
              explains: [...selected.slice(0, 20), ...(alike ? [alike] : [])],
            }
          }
    }
  },
}
