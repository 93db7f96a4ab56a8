import type { EventRecord, Resource } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { type Fields, Malformed } from './fields.ts'
import type { ObjectReference } from './kubernetes-owners.ts'
import { cleanAttributes, message } from './plain-values.ts'

/** The object that an Event is about: `involvedObject` of core/v1, `regarding` of events.k8s.io/v1. */
export function involvedObject(event: Fields): ObjectReference {
  const about = event.optionalFields('involvedObject') ?? event.fields('regarding')
  return {
    apiVersion: about.optionalText('apiVersion'),
    kind: about.optionalText('kind') ?? '',
    name: about.optionalText('name') ?? '',
    namespace: about.optionalText('namespace'),
  }
}

/**
 * An Event of core/v1 or events.k8s.io/v1 (kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1).
 * @throws Malformed naming the field
 */
export function eventRecord(event: Fields, resource: Resource): EventRecord {
  const metadata = event.fields('metadata')
  const series = event.optionalFields('series')
  const first =
    event.optionalTime('firstTimestamp') ??
    event.optionalTime('deprecatedFirstTimestamp') ??
    event.optionalTime('eventTime') ??
    metadata.optionalTime('creationTimestamp')
  const at =
    series?.optionalTime('lastObservedTime') ??
    event.optionalTime('lastTimestamp') ??
    event.optionalTime('deprecatedLastTimestamp') ??
    event.optionalTime('eventTime') ??
    first
  if (at === undefined) throw new Malformed(`${event.path('lastTimestamp')} is missing`)
  const { kind, name, namespace } = involvedObject(event)
  const source = event.optionalFields('source') ?? event.optionalFields('deprecatedSource')
  const about = event.optionalFields('involvedObject') ?? event.optionalFields('regarding')
  // Such as `spec.containers{checkout}`.
  const container = /\{([^{}]{1,253})\}$/.exec(about?.optionalText('fieldPath') ?? '')?.[1]
  return {
    kind: 'event',
    resource,
    at,
    source: 'kubernetes',
    reason: cut(event.optionalText('reason') ?? 'Unknown', 256),
    severity: event.optionalText('type') === 'Warning' ? 'warning' : 'info',
    message: message(event.optionalText('message') ?? event.optionalText('note') ?? ''),
    key: cut(
      `kubernetes/${metadata.optionalText('uid') ?? `${metadata.optionalText('namespace') ?? ''}/${metadata.text('name')}`}`,
      512,
    ),
    count:
      series?.optionalNumber('count') ??
      event.optionalNumber('count') ??
      event.optionalNumber('deprecatedCount') ??
      1,
    attributes: cleanAttributes({
      'k8s.object': [kind, namespace, name].filter(Boolean).join('/'),
      'k8s.container.name': container,
      'k8s.node.name': kind === 'Node' ? name : source?.optionalText('host'),
      'k8s.event.component': event.optionalText('reportingComponent') ?? source?.optionalText('component'),
      'k8s.event.action': event.optionalText('action'),
      'k8s.event.first': first === undefined ? undefined : new Date(first).toISOString(),
    }),
  }
}
