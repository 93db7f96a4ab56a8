import { type Analyzer, strengths } from './analyzer.ts'
import { called, plain, quoted, sentences } from './wording.ts'

/** What kinds belong to, for those that are often asked for where they are not installed. */
const makers: readonly (readonly [RegExp, string])[] = [
  [/^(scaledobjects?|scaledjobs?|triggerauthentications?)(\.|$)/i, 'KEDA'],
  [/^(certificates?|certificaterequests?|clusterissuers?|issuers?)(\.|$)/i, 'cert-manager'],
  [/^(virtualservices?|destinationrules?|serviceentr(y|ies)|peerauthentications?)(\.|$)/i, 'Istio'],
  [/^(servicemonitors?|podmonitors?|prometheusrules?|prometheus(es)?)(\.|$)/i, 'the Prometheus operator'],
  [/^(applications?|applicationsets?|appprojects?)(\.|$)/i, 'Argo CD'],
  [/^(kustomizations?|helmreleases?|gitrepositor(y|ies)|helmrepositor(y|ies))(\.|$)/i, 'Flux'],
  [/^(gateways?|httproutes?|gatewayclass(es)?|grpcroutes?)(\.|$)/i, 'the Gateway API'],
  [/^(externalsecrets?|secretstores?|clustersecretstores?)(\.|$)/i, 'External Secrets'],
  [/^(volumesnapshots?|volumesnapshotclass(es)?)(\.|$)/i, 'the snapshot controller'],
  [/^(verticalpodautoscalers?|vpa)(\.|$)/i, 'the Vertical Pod Autoscaler'],
  [/^(sealedsecrets?)(\.|$)/i, 'Sealed Secrets'],
  [/^(rollouts?|analysistemplates?)(\.|$)/i, 'Argo Rollouts'],
]
export const makerOf = (kind: string): string | undefined =>
  makers.find(([pattern]) => pattern.test(kind))?.[1]

/** Something is asked for that the cluster does not have. */
export const capabilityAbsent: Analyzer = {
  name: 'capability-absent',
  finds:
    'A kind was asked for that the server does not have, or Events say that no kind of that name is served.',
  unless: 'Objects of the kind are there.',
  rules: ['kind-not-served', 'kind-not-installed'],
  *look(view) {
    for (const { kind, file, text } of view.notServed) {
      const maker = makerOf(kind)
      yield {
        rule: 'kind-not-served',
        object: { kind: 'CustomResourceDefinition', namespace: '', name: kind.toLowerCase() },
        class: 'capability',
        statement: sentences(
          `${maker ? `${maker} is not installed in the cluster` : `The cluster has no kind ${quoted(kind)}`}: the server does not have a resource type ${quoted(kind)}, so no such object exists or does anything`,
        ),
        strength: maker ? strengths.possible : 0.28,
        observed: true,
        evidence: [{ source: file, detail: plain(text, 300) }],
      }
    }
    const told = new Set<string>()
    for (const event of view.cluster.allEvents) {
      const [, kind = '', version = ''] =
        /no matches for kind "([^"]{1,253})" in version "([^"]{1,253})"/.exec(event.message) ?? []
      if (kind === '' || told.has(`${kind}/${version}`)) continue
      told.add(`${kind}/${version}`)
      const maker = makerOf(kind)
      yield {
        rule: 'kind-not-installed',
        object: view.cluster.find(event.kind, event.namespace, event.name) ?? event,
        class: 'capability',
        statement: sentences(
          `${called(event)} needs kind ${quoted(kind)} in version ${quoted(version)}, which the server does not have${maker ? `: ${maker} is not installed` : ' (its CRD is not installed)'}`,
        ),
        strength: strengths.told,
        observed: true,
        evidence: [
          { source: event.file, detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}` },
        ],
      }
    }
  },
}
