import { resourceOf } from '../intake/resource.ts'
import type { Attributes, Resource } from '../signals/signal.ts'

const workloads: Readonly<Record<string, string>> = {
  Deployment: 'k8s.deployment.name',
  StatefulSet: 'k8s.statefulset.name',
  DaemonSet: 'k8s.daemonset.name',
  CronJob: 'k8s.cronjob.name',
}
/** For workloads that OpenTelemetry has no name for. */
const otherWorkload = 'keelway.workload'

/** The attributes that tell a resource, by OpenTelemetry's names. */
export function resourceAttributes(resource: Resource): Record<string, string> {
  const { service, namespace, workload, version, instance } = resource
  const [kind = '', name = ''] = workload?.split('/') ?? []
  const known = Object.hasOwn(workloads, kind) ? workloads[kind] : undefined
  return {
    ...(service !== '' && { 'service.name': service }),
    ...(namespace !== undefined && { 'service.namespace': namespace }),
    ...(version !== undefined && { 'service.version': version }),
    ...(instance !== undefined && { 'service.instance.id': instance }),
    ...(workload !== undefined && (known ? { [known]: name } : { [otherWorkload]: workload })),
  }
}

/** The resource that attributes tell. */
export function toldResource(attributes: Attributes): Resource {
  const resource = resourceOf(attributes)
  const workload = attributes[otherWorkload]
  return workload === undefined ? resource : { ...resource, workload: String(workload) }
}

const told = new Set([
  'service.name',
  'service.namespace',
  'service.version',
  'service.instance.id',
  otherWorkload,
  ...Object.values(workloads),
])

/** Attributes apart from those that tell the resource. */
export const otherAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([key]) => !told.has(key)))
