import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { type DeclaredCall, declaredCalls } from './calls.ts'
import { nearest, thereIs } from './labels.ts'
import type { View } from './view.ts'
import { called, listed, quoted, sentences } from './wording.ts'

/** A workload calls a Service that does not exist, or a port that the Service does not offer. */
export const calledService: Analyzer = {
  name: 'called-service',
  finds:
    'A variable, command or ConfigMap names a Service that does not exist, or a port that it does not offer.',
  unless: 'The name may be one outside of the cluster, or Services of the namespace are not known.',
  rules: ['called-service-absent', 'called-port-absent'],
  *look(view) {
    for (const call of declaredCalls(view)) {
      const service = view.cluster.get('Service', call.namespace, call.service)
      const found = service ? portAbsent(view, call) : serviceAbsent(view, call)
      if (found) yield found
    }
  },
}

function serviceAbsent(view: View, call: DeclaredCall): Suspicion | undefined {
  const { from, host, service, namespace, said } = call
  const known = view.cluster.lacks('Service', namespace, service)
  const others = view.cluster.all('Service', namespace).map(({ name }) => name)
  const near = nearest(service, others)
  if (!known || (!call.address && !near)) return undefined
  const elsewhere = view.cluster.all('Service').find(({ name }) => name === service)
  if (from.spec.containers.length === 0) return undefined
  return {
    rule: 'called-service-absent',
    object: from,
    class: 'dns',
    statement: sentences(
      `${called(from)} calls host ${quoted(host)} (${said}), but Service ${quoted(service)} does not exist in namespace ${namespace} (not found; the name does not resolve in DNS)`,
      elsewhere
        ? `A Service of that name is in namespace ${elsewhere.namespace}`
        : `In namespace ${namespace} ${thereIs('Service', service, others)}`,
    ),
    strength: elsewhere ? strengths.broken : near ? strengths.likely : strengths.guess,
    assumed: !elsewhere && !near,
    observed: false,
    outside: true,
    evidence: [{ source: from.object.file, detail: `${called(from)}: ${said} names ${quoted(host)}` }],
    explains: from.pods,
  }
}

function portAbsent(view: View, call: DeclaredCall): Suspicion | undefined {
  const service = view.cluster.get('Service', call.namespace, call.service)
  const ports = service?.spec?.ports.flatMap(({ port }) => port ?? []) ?? []
  const { port, from, host, said } = call
  if (!service || port === undefined || ports.length === 0 || ports.includes(port)) return undefined
  if (service.spec?.clusterIP === 'None' || service.spec?.type === 'ExternalName') return undefined
  return {
    rule: 'called-port-absent',
    object: from,
    class: 'port',
    statement: sentences(
      `${called(from)} calls ${quoted(host)} on port ${port} (${said}), but ${called(service)} has no port ${port} (port mismatch): it offers ${listed(ports.map(String))}`,
      'Connections time out or are refused',
    ),
    strength: strengths.likely,
    observed: false,
    outside: true,
    evidence: [
      { source: from.object.file, detail: `${called(from)}: ${said} names ${host}:${port}` },
      { source: service.file, detail: `${called(service)} spec.ports: ${ports.join(', ')}` },
    ],
    explains: [service],
  }
}
