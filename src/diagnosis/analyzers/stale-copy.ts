import type { Analyzer } from './analyzer.ts'
import { referencesOf } from './references.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

/** Pods that still have what a ConfigMap or Secret said before. */
export const staleCopy: Analyzer = {
  name: 'stale-copy',
  finds:
    'A ConfigMap or Secret changed after the pods that read it as variables, or mount it by subPath, had started.',
  unless: 'It is mounted as a whole, which follows changes, or nothing tells when it changed.',
  rules: ['stale-copy'],
  *look(view) {
    for (const workload of view.workloads) {
      const started = workload.pods.flatMap(({ status }) => status?.startTime ?? [])
      if (started.length === 0) continue
      const oldest = Math.min(...started)
      const told = new Set<string>()
      for (const { kind, name, use, path } of referencesOf(workload)) {
        if ((kind !== 'ConfigMap' && kind !== 'Secret') || told.has(`${kind}/${name}`)) continue
        const object = view.cluster.get(kind, workload.namespace, name)
        const changed = object && changedAt(object.raw)
        if (!object || changed === undefined || changed <= oldest) continue
        const volume = workload.spec.volumes.find(
          one => one.configMap?.name === name || one.secret?.secretName === name,
        )
        const sub = workload.spec.containers.some(({ volumeMounts }) =>
          volumeMounts.some(one => one.subPath && one.name === volume?.name),
        )
        if (use !== 'env' && use !== 'envFrom' && !sub) continue
        told.add(`${kind}/${name}`)
        yield {
          rule: 'stale-copy',
          object: workload,
          class: 'config',
          statement: sentences(
            `${called(workload)} runs with an old copy of ${kind} ${quoted(name)}: it changed at ${new Date(changed).toISOString()}, after a pod had started at ${new Date(oldest).toISOString()}, and ${sub ? 'files mounted by subPath' : 'variables'} do not follow`,
          ),
          strength: 0.25,
          observed: true,
          outside: true,
          evidence: [
            fieldOf(object, 'metadata.managedFields', new Date(changed).toISOString()),
            fieldOf(workload.object, path, name),
          ],
        }
      }
    }
  },
}

/** When data of an object was last written, by its managed fields. */
function changedAt(raw: Readonly<Record<string, unknown>>): number | undefined {
  const { managedFields } = (raw.metadata ?? {}) as { managedFields?: unknown }
  if (!Array.isArray(managedFields)) return undefined
  const times = managedFields.slice(0, 100).flatMap((one: unknown) => {
    const { time, fieldsV1 } = (one ?? {}) as { time?: unknown; fieldsV1?: unknown }
    const touches = fieldsV1 !== null && typeof fieldsV1 === 'object' && 'f:data' in fieldsV1
    const at = touches && typeof time === 'string' ? Date.parse(time) : Number.NaN
    return Number.isNaN(at) ? [] : [at]
  })
  return times.length === 0 ? undefined : Math.max(...times)
}
