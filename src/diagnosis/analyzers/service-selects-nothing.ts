import { type Analyzer, strengths } from './analyzer.ts'
import { differences, labelsText, likeness, nearness, selectorOf, selectorText, selects } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import { behind, endpointsOf, isSelecting } from './services.ts'
import type { Workload } from './view.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

/** A Service's selector takes no pods, so it has no endpoints. */
export const serviceSelectsNothing: Analyzer = {
  name: 'service-selects-nothing',
  finds: 'The selector of a Service matches the labels of no pod, so that it has no endpoints.',
  unless:
    'The Service has ready endpoints, or pods with these labels are there, also of a workload scaled to 0.',
  rules: ['service-selects-nothing'],
  *look(view) {
    for (const service of view.cluster.all('Service')) {
      if (!isSelecting(service) || behind(view, service).length > 0) continue
      const endpoints = endpointsOf(view, service)
      if (endpoints && endpoints.ready + endpoints.notReady > 0) continue
      const selector = selectorOf(service.spec?.selector ?? new Map())
      if (
        view.cluster.all('Pod', service.namespace).some(({ metadata }) => selects(selector, metadata.labels))
      )
        continue
      const candidates = view
        .within(service.namespace)
        .filter(({ labels, finite }) => labels.size > 0 && !finite)
      const complete =
        view.cluster.knows('Pod', service.namespace) ?? view.cluster.knows('Deployment', service.namespace)
      if (candidates.length === 0 && !endpoints && !complete) continue
      const near = closest(service.name, selector, candidates)
      const text = selectorText(selector)
      const wrong = near ? differences(selector, near.labels) : []
      yield {
        rule: 'service-selects-nothing',
        object: service,
        class: 'selector',
        statement: sentences(
          `${called(service)} has no endpoints: its selector ${text} matches no pod`,
          near &&
            `The pods of ${called(near)} have labels ${labelsText(near.labels)}: ${wrong.join('; ')} (label mismatch)`,
          'Whoever calls the Service gets no connection',
        ),
        strength: near
          ? endpoints
            ? strengths.told
            : strengths.broken
          : endpoints
            ? strengths.likely
            : strengths.possible,
        observed: endpoints !== undefined,
        outside: true,
        evidence: [
          fieldOf(service, 'spec.selector', text),
          ...(near ? [fieldOf(near.object, 'labels of its pods', labelsText(near.labels))] : []),
          ...(endpoints
            ? [{ source: endpoints.file, detail: `Endpoints of ${quoted(service.name)}: none` }]
            : []),
        ],
        explains: near ? [near] : [],
        ...(near &&
          near.declared &&
          remedy(
            'fix-reference',
            service,
            replaced(
              '/spec/selector',
              Object.fromEntries(service.spec?.selector ?? []),
              Object.fromEntries(
                [...selector.matchLabels].flatMap(([key]) =>
                  near.labels.has(key) ? [[key, near.labels.get(key)]] : [],
                ),
              ),
            ),
            `Let ${called(service)} select the labels that the pods of ${called(near)} have.`,
          )),
      }
    }
  },
}

/** The workload that was most likely meant: by its labels, then by its name. */
function closest(
  name: string,
  selector: ReturnType<typeof selectorOf>,
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
