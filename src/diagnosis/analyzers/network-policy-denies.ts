import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { declaredCalls } from './calls.ts'
import { labelsText, selectorText } from './labels.ts'
import { behind } from './services.ts'
import { allows, policiesOf, rulesOf } from './traffic.ts'
import type { View, Workload } from './view.ts'
import { called, listed, quoted, sentences } from './wording.ts'

interface Edge {
  from: Workload
  to: Workload
  port: number | undefined
  portName?: string | undefined
  told: string
}

/** A NetworkPolicy denies what one workload needs of another. */
export const networkPolicyDenies: Analyzer = {
  name: 'network-policy-denies',
  finds: 'NetworkPolicies let a workload not reach another one that it calls, or not reach DNS.',
  unless:
    'One of the policies allows it, or it depends on addresses or labels of namespaces that are not known.',
  rules: ['network-policy-denies', 'network-policy-denies-dns'],
  *look(view) {
    const edges = edgesOf(view)
    for (const edge of edges)
      for (const direction of ['Ingress', 'Egress'] as const) {
        const found = denied(view, edge, direction)
        if (found) yield found
      }
    for (const from of new Set(edges.map(edge => edge.from))) {
      const found = dnsDenied(view, from)
      if (found) yield found
    }
  },
}

function edgesOf(view: View): Edge[] {
  const declared = declaredCalls(view).flatMap(({ from, service: name, namespace, port, said }): Edge[] => {
    const service = view.cluster.get('Service', namespace, name)
    if (!service) return []
    const of =
      service.spec?.ports.find(one => one.port === port) ??
      (service.spec?.ports.length === 1 ? service.spec.ports[0] : undefined)
    const target = of?.targetPort ?? of?.port ?? port
    return behind(view, service).map(to => {
      const ports = to.spec.containers.flatMap(one => one.ports)
      const named =
        typeof target === 'string'
          ? ports.find(one => one.name === target)
          : ports.find(one => one.containerPort === target)
      return {
        from,
        to,
        port: typeof target === 'number' ? target : named?.containerPort,
        portName: named?.name,
        told: said,
      }
    })
  })
  const seen = view.calls.slice(0, 5_000).flatMap(({ from, to }): Edge[] => {
    const [source, target] = [from, to].map(name => view.workloads.filter(workload => workload.name === name))
    if (source?.length !== 1 || target?.length !== 1 || !source[0] || !target[0]) return []
    return [{ from: source[0], to: target[0], port: undefined, told: 'the call graph' }]
  })
  return [...declared, ...seen].filter(({ from, to }) => from.labels.size > 0 && to.labels.size > 0)
}

function denied(view: View, edge: Edge, direction: 'Ingress' | 'Egress'): Suspicion | undefined {
  const { from, to, port, portName, told } = edge
  const [subject, other] = direction === 'Ingress' ? [to, from] : [from, to]
  const policies = policiesOf(view, subject, direction)
  if (policies.length === 0) return undefined
  const answers = policies.map(policy =>
    allows(view, policy, direction, other, { number: port, name: portName }),
  )
  if (answers.some(answer => answer !== false)) return undefined
  const [policy] = policies
  if (!policy) return undefined
  const to80 = port === undefined ? '' : ` on port ${port}`
  return {
    rule: 'network-policy-denies',
    object: policy,
    class: 'network',
    statement: sentences(
      `${called(policy)} blocks traffic: it denies the ${direction.toLowerCase()} that ${called(from)} needs to reach ${called(to)}${to80}`,
      `${direction === 'Ingress' ? 'It allows only' : 'It allows only'} ${ruleText(policy, direction)}; the pods of ${called(other)} have labels ${labelsText(other.labels)}`,
      'Connections time out',
    ),
    strength: strengths.broken,
    observed: false,
    outside: true,
    evidence: [
      {
        source: policy.file,
        detail: `${called(policy)} spec.${direction.toLowerCase()}: ${ruleText(policy, direction)}`,
      },
      { source: from.object.file, detail: `${called(from)} calls ${called(to)}: ${told}` },
      ...policies
        .slice(1, 4)
        .map(one => ({ source: one.file, detail: `${called(one)} does not allow it either` })),
    ],
    explains: [from, to],
  }
}

/** A workload whose egress is limited and which needs names. */
function dnsDenied(view: View, from: Workload): Suspicion | undefined {
  const policies = policiesOf(view, from, 'Egress')
  const [policy] = policies
  if (!policy) return undefined
  const open = policies.some(one =>
    rulesOf(one, 'Egress').some(({ peers, ports }) => {
      const byPort =
        ports.length === 0 ||
        ports.some(
          ({ port, endPort }) =>
            port === undefined ||
            port === 53 ||
            port === 5353 ||
            port === 'dns' ||
            (Number(port) <= 53 && Number(endPort ?? port) >= 53),
        )
      // Whoever names another namespace or addresses may mean the one of DNS.
      return (
        byPort &&
        (peers.length === 0 ||
          peers.some(
            ({ namespaceSelector, ipBlock }) => namespaceSelector !== undefined || ipBlock !== undefined,
          ))
      )
    }),
  )
  if (open) return undefined
  return {
    rule: 'network-policy-denies-dns',
    object: policy,
    class: 'dns',
    statement: sentences(
      `${called(policy)} blocks DNS: it limits the egress of ${called(from)} and allows no UDP or TCP port 53 to the cluster's DNS, so that names of Services do not resolve`,
      `It allows only ${ruleText(policy, 'Egress')}`,
    ),
    strength: strengths.likely,
    observed: false,
    outside: true,
    evidence: [
      { source: policy.file, detail: `${called(policy)} spec.egress: ${ruleText(policy, 'Egress')}` },
    ],
    explains: [from],
  }
}

export function ruleText(policy: ClusterObject<'NetworkPolicy'>, direction: 'Ingress' | 'Egress'): string {
  const word = direction === 'Ingress' ? 'from' : 'to'
  const rules = rulesOf(policy, direction).map(({ peers, ports }) => {
    const who = peers.map(({ podSelector, namespaceSelector, ipBlock }) =>
      ipBlock
        ? `addresses ${ipBlock.cidr ?? ''}`
        : [
            podSelector ? `pods ${quoted(selectorText(podSelector) || 'any')}` : 'any pod',
            ...(namespaceSelector
              ? [`of namespaces ${quoted(selectorText(namespaceSelector) || 'any')}`]
              : []),
          ].join(' '),
    )
    const where = ports.map(
      ({ port, protocol }) => `${port ?? 'any'}${protocol && protocol !== 'TCP' ? `/${protocol}` : ''}`,
    )
    return `${word} ${who.length > 0 ? listed(who, 3) : 'anywhere'}${where.length > 0 ? ` on port ${listed(where, 4)}` : ''}`
  })
  return rules.length === 0 ? 'nothing at all' : listed(rules, 3)
}
