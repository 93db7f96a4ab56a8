import type { Attributes, Resource } from '../../signals/signal.ts'
import { attributesOf } from '../attributes.ts'
import { resourceOf } from '../resource.ts'

export type Labels = Readonly<Record<string, string>>

export interface LabelledSeries {
  resource: Resource
  attributes: Attributes
}

/** Labels of Kubernetes' service discovery and kube-state-metrics, and the attributes they are. */
const known: Readonly<Record<string, string>> = {
  namespace: 'k8s.namespace.name',
  pod: 'k8s.pod.name',
  deployment: 'k8s.deployment.name',
  statefulset: 'k8s.statefulset.name',
  daemonset: 'k8s.daemonset.name',
  cronjob: 'k8s.cronjob.name',
  service_namespace: 'service.namespace',
  service_version: 'service.version',
  app_kubernetes_io_instance: 'k8s.pod.label.app.kubernetes.io/instance',
  app_kubernetes_io_name: 'k8s.pod.label.app.kubernetes.io/name',
  app: 'k8s.pod.label.app.kubernetes.io/name',
}

/**
 * Whom a series is of, by its labels, so that it meets the spans and objects of the same service: `service_name`, else
 * the workload or pod that it describes, else `job`, which may be `namespace/service` (OpenTelemetry's compatibility
 * with Prometheus). Labels that the resource says whole are no attributes.
 */
export function seriesOf(labels: Labels): LabelledSeries {
  const { __name__: _, ...named } = labels
  const { service_name, job, instance } = named
  const told: Record<string, string> = {}
  for (const [label, attribute] of Object.entries(known)) {
    const value = named[label]
    if (value) told[attribute] ??= value
  }
  if (service_name) told['service.name'] = service_name
  if (job && resourceOf(told).service === '') {
    const [namespace, service] = splitJob(job)
    told['service.name'] = service
    if (namespace !== undefined) told['service.namespace'] ??= namespace
  }
  // A pod may be scraped at two ports.
  if (instance && told['k8s.pod.name'] === undefined) told['service.instance.id'] = instance
  const resource = resourceOf(told)
  const said = saidBy(resource)
  const attributes = Object.entries(named).filter(
    ([label, value]) => !(takesPart.has(label) && said.has(value)),
  )
  return { resource, attributes: attributesOf(Object.fromEntries(attributes)) }
}

const takesPart = new Set([...Object.keys(known), 'service_name', 'job', 'instance'])

/** Values of labels that can be read off the resource, so that they need not stand beside it. */
function saidBy({ service, namespace, workload, version, instance }: Resource): Set<string | undefined> {
  const workloadName = workload?.slice(workload.indexOf('/') + 1)
  const job = namespace === undefined ? undefined : `${namespace}/${service}`
  return new Set([service, namespace, workloadName, version, instance, job])
}

function splitJob(job: string): [namespace: string | undefined, service: string] {
  const at = job.indexOf('/')
  return at > 0 ? [job.slice(0, at), job.slice(at + 1)] : [undefined, job]
}

/** One text for a series, however its labels are ordered. */
export function seriesKey(name: string, labels: Labels): string {
  let key = name
  for (const label of Object.keys(labels).sort()) key += `\0${label}\0${labels[label]}`
  return key
}
