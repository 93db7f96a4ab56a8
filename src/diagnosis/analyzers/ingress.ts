import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { providerOf } from './provided.ts'
import { remedy, replaced } from './remedies.ts'
import type { View } from './view.ts'
import { called, fieldOf, listed, quoted, sentences } from './wording.ts'

type Ingress = ClusterObject<'Ingress'>

/** Classes that controllers bring along under these names. */
const usualClasses = new Set(
  'nginx alb traefik gce gce-internal haproxy istio kong contour cilium azure-application-gateway webapprouting.kubernetes.azure.com public openshift-default ambassador apisix'.split(
    ' ',
  ),
)

/** An Ingress names something that is not there. */
export const ingress: Analyzer = {
  name: 'ingress',
  finds: 'An Ingress has no class, or names a class, Service, port or TLS Secret that does not exist.',
  unless: 'A default class is there, cert-manager makes the Secret, or objects of that kind are not known.',
  rules: [
    'ingress-class-absent',
    'ingress-without-class',
    'ingress-backend-absent',
    'ingress-backend-port',
    'ingress-secret-absent',
  ],
  *look(view) {
    for (const object of view.cluster.all('Ingress')) {
      yield* classOf(view, object)
      yield* backendsOf(view, object)
      yield* secretsOf(view, object)
    }
  },
}

function* classOf({ cluster }: View, object: Ingress): Generator<Suspicion> {
  const annotated = object.metadata.annotations.get('kubernetes.io/ingress.class')
  const name = object.spec?.ingressClassName ?? annotated
  const classes = cluster.all('IngressClass')
  const names = classes.map(one => one.name)
  const noAddress =
    object.live && object.raw.status !== undefined && (object.status?.loadBalancer?.ingress.length ?? 0) === 0
  if (name === undefined) {
    const defaults = classes.some(
      ({ metadata }) => metadata.annotations.get('ingressclass.kubernetes.io/is-default-class') === 'true',
    )
    if (defaults) return
    yield {
      rule: 'ingress-without-class',
      object,
      class: 'reference',
      statement: sentences(
        `${called(object)} names no ingress class (ingressClassName is missing) and no class is marked as the default, so no controller serves it`,
        names.length > 0 ? `There is IngressClass ${listed(names.map(quoted))}` : undefined,
      ),
      strength: cluster.knows('IngressClass') === 'listed' && noAddress ? strengths.likely : strengths.hint,
      observed: noAddress,
      evidence: [fieldOf(object, 'spec.ingressClassName', 'absent')],
    }
    return
  }
  // An annotation needs no IngressClass: older controllers look for their own word.
  if (!object.spec?.ingressClassName && annotated) {
    if (names.length === 0 || names.includes(annotated) || cluster.knows('IngressClass') !== 'listed') return
  }
  const known = cluster.lacks('IngressClass', '', name)
  if (!known || (known === 'declared' && usualClasses.has(name))) return
  const near = nearest(name, known === 'declared' && names.length === 0 ? [...usualClasses] : names)
  yield {
    rule: 'ingress-class-absent',
    object,
    class: 'reference',
    statement: sentences(
      `${called(object)} names ingress class ${quoted(name)}, and no IngressClass of that name exists (not found), so no ingress controller serves it${noAddress ? ' and it has no address' : ''}`,
      known === 'declared' && names.length === 0
        ? near
          ? `A usual class is ${quoted(near)}`
          : undefined
        : thereIs('IngressClass', name, names).replace(/^t/, 'T'),
    ),
    strength:
      known === 'listed'
        ? noAddress
          ? strengths.told
          : strengths.broken
        : near
          ? strengths.likely
          : strengths.possible,
    observed: noAddress && known === 'listed',
    evidence: [
      fieldOf(
        object,
        object.spec?.ingressClassName ? 'spec.ingressClassName' : 'annotation kubernetes.io/ingress.class',
        name,
      ),
    ],
    ...(near !== undefined &&
      object.spec?.ingressClassName &&
      remedy(
        'fix-reference',
        object,
        replaced('/spec/ingressClassName', name, near),
        `Name ingress class ${near}.`,
      )),
  }
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
          ).replace(/^t/, 'T'),
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
    if (!known || providerOf(cluster, 'Secret', object.namespace, name)) continue
    yield {
      rule: 'ingress-secret-absent',
      object,
      class: 'certificate',
      statement: sentences(
        `${called(object)} takes its TLS certificate from Secret ${quoted(name)}, which does not exist in namespace ${object.namespace} (missing), so clients get a default certificate that they do not trust`,
      ),
      strength: known === 'listed' ? strengths.likely : strengths.possible,
      observed: false,
      evidence: [fieldOf(object, `spec.tls[${index}].secretName`, name)],
    }
  }
}
