import type { Resource, Signal } from './signal.ts'

/**
 * What makes two signals one that was told twice, unique within its kind; undefined of metrics and logs, which have no
 * identity. Of two with one identity the first counts.
 */
export function identityOf(signal: Signal): string | undefined {
  switch (signal.kind) {
    case 'span':
      return `${signal.traceId}\n${signal.spanId}`
    case 'event':
      return `${signal.key}\n${signal.at}`
    case 'change':
      return `${signal.id}\n${signal.before ?? ''}\n${resourceKey(signal.resource)}`
    case 'cost':
      return [
        ...[signal.at, signal.until, signal.category, signal.owner ?? ''],
        resourceKey(signal.resource),
        JSON.stringify(signal.attributes),
      ].join('\n')
    default:
      return undefined
  }
}

/** Equal for equal resources. */
export const resourceKey = ({ service, namespace, workload, version, instance }: Resource): string =>
  `${service}\n${namespace ?? ''}\n${workload ?? ''}\n${version ?? ''}\n${instance ?? ''}`

export const matchesResource = (resource: Resource, filter: Partial<Resource> | undefined): boolean =>
  filter === undefined ||
  ((filter.service === undefined || filter.service === resource.service) &&
    (filter.namespace === undefined || filter.namespace === resource.namespace) &&
    (filter.workload === undefined || filter.workload === resource.workload) &&
    (filter.version === undefined || filter.version === resource.version) &&
    (filter.instance === undefined || filter.instance === resource.instance))
