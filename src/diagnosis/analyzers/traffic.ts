import type { ClusterObject } from '../cluster.ts'
import { isEmpty, type Labels, selects } from './labels.ts'
import type { View, Workload } from './view.ts'

type Policy = ClusterObject<'NetworkPolicy'>
type Rule = {
  ports: readonly {
    port?: number | string | undefined
    endPort?: number | undefined
    protocol?: string | undefined
  }[]
}
type Peer = NonNullable<NonNullable<Policy['spec']>['ingress']>[number]['from'][number]

/** Policies of one direction that apply to a workload (kubernetes.io/docs/concepts/services-networking/network-policies). */
export const policiesOf = (
  view: View,
  { namespace, labels }: Workload,
  direction: 'Ingress' | 'Egress',
): Policy[] =>
  view.cluster.all('NetworkPolicy', namespace).filter(({ spec }) => {
    const types = spec?.policyTypes ?? (spec?.egress ? ['Ingress', 'Egress'] : ['Ingress'])
    return types.includes(direction) && spec?.podSelector !== undefined && selects(spec.podSelector, labels)
  })

export const rulesOf = (
  { spec }: Policy,
  direction: 'Ingress' | 'Egress',
): (Rule & { peers: readonly Peer[] })[] =>
  direction === 'Ingress'
    ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
    : (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))

/** Whether a policy lets through what goes to or comes from `other`; undefined when it depends on what is not known. */
export function allows(
  view: View,
  policy: Policy,
  direction: 'Ingress' | 'Egress',
  other: Workload,
  port: { number: number | undefined; name?: string | undefined },
): boolean | undefined {
  let answer: boolean | undefined = false
  for (const { peers, ports } of rulesOf(policy, direction)) {
    const byPort =
      ports.length === 0 || port.number === undefined ? true : ports.some(one => takes(one, port))
    if (!byPort) continue
    const byPeer = peers.length === 0 ? true : together(peers.map(peer => matches(view, policy, peer, other)))
    if (byPeer === true) return true
    if (byPeer === undefined) answer = undefined
  }
  return answer
}

const takes = (
  { port, endPort }: Rule['ports'][number],
  { number, name }: { number: number | undefined; name?: string | undefined },
): boolean => {
  if (port === undefined) return true
  if (typeof port === 'string' && !/^\d+$/.test(port)) return port === name
  return number !== undefined && number >= Number(port) && number <= (endPort ?? Number(port))
}

function matches(view: View, policy: Policy, peer: Peer, other: Workload): boolean | undefined {
  // Addresses of pods are not known.
  if (peer.ipBlock) return undefined
  if (peer.podSelector && !selects(peer.podSelector, other.labels)) return false
  if (!peer.namespaceSelector) return other.namespace === policy.namespace
  if (isEmpty(peer.namespaceSelector)) return true
  const namespace = view.cluster.get('Namespace', '', other.namespace)
  const labels: Labels = new Map([
    ...(namespace?.metadata.labels ?? []),
    ['kubernetes.io/metadata.name', other.namespace],
  ])
  if (selects(peer.namespaceSelector, labels)) return true
  return namespace ? false : undefined
}

const together = (answers: readonly (boolean | undefined)[]): boolean | undefined =>
  answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
