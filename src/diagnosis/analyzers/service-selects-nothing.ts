import type { LabelSelector } from '../cluster/pod.ts'
import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { differences, labelsText, likeness, nearness, selectorOf, selectorText, selects } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import { behind, endpointsOf, isSelecting } from './services.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

type Service = ClusterObject<'Service'>

/** A Service's selector takes no pods, so it has no endpoints. */
export const serviceSelectsNothing: Analyzer = {
  name: 'service-selects-nothing',
  finds: 'The selector of a Service matches the labels of no pod, so that it has no endpoints.',
  unless:
    'The Service has ready endpoints, or pods with these labels are there, also of a workload scaled to 0.',
  rules: ['service-selects-nothing'],
  *look(view) {
    for (const service of view.cluster.all('Service')) {
      const selector = selectorOf(service.spec?.selector ?? new Map())
      if (!isSelecting(service) || isServed(view, service, selector)) continue
      const candidates = view
        .within(service.namespace)
        .filter(({ labels, finite }) => labels.size > 0 && !finite)
      const endpoints = endpointsOf(view, service)
      const complete =
        view.cluster.knows('Pod', service.namespace) ?? view.cluster.knows('Deployment', service.namespace)
      if (candidates.length > 0 || endpoints || complete)
        yield suspicion(service, selector, closest(service.name, selector, candidates), endpoints?.file)
    }
  },
}

function isServed(view: View, service: Service, selector: LabelSelector): boolean {
  const endpoints = endpointsOf(view, service)
  if (endpoints && endpoints.ready + endpoints.notReady > 0) return true
  if (behind(view, service).length > 0) return true
  return view.cluster.all('Pod', service.namespace).some(({ metadata }) => selects(selector, metadata.labels))
}

function suspicion(
  service: Service,
  selector: LabelSelector,
  near: Workload | undefined,
  endpoints: string | undefined,
): Suspicion {
  const text = selectorText(selector)
  const sure = endpoints === undefined ? strengths.broken : strengths.told
  const unsure = endpoints === undefined ? strengths.possible : strengths.likely
  return {
    rule: 'service-selects-nothing',
    object: service,
    class: 'selector',
    statement: sentences(
      `${called(service)} has no endpoints: its selector ${text} matches no pod`,
      near &&
        `The pods of ${called(near)} have labels ${labelsText(near.labels)}: ${differences(selector, near.labels).join('; ')} (label mismatch)`,
      'Whoever calls the Service gets no connection',
    ),
    strength: near ? sure : unsure,
    observed: endpoints !== undefined,
    outside: true,
    evidence: [
      fieldOf(service, 'spec.selector', text),
      ...(near ? [fieldOf(near.object, 'labels of its pods', labelsText(near.labels))] : []),
      ...(endpoints === undefined
        ? []
        : [{ source: endpoints, detail: `Endpoints of ${quoted(service.name)}: none` }]),
    ],
    explains: near ? [near] : [],
    ...(near?.declared && aligned(service, selector, near)),
  }
}

/** Keys of the selector with the values that the pods have. */
function aligned(service: Service, { matchLabels }: LabelSelector, near: Workload) {
  const labels = [...matchLabels.keys()]
    .filter(key => near.labels.has(key))
    .map(key => [key, near.labels.get(key)])
  if (labels.length === 0) return {}
  return remedy(
    'fix-reference',
    service,
    replaced('/spec/selector', Object.fromEntries(matchLabels), Object.fromEntries(labels)),
    `Let ${called(service)} select the labels that the pods of ${called(near)} have.`,
  )
}

/** The workload that was most likely meant: by its labels, then by its name. */
function closest(
  name: string,
  selector: LabelSelector,
  candidates: readonly Workload[],
): Workload | undefined {
  const [best] = candidates
    .slice(0, 2_000)
    .map(workload => ({
      workload,
      labels: likeness(selector, workload.labels),
      name: nearness(name, workload.name),
    }))
    .filter(({ labels, name: like }) => labels > 0 || like >= 0.5)
    .sort((a, b) => b.labels - a.labels || b.name - a.name)
  return best?.workload
}
