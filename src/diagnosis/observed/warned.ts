import type { Snapshot } from '../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import type { ObservedEvent, ObservedObject } from './observed.ts'

const most = { pods: 2_000, message: 2_000 } as const

/**
 * Pods that Warnings are about, which nothing else may tell of. The kubelet writes the Event `Evicted` when it sets
 * phase, reason and message of the pod to the same.
 */
export function warnedPods(
  events: readonly ObservedEvent[],
  { events: printed }: Pick<Snapshot, 'events'>,
): ObservedObject[] {
  const told = [
    ...events
      .filter(({ type }) => type === 'Warning')
      .map(({ about: { kind, namespace, name }, ...rest }) => ({ kind, namespace, name, ...rest })),
    ...printed.flatMap(({ event: { severity, attributes, reason, message }, file }) => {
      const [kind = '', namespace, name] = String(attributes['k8s.object'] ?? '').split('/')
      return severity === 'info' || name === undefined
        ? []
        : [{ kind, namespace, name, reason, message, file }]
    }),
  ]
  return told
    .filter(({ kind }) => kind === 'Pod')
    .slice(0, most.pods)
    .map(({ name, namespace, reason, message, file }) => ({
      object: {
        ...{ apiVersion: 'v1', kind: 'Pod' },
        metadata: { name, ...(namespace !== undefined && { namespace }) },
        ...(reason === 'Evicted' && {
          status: { phase: 'Failed', reason, message: message.slice(0, most.message) },
        }),
      },
      from: 'tabled',
      files: [file],
    }))
}
