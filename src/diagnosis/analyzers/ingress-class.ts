import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import type { View } from './view.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

type Ingress = ClusterObject<'Ingress'>

/** Classes that controllers bring along under these names. */
const usual =
  'nginx alb traefik gce gce-internal haproxy istio kong contour cilium azure-application-gateway webapprouting.kubernetes.azure.com public openshift-default ambassador apisix'.split(
    ' ',
  )

/** An Ingress that no controller serves. */
export const ingressClass: Analyzer = {
  name: 'ingress-class',
  finds: 'An Ingress names no class where none is the default, or a class that does not exist.',
  unless:
    'A default class is there, the class is one that controllers bring along, or classes are not known.',
  rules: ['ingress-class-absent', 'ingress-without-class'],
  *look(view) {
    for (const object of view.cluster.all('Ingress')) {
      const found = classOf(object) === undefined ? withoutClass(view, object) : classAbsent(view, object)
      if (found) yield found
    }
  },
}

const annotation = 'kubernetes.io/ingress.class'
const classOf = ({ spec, metadata }: Ingress): string | undefined =>
  spec?.ingressClassName ?? metadata.annotations.get(annotation)

/** A controller writes where it serves an Ingress. */
const isUnserved = ({ live, raw, status }: Ingress): boolean =>
  live && raw.status !== undefined && (status?.loadBalancer?.ingress.length ?? 0) === 0

function withoutClass({ cluster }: View, object: Ingress): Suspicion | undefined {
  const classes = cluster.all('IngressClass')
  const defaults = classes.some(
    ({ metadata }) => metadata.annotations.get('ingressclass.kubernetes.io/is-default-class') === 'true',
  )
  if (defaults) return undefined
  const unserved = isUnserved(object)
  return {
    rule: 'ingress-without-class',
    object,
    class: 'reference',
    statement: sentences(
      `${called(object)} names no ingress class (ingressClassName is missing) and no class is marked as the default, so no controller serves it`,
      classes.length > 0
        ? thereIs(
            'IngressClass',
            '',
            classes.map(({ name }) => name),
          )
        : undefined,
    ),
    strength: cluster.knows('IngressClass') === 'listed' && unserved ? strengths.likely : strengths.hint,
    observed: unserved,
    evidence: [fieldOf(object, 'spec.ingressClassName', 'absent')],
  }
}

function classAbsent({ cluster }: View, object: Ingress): Suspicion | undefined {
  const name = classOf(object) ?? ''
  const names = cluster.all('IngressClass').map(one => one.name)
  const known = cluster.lacks('IngressClass', '', name)
  const field = object.spec?.ingressClassName !== undefined
  // An annotation needs no IngressClass: older controllers look for their own word.
  const meant = known === 'declared' && (usual.includes(name) || !field)
  if (!known || meant || (!field && names.length === 0)) return undefined
  const guessing = known === 'declared' && names.length === 0
  const near = nearest(name, guessing ? usual : names)
  const unserved = isUnserved(object)
  const sure = unserved ? strengths.told : strengths.broken
  return {
    rule: 'ingress-class-absent',
    object,
    class: 'reference',
    statement: sentences(
      `${called(object)} names ingress class ${quoted(name)}, and no IngressClass of that name exists (not found), so no ingress controller serves it${unserved ? ' and it has no address' : ''}`,
      guessing ? near && `A usual class is ${quoted(near)}` : thereIs('IngressClass', name, names),
    ),
    strength: known === 'listed' ? sure : near && !guessing ? strengths.likely : strengths.guess,
    assumed: known === 'declared',
    observed: unserved && known === 'listed',
    evidence: [fieldOf(object, field ? 'spec.ingressClassName' : `annotation ${annotation}`, name)],
    ...(near !== undefined &&
      field &&
      remedy(
        'fix-reference',
        object,
        replaced('/spec/ingressClassName', name, near),
        `Name ingress class ${near}.`,
      )),
  }
}
