import type { ClusterEvent, ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { thereIs } from './labels.ts'
import { behind, endpointsOf } from './services.ts'
import { healthOf, type View } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

type Configuration =
  | ClusterObject<'ValidatingWebhookConfiguration'>
  | ClusterObject<'MutatingWebhookConfiguration'>
type Webhook = Configuration['webhooks'][number]

/** An admission webhook, or an API of an extension, whose Service answers nobody. */
export const webhook: Analyzer = {
  name: 'webhook',
  finds:
    'The Service behind an admission webhook or an aggregated API does not exist or has no running pods.',
  unless: 'Its failurePolicy is Ignore, its Service is ready, or Services of that namespace are not known.',
  rules: ['webhook-service-absent', 'webhook-without-pods', 'webhook-failing', 'api-service-unavailable'],
  *look(view) {
    const failing = Map.groupBy(
      view.cluster.allEvents.filter(({ message }) => message.includes('failed calling webhook')),
      ({ message }) => /failed calling webhook "([^"]{1,253})"/.exec(message)?.[1] ?? '',
    )
    const configured = [
      ...view.cluster.all('ValidatingWebhookConfiguration'),
      ...view.cluster.all('MutatingWebhookConfiguration'),
    ].flatMap(object => object.webhooks.map(of => ({ object, of })))
    for (const { object, of } of configured) {
      const found = unreachable(view, object, of, failing.get(of.name ?? '') ?? [])
      if (found) yield found
    }
    const known = new Set(configured.map(({ of }) => of.name ?? ''))
    for (const [name, [event]] of failing) if (event && !known.has(name)) yield unknownOne(view, name, event)
    for (const object of view.cluster.all('APIService')) {
      const found = apiUnavailable(object)
      if (found) yield found
    }
  },
}

function unreachable(
  view: View,
  object: Configuration,
  { name = '', failurePolicy = 'Fail', clientConfig, rules }: Webhook,
  events: readonly ClusterEvent[],
): Suspicion | undefined {
  const { name: service, namespace } = clientConfig?.service ?? {}
  const fault = service && namespace ? serviceFault(view, namespace, service) : undefined
  if (!fault && events.length === 0) return undefined
  const scope = rules.flatMap(({ operations, resources }) =>
    resources.map(resource => `${operations.join('/') || 'any use'} of ${resource}`),
  )
  const ignored = failurePolicy === 'Ignore'
  const seen = events.length > 0
  return {
    rule: fault?.rule ?? 'webhook-failing',
    object,
    class: 'admission',
    statement: sentences(
      `${called(object)}: webhook ${quoted(name)} cannot be called, because ${fault?.text ?? plain(events[0]?.message ?? 'its calls fail', 200)}`,
      ignored
        ? 'Its failurePolicy is Ignore, so requests go through without it'
        : `Its failurePolicy is Fail, so the API server refuses ${listed([...new Set(scope)], 3) || 'the requests that it watches'}`,
    ),
    strength: ignored ? strengths.hint : seen ? strengths.told : strengths.likely,
    observed: seen,
    evidence: [
      fieldOf(
        object,
        `webhooks[${name}].clientConfig.service`,
        `${namespace ?? ''}/${service ?? ''}, failurePolicy ${failurePolicy}`,
      ),
      ...events
        .slice(0, 3)
        .map(({ file, about, message }) => ({ source: file, detail: `${about}: ${plain(message, 300)}` })),
    ],
    explains: events.flatMap(event => view.ownerOf(event) ?? []),
  }
}

function unknownOne(view: View, name: string, event: ClusterEvent): Suspicion {
  return {
    rule: 'webhook-failing',
    object: view.ownerOf(event) ?? event,
    class: 'admission',
    statement: sentences(
      `Admission webhook ${quoted(name)} cannot be called, and its failurePolicy is Fail, so the API server refuses what it watches: ${plain(event.message, 250)}`,
    ),
    strength: strengths.told,
    observed: true,
    evidence: [{ source: event.file, detail: `${event.about}: ${plain(event.message, 300)}` }],
  }
}

function apiUnavailable(object: ClusterObject<'APIService'>): Suspicion | undefined {
  const down = object.status?.conditions.find(
    ({ type, status }) => type === 'Available' && status === 'False',
  )
  return (
    down && {
      rule: 'api-service-unavailable',
      object,
      class: 'capability',
      statement: sentences(
        `${called(object)} is not available: ${plain(down.message ?? down.reason ?? 'its Service does not answer', 200)}`,
        object.name.includes('metrics')
          ? 'Autoscalers cannot read metrics, and kubectl top does not work'
          : 'Requests for its kinds fail, and namespaces cannot be deleted',
      ),
      strength: strengths.likely,
      observed: true,
      evidence: [fieldOf(object, 'status.conditions Available', down.message ?? 'False')],
    }
  )
}

function serviceFault(
  view: View,
  namespace: string,
  name: string,
): { rule: string; text: string } | undefined {
  const service = view.cluster.get('Service', namespace, name)
  if (!service) {
    const others = view.cluster.all('Service', namespace).map(one => one.name)
    const text = `Service ${quoted(name)} does not exist in namespace ${namespace} (not found); ${thereIs('Service', name, others)}`
    return view.cluster.lacks('Service', namespace, name)
      ? { rule: 'webhook-service-absent', text }
      : undefined
  }
  const endpoints = endpointsOf(view, service)
  const workloads = behind(view, service)
  const stopped =
    workloads.length > 0 && workloads.every(one => one.replicas === 0 || healthOf(one) === 'unhealthy')
  const down = endpoints ? endpoints.ready === 0 : stopped
  return down
    ? { rule: 'webhook-without-pods', text: `no pod behind ${called(service)} is ready` }
    : undefined
}
