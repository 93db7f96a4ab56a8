import type { Condition } from '../cluster/pod.ts'
import type { Cluster, ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { selects, thereIs } from './labels.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

type Route = ClusterObject<'HTTPRoute'>
type Gateway = ClusterObject<'Gateway'>

/** The Gateway API: what routes name, and what controllers say of it. */
export const gatewayApi: Analyzer = {
  name: 'gateway-api',
  finds:
    'A GatewayClass, Gateway or HTTPRoute is not accepted, or names a class, Gateway, Service or port that does not exist or is closed to its namespace.',
  unless: 'A condition is unknown, or objects of the kind named are not known.',
  rules: [
    ...['gateway-class-not-accepted', 'gateway-class-absent', 'gateway-not-accepted', 'route-not-accepted'],
    ...['route-gateway-absent', 'route-namespace-closed', 'route-backend-absent', 'route-backend-port'],
  ],
  *look({ cluster }) {
    for (const object of cluster.all('GatewayClass'))
      yield* refused(object, object.status?.conditions ?? [], 'gateway-class-not-accepted')
    for (const object of cluster.all('Gateway')) {
      const listeners = object.status?.listeners.flatMap(({ conditions }) => conditions) ?? []
      yield* refused(object, [...(object.status?.conditions ?? []), ...listeners], 'gateway-not-accepted')
      yield* classAbsent(cluster, object)
    }
    for (const object of cluster.all('HTTPRoute')) {
      const parents = object.status?.parents.flatMap(({ conditions }) => conditions) ?? []
      yield* refused(object, parents, 'route-not-accepted')
      yield* parentsOf(cluster, object)
      yield* backendsOf(cluster, object)
    }
  },
}

function* refused(
  object: ClusterObject<'GatewayClass' | 'Gateway' | 'HTTPRoute'>,
  conditions: readonly Condition[],
  rule: string,
): Generator<Suspicion> {
  const bad = conditions.find(
    ({ type = '', status }) => /^(Accepted|Programmed|ResolvedRefs)$/.test(type) && status === 'False',
  )
  if (!bad) return
  yield {
    ...{ rule, object, class: 'config', strength: strengths.told - 0.07, observed: true },
    statement: sentences(
      `${called(object)} is not served: its controller says ${bad.type} is False (${plain(bad.reason ?? '')}), ${plain(bad.message ?? '', 200)}`,
    ),
    evidence: [fieldOf(object, `status.conditions ${bad.type}`, bad.message ?? '')],
  }
}

function* classAbsent(cluster: Cluster, object: Gateway): Generator<Suspicion> {
  const name = object.spec?.gatewayClassName
  const known = name === undefined ? undefined : cluster.lacks('GatewayClass', '', name)
  if (name === undefined || !known) return
  const others = cluster.all('GatewayClass').map(one => one.name)
  yield {
    rule: 'gateway-class-absent',
    object,
    class: 'reference',
    strength: known === 'listed' ? strengths.broken : others.length > 0 ? strengths.likely : strengths.hint,
    observed: false,
    statement: sentences(
      `${called(object)} names GatewayClass ${quoted(name)}, which does not exist (not found), so no controller serves it`,
      thereIs('GatewayClass', name, others),
    ),
    evidence: [fieldOf(object, 'spec.gatewayClassName', name)],
  }
}

function* parentsOf(cluster: Cluster, object: Route): Generator<Suspicion> {
  for (const { kind = 'Gateway', name, namespace = object.namespace, sectionName } of object.spec
    ?.parentRefs ?? []) {
    if (kind !== 'Gateway' || name === undefined) continue
    const gateway = cluster.get('Gateway', namespace, name)
    const at = fieldOf(object, 'spec.parentRefs', `${namespace}/${name}`)
    if (gateway && isClosed(cluster, gateway, object.namespace, sectionName))
      yield {
        ...{ rule: 'route-namespace-closed', object: gateway, class: 'config', strength: strengths.broken },
        observed: false,
        statement: sentences(
          `${called(gateway)} takes no routes of namespace ${object.namespace} (allowedRoutes), so ${called(object)} is not served`,
        ),
        evidence: [at, fieldOf(gateway, 'spec.listeners allowedRoutes', allowedText(gateway))],
        explains: [object],
      }
    const others = cluster.all('Gateway', namespace).map(one => one.name)
    if (gateway || !(cluster.lacks('Gateway', namespace, name) || (!object.live && others.length > 0)))
      continue
    yield {
      ...{
        rule: 'route-gateway-absent',
        object,
        class: 'reference',
        strength: strengths.likely,
        observed: false,
      },
      statement: sentences(
        `${called(object)} belongs to Gateway ${quoted(name)}, which does not exist in namespace ${namespace} (not found), so nobody serves it`,
        thereIs('Gateway', name, others),
      ),
      evidence: [at],
    }
  }
}

const allowedText = ({ spec }: Gateway): string =>
  listed((spec?.listeners ?? []).map(({ allowedRoutes }) => allowedRoutes?.namespaces?.from ?? 'Same'))

/** Whether no listener takes routes of this namespace; not where that depends on labels that are not known. */
function isClosed(
  cluster: Cluster,
  gateway: Gateway,
  namespace: string,
  section: string | undefined,
): boolean {
  const listeners =
    gateway.spec?.listeners.filter(({ name }) => section === undefined || name === section) ?? []
  const labels = cluster.get('Namespace', '', namespace)?.metadata.labels
  return (
    listeners.length > 0 &&
    listeners.every(({ allowedRoutes }) => {
      const { from = 'Same', selector } = allowedRoutes?.namespaces ?? {}
      if (from === 'Same') return gateway.namespace !== namespace
      if (from !== 'Selector' || !selector || !labels) return false
      return !selects(selector, new Map([...labels, ['kubernetes.io/metadata.name', namespace]]))
    })
  )
}

function* backendsOf(cluster: Cluster, object: Route): Generator<Suspicion> {
  for (const { kind = 'Service', name, namespace = object.namespace, port } of (
    object.spec?.rules ?? []
  ).flatMap(({ backendRefs }) => backendRefs)) {
    if (kind !== 'Service' || name === undefined) continue
    const service = cluster.get('Service', namespace, name)
    const ports = service?.spec?.ports.flatMap(one => one.port ?? []) ?? []
    const common = { object, observed: false, strength: strengths.broken }
    const others = cluster.all('Service', namespace).map(one => one.name)
    if (cluster.lacks('Service', namespace, name))
      yield {
        ...{ ...common, rule: 'route-backend-absent', class: 'reference' },
        statement: sentences(
          `${called(object)} sends to Service ${quoted(name)}, which does not exist in namespace ${namespace} (not found), so requests get 500`,
          thereIs('Service', name, others),
        ),
        evidence: [fieldOf(object, 'spec.rules backendRefs', name)],
      }
    else if (service && port !== undefined && ports.length > 0 && !ports.includes(port))
      yield {
        ...{ ...common, rule: 'route-backend-port', class: 'port', explains: [service] },
        statement: sentences(
          `${called(object)} sends to port ${port} of ${called(service)}, which has no such port (port mismatch): it offers ${listed(ports.map(String))}`,
        ),
        evidence: [
          fieldOf(object, 'spec.rules backendRefs', `${name}:${port}`),
          fieldOf(service, 'spec.ports', ports.join(', ')),
        ],
      }
  }
}
