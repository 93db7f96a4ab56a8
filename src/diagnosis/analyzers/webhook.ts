import { type Analyzer, strengths } from './analyzer.ts'
import { thereIs } from './labels.ts'
import { behind, endpointsOf } from './services.ts'
import { healthOf, type View } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** An admission webhook, or an API of an extension, whose Service answers nobody. */
export const webhook: Analyzer = {
  name: 'webhook',
  finds:
    'The Service behind an admission webhook or an aggregated API does not exist or has no running pods.',
  unless: 'Its failurePolicy is Ignore, its Service is ready, or Services of that namespace are not known.',
  rules: ['webhook-service-absent', 'webhook-without-pods', 'webhook-failing', 'api-service-unavailable'],
  *look(view) {
    const failing = view.cluster.allEvents.filter(({ message }) => message.includes('failed calling webhook'))
    const named = new Set<string>()
    for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const)
      for (const object of view.cluster.all(kind))
        for (const { name = '', failurePolicy = 'Fail', clientConfig, rules } of object.webhooks) {
          const at = clientConfig?.service
          const events = failing.filter(({ message }) => message.includes(`"${name}"`))
          if (events.length > 0) named.add(name)
          const fault = at?.name && at.namespace ? serviceFault(view, at.namespace, at.name) : undefined
          if (!fault && events.length === 0) continue
          const scope = [
            ...new Set(
              rules.flatMap(({ operations, resources }) =>
                resources.map(resource => `${operations.join('/') || 'any use'} of ${resource}`),
              ),
            ),
          ]
          const ignored = failurePolicy === 'Ignore'
          yield {
            rule: fault?.rule ?? 'webhook-failing',
            object,
            class: 'admission',
            statement: sentences(
              `${called(object)}: webhook ${quoted(name)} cannot be called, because ${fault?.text ?? plain(events[0]?.message ?? 'its calls fail', 200)}`,
              ignored
                ? 'Its failurePolicy is Ignore, so requests go through without it'
                : `Its failurePolicy is Fail, so the API server refuses ${listed(scope, 3) || 'the requests that it watches'}`,
            ),
            strength: ignored ? strengths.hint : events.length > 0 ? strengths.told : strengths.likely,
            observed: events.length > 0,
            evidence: [
              fieldOf(
                object,
                `webhooks[${name}].clientConfig.service`,
                `${at?.namespace ?? ''}/${at?.name ?? ''}, failurePolicy ${failurePolicy}`,
              ),
              ...events.slice(0, 3).map(({ file, about, message }) => ({
                source: file,
                detail: `${about}: ${plain(message, 300)}`,
              })),
            ],
            explains: events.flatMap(event => view.ownerOf(event) ?? []),
          }
        }
    for (const { message, file, about, ...place } of failing) {
      const [, name = ''] = /failed calling webhook "([^"]{1,253})"/.exec(message) ?? []
      if (named.has(name)) continue
      named.add(name)
      yield {
        rule: 'webhook-failing',
        object: view.ownerOf(place) ?? place,
        class: 'admission',
        statement: sentences(
          `Admission webhook ${quoted(name)} cannot be called, and its failurePolicy is Fail, so the API server refuses what it watches: ${plain(message, 250)}`,
        ),
        strength: strengths.told,
        observed: true,
        evidence: [{ source: file, detail: `${about}: ${plain(message, 300)}` }],
      }
    }
    for (const object of view.cluster.all('APIService')) {
      const down = object.status?.conditions.find(
        ({ type, status }) => type === 'Available' && status === 'False',
      )
      if (!down) continue
      yield {
        rule: 'api-service-unavailable',
        object,
        class: 'capability',
        statement: sentences(
          `${called(object)} is not available: ${plain(down.message ?? down.reason ?? 'its Service does not answer', 200)}`,
          /metrics/.test(object.name)
            ? 'Autoscalers cannot read metrics, and kubectl top does not work'
            : 'Requests for its kinds fail, and namespaces cannot be deleted',
        ),
        strength: strengths.likely,
        observed: true,
        evidence: [fieldOf(object, 'status.conditions Available', plain(down.message ?? 'False'))],
      }
    }
  },
}

function serviceFault(
  view: View,
  namespace: string,
  name: string,
): { rule: string; text: string } | undefined {
  const service = view.cluster.get('Service', namespace, name)
  if (!service)
    return view.cluster.lacks('Service', namespace, name)
      ? {
          rule: 'webhook-service-absent',
          text: `Service ${quoted(name)} does not exist in namespace ${namespace} (not found); ${thereIs(
            'Service',
            name,
            view.cluster.all('Service', namespace).map(one => one.name),
          )}`,
        }
      : undefined
  const endpoints = endpointsOf(view, service)
  const workloads = behind(view, service)
  const down = endpoints
    ? endpoints.ready === 0
    : workloads.length > 0 &&
      workloads.every(workload => workload.replicas === 0 || healthOf(workload) === 'unhealthy')
  return down
    ? { rule: 'webhook-without-pods', text: `no pod behind ${called(service)} is ready` }
    : undefined
}
