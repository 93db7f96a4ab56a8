import type { Condition } from '../cluster/pod.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { selects, thereIs } from './labels.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

const refusedBy = (conditions: readonly Condition[]) =>
  conditions.find(
    ({ type = '', status }) => /^(Accepted|Programmed|ResolvedRefs)$/.test(type) && status === 'False',
  )

/** The Gateway API: what routes name, and what controllers say of it. */
export const gatewayApi: Analyzer = {
  name: 'gateway-api',
  finds:
    'A GatewayClass, Gateway or HTTPRoute is not accepted, or names a class, Gateway, Service or port that does not exist or is closed to its namespace.',
  unless: 'A condition is unknown, or objects of the kind named are not known.',
  rules: [
    'gateway-class-not-accepted',
    'gateway-class-absent',
    'gateway-not-accepted',
    'route-not-accepted',
    'route-gateway-absent',
    'route-namespace-closed',
    'route-backend-absent',
    'route-backend-port',
  ],
  *look({ cluster }) {
    for (const object of cluster.all('GatewayClass')) {
      const bad = refusedBy(object.status?.conditions ?? [])
      if (bad)
        yield {
          rule: 'gateway-class-not-accepted',
          object,
          class: 'capability',
          strength: strengths.likely,
          observed: true,
          statement: sentences(
            `${called(object)} is not accepted by controller ${quoted(object.spec?.controllerName ?? '')}: ${plain(bad.message ?? bad.reason ?? '', 200)}`,
          ),
          evidence: [fieldOf(object, `status.conditions ${bad.type}`, bad.message ?? '')],
        }
    }
    for (const object of cluster.all('Gateway')) {
      const name = object.spec?.gatewayClassName
      const known = name === undefined ? undefined : cluster.lacks('GatewayClass', '', name)
      if (name !== undefined && known)
        yield {
          rule: 'gateway-class-absent',
          object,
          class: 'reference',
          strength:
            known === 'listed'
              ? strengths.broken
              : cluster.all('GatewayClass').length > 0
                ? strengths.likely
                : strengths.hint,
          observed: false,
          statement: sentences(
            `${called(object)} names GatewayClass ${quoted(name)}, which does not exist (not found), so no controller serves it`,
            thereIs(
              'GatewayClass',
              name,
              cluster.all('GatewayClass').map(one => one.name),
            ).replace(/^t/, 'T'),
          ),
          evidence: [fieldOf(object, 'spec.gatewayClassName', name)],
        }
      const bad = refusedBy([
        ...(object.status?.conditions ?? []),
        ...(object.status?.listeners.flatMap(({ conditions }) => conditions) ?? []),
      ])
      if (bad)
        yield {
          rule: 'gateway-not-accepted',
          object,
          class: 'config',
          strength: strengths.told - 0.07,
          observed: true,
          statement: sentences(
            `${called(object)} is not served (${plain(bad.reason ?? bad.type ?? '')}): ${plain(bad.message ?? '', 200)}`,
          ),
          evidence: [fieldOf(object, `status.conditions ${bad.type}`, bad.message ?? '')],
        }
    }
    for (const object of cluster.all('HTTPRoute')) {
      const bad = refusedBy(object.status?.parents.flatMap(({ conditions }) => conditions) ?? [])
      if (bad)
        yield {
          rule: 'route-not-accepted',
          object,
          class: 'config',
          strength: strengths.likely,
          observed: true,
          statement: sentences(
            `${called(object)} is not accepted (${plain(bad.reason ?? bad.type ?? '')}): ${plain(bad.message ?? '', 200)}`,
          ),
          evidence: [fieldOf(object, `status.parents conditions ${bad.type}`, bad.message ?? '')],
        }
      for (const [index, { kind = 'Gateway', name, namespace = object.namespace, sectionName }] of (
        object.spec?.parentRefs ?? []
      ).entries()) {
        if (kind !== 'Gateway' || name === undefined) continue
        const gateway = cluster.get('Gateway', namespace, name)
        const at = fieldOf(object, `spec.parentRefs[${index}]`, `${namespace}/${name}`)
        const known = cluster.lacks('Gateway', namespace, name)
        if (!gateway && (known || (!object.live && cluster.all('Gateway', namespace).length > 0)))
          yield {
            rule: 'route-gateway-absent',
            object,
            class: 'reference',
            strength: strengths.likely,
            observed: false,
            statement: sentences(
              `${called(object)} belongs to Gateway ${quoted(name)}, which does not exist in namespace ${namespace} (not found), so nobody serves it`,
              thereIs(
                'Gateway',
                name,
                cluster.all('Gateway', namespace).map(one => one.name),
              ).replace(/^t/, 'T'),
            ),
            evidence: [at],
          }
        const listeners =
          gateway?.spec?.listeners.filter(one => sectionName === undefined || one.name === sectionName) ?? []
        const closed =
          listeners.length > 0 &&
          listeners.every(({ allowedRoutes }) => {
            const { from = 'Same', selector } = allowedRoutes?.namespaces ?? {}
            if (from === 'All') return false
            if (from === 'Same') return gateway?.namespace !== object.namespace
            const labels = cluster.get('Namespace', '', object.namespace)?.metadata.labels
            return (
              from === 'Selector' &&
              selector !== undefined &&
              labels !== undefined &&
              !selects(selector, new Map([...labels, ['kubernetes.io/metadata.name', object.namespace]]))
            )
          })
        if (gateway && closed)
          yield {
            rule: 'route-namespace-closed',
            object: gateway,
            class: 'config',
            strength: strengths.broken,
            observed: false,
            statement: sentences(
              `${called(gateway)} takes no routes of namespace ${object.namespace} (allowedRoutes), so ${called(object)} is not served`,
            ),
            evidence: [
              at,
              fieldOf(
                gateway,
                'spec.listeners allowedRoutes',
                listed(listeners.map(({ allowedRoutes }) => allowedRoutes?.namespaces?.from ?? 'Same')),
              ),
            ],
            explains: [object],
          }
      }
      for (const { kind = 'Service', name, namespace = object.namespace, port } of (
        object.spec?.rules ?? []
      ).flatMap(({ backendRefs }) => backendRefs)) {
        if (kind !== 'Service' || name === undefined) continue
        const service = cluster.get('Service', namespace, name)
        const ports = service?.spec?.ports.flatMap(one => one.port ?? []) ?? []
        if (cluster.lacks('Service', namespace, name))
          yield {
            rule: 'route-backend-absent',
            object,
            class: 'reference',
            strength: strengths.broken,
            observed: false,
            statement: sentences(
              `${called(object)} sends to Service ${quoted(name)}, which does not exist in namespace ${namespace} (not found), so requests get 500`,
              thereIs(
                'Service',
                name,
                cluster.all('Service', namespace).map(one => one.name),
              ).replace(/^t/, 'T'),
            ),
            evidence: [fieldOf(object, 'spec.rules backendRefs', name)],
          }
        else if (service && port !== undefined && ports.length > 0 && !ports.includes(port))
          yield {
            rule: 'route-backend-port',
            object,
            class: 'port',
            strength: strengths.broken,
            observed: false,
            statement: sentences(
              `${called(object)} sends to port ${port} of ${called(service)}, which has no such port (port mismatch): it offers ${listed(ports.map(String))}`,
            ),
            evidence: [
              fieldOf(object, 'spec.rules backendRefs', `${name}:${port}`),
              fieldOf(service, 'spec.ports', ports.join(', ')),
            ],
            explains: [service],
          }
      }
    }
  },
}
