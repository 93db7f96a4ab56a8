import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { isMade, providerOf } from './provided.ts'
import { remedy, replaced } from './remedies.ts'
import type { View } from './view.ts'
import { called, fieldOf, listed, quoted, sentences } from './wording.ts'

type Ingress = ClusterObject<'Ingress'>

/** An Ingress names something that is not there. */
export const ingress: Analyzer = {
  name: 'ingress',
  finds: 'An Ingress names a Service, a port of it or a TLS Secret that does not exist.',
  unless: 'cert-manager makes the Secret, or Services and Secrets of the namespace are not known.',
  rules: ['ingress-backend-absent', 'ingress-backend-port', 'ingress-secret-absent'],
  *look(view) {
    for (const object of view.cluster.all('Ingress')) {
      yield* backendsOf(view, object)
      yield* secretsOf(view, object)
    }
  },
}

function* backendsOf({ cluster }: View, object: Ingress): Generator<Suspicion> {
  const backends = [
    { backend: object.spec?.defaultBackend, path: '/spec/defaultBackend', at: 'default backend' },
    ...(object.spec?.rules ?? []).flatMap(({ host, http }, rule) =>
      (http?.paths ?? []).map(({ backend, path = '/' }, index) => ({
        backend,
        path: `/spec/rules/${rule}/http/paths/${index}/backend`,
        at: `path ${quoted(`${host ?? '*'}${path}`)}`,
      })),
    ),
  ]
  for (const { backend, path, at } of backends) {
    const name = backend?.service?.name ?? backend?.serviceName
    if (name === undefined) continue
    const service = cluster.get('Service', object.namespace, name)
    const others = cluster.all('Service', object.namespace)
    if (!service) {
      const known = cluster.lacks('Service', object.namespace, name)
      if (!known) continue
      const near = nearest(
        name,
        others.map(one => one.name),
      )
      yield {
        rule: 'ingress-backend-absent',
        object,
        class: 'reference',
        statement: sentences(
          `${called(object)} sends ${at} to Service ${quoted(name)}, which does not exist in namespace ${object.namespace} (not found), so requests get 503`,
          thereIs(
            'Service',
            name,
            others.map(one => one.name),
          ),
        ),
        strength: known === 'listed' || near ? strengths.broken : strengths.likely,
        observed: false,
        evidence: [fieldOf(object, path, name)],
        ...(near !== undefined &&
          backend?.service &&
          remedy(
            'fix-reference',
            object,
            replaced(`${path}/service/name`, name, near),
            `Send to Service ${near}, which exists.`,
          )),
      }
      continue
    }
    const wanted = backend?.service?.port?.number ?? backend?.service?.port?.name ?? backend?.servicePort
    const ports = service.spec?.ports ?? []
    if (
      wanted === undefined ||
      ports.length === 0 ||
      ports.some(({ port, name: of }) => port === Number(wanted) || of === String(wanted))
    )
      continue
    const [only] = ports.length === 1 ? ports : []
    yield {
      rule: 'ingress-backend-port',
      object,
      class: 'port',
      statement: sentences(
        `${called(object)} sends ${at} to port ${String(wanted)} of ${called(service)}, which has no such port (port mismatch): it offers ${listed(ports.map(({ port, name: of }) => (of ? `${port} (${of})` : String(port))))}`,
        'Requests get 502 or 503',
      ),
      strength: strengths.broken,
      observed: false,
      evidence: [
        fieldOf(object, `${path} port`, String(wanted)),
        fieldOf(service, 'spec.ports', ports.map(({ port }) => port).join(', ')),
      ],
      explains: [service],
      ...(only?.port !== undefined &&
        backend?.service?.port?.number !== undefined &&
        remedy(
          'fix-reference',
          object,
          replaced(`${path}/service/port/number`, backend.service.port.number, only.port),
          `Send to port ${only.port}.`,
        )),
    }
  }
}

function* secretsOf({ cluster }: View, object: Ingress): Generator<Suspicion> {
  const issued = [...object.metadata.annotations.keys()].some(
    key => key.startsWith('cert-manager.io/') || key === 'kubernetes.io/tls-acme',
  )
  for (const [index, { secretName: name }] of (object.spec?.tls ?? []).entries()) {
    if (name === undefined || issued) continue
    const known = cluster.lacks('Secret', object.namespace, name)
    if (!known || isMade(cluster, 'Secret', object.namespace, name)) continue
    if (providerOf(cluster, object.namespace, name)) continue
    yield {
      rule: 'ingress-secret-absent',
      object,
      class: 'certificate',
      statement: sentences(
        `${called(object)} takes its TLS certificate from Secret ${quoted(name)}, which does not exist in namespace ${object.namespace} (missing), so clients get a default certificate that they do not trust`,
      ),
      strength: known === 'listed' ? strengths.likely : strengths.guess,
      assumed: known === 'declared',
      observed: false,
      evidence: [fieldOf(object, `spec.tls[${index}].secretName`, name)],
    }
  }
}
