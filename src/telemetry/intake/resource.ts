import type { Attributes, Resource } from '../signals/signal.ts'
import { cut, limits } from './attributes.ts'

/**
 * The resource that OpenTelemetry resource attributes tell of: the one place that decides what a service is called, so
 * that a span, a pod's event and a deploy meet. Where `service.name` is not set the name is what the conventions of
 * Kubernetes attributes say (opentelemetry.io/docs/specs/semconv/non-normative/k8s-attributes: labels, then workload,
 * then container). An SDK's `unknown_service:node` counts as not set.
 */
export function resourceOf(attributes: Attributes): Resource {
  const text = (name: string): string | undefined => {
    const value = attributes[name]
    return value === undefined || value === '' ? undefined : cut(String(value), limits.key)
  }
  const first = (...names: string[]): string | undefined => {
    for (const name of names) {
      const value = text(name)
      if (value !== undefined) return value
    }
    return undefined
  }
  const workload = workloadOf(text)
  const service = text('service.name')
  const namespace = first('service.namespace', 'k8s.namespace.name')
  const version = first('service.version', 'k8s.pod.label.app.kubernetes.io/version') ?? imageVersion(text)
  const instance = first('service.instance.id', 'k8s.pod.name', 'host.name', 'host.id')
  return {
    service:
      (service?.startsWith('unknown_service') ? undefined : service) ??
      first('k8s.pod.label.app.kubernetes.io/instance', 'k8s.pod.label.app.kubernetes.io/name') ??
      workload?.slice(workload.indexOf('/') + 1) ??
      first('k8s.container.name', 'container.name', 'faas.name') ??
      '',
    ...(namespace !== undefined && { namespace }),
    ...(workload !== undefined && { workload }),
    ...(version !== undefined && { version }),
    ...(instance !== undefined && { instance }),
  }
}

type Text = (name: string) => string | undefined

/** Kinds from the one a person manages to the one that it makes. */
const workloads = [
  ['k8s.deployment.name', 'Deployment'],
  ['k8s.statefulset.name', 'StatefulSet'],
  ['k8s.daemonset.name', 'DaemonSet'],
  ['k8s.cronjob.name', 'CronJob'],
] as const

function workloadOf(text: Text): string | undefined {
  for (const [attribute, kind] of workloads) {
    const name = text(attribute)
    if (name !== undefined) return cut(`${kind}/${name}`, limits.key)
  }
  const replicaSet = text('k8s.replicaset.name')
  if (replicaSet !== undefined) return ownerOfReplicaSet(replicaSet)
  const job = text('k8s.job.name')
  if (job !== undefined) return ownerOfJob(job)
  const pod = text('k8s.pod.name')
  return pod === undefined ? undefined : workloadOfPod(pod)
}

/** The letters that Kubernetes makes names of (apimachinery's rand.SafeEncodeString): no vowels, no 0, 1, 3. */
const safe = '[bcdfghjklmnpqrstvwxz2456789]'
const ofDeployment = new RegExp(`^(.+)-${safe}{5,10}$`)
const podOfDeployment = new RegExp(`^(.+)-${safe}{6,10}-${safe}{5}$`)
const podOfStatefulSet = /^(.+)-[0-9]{1,4}$/
const podOfDaemonSet = new RegExp(`^(.+)-${safe}{5}$`)

/** Deployments name their ReplicaSets after a hash of the template. */
function ownerOfReplicaSet(name: string): string {
  const deployment = ofDeployment.exec(name)?.[1]
  return cut(deployment === undefined ? `ReplicaSet/${name}` : `Deployment/${deployment}`, limits.key)
}

/** CronJobs name their Jobs after the minute they were due, in minutes since the epoch. */
function ownerOfJob(name: string): string {
  const cronJob = /^(.+)-[0-9]{8}$/.exec(name)?.[1]
  return cut(cronJob === undefined ? `Job/${name}` : `CronJob/${cronJob}`, limits.key)
}

/**
 * The workload by the shape of a pod's name, when nothing else tells its owner: `checkout-7d4b9c6f5-x2vlq` is of
 * `Deployment/checkout`, `db-0` of `StatefulSet/db`, `agent-x2vlq` of `DaemonSet/agent`.
 */
export function workloadOfPod(pod: string): string | undefined {
  const name = cut(pod, 253)
  const deployment = podOfDeployment.exec(name)?.[1]
  if (deployment !== undefined) return `Deployment/${deployment}`
  const statefulSet = podOfStatefulSet.exec(name)?.[1]
  if (statefulSet !== undefined) return `StatefulSet/${statefulSet}`
  const daemonSet = podOfDaemonSet.exec(name)?.[1]
  return daemonSet === undefined ? undefined : `DaemonSet/${daemonSet}`
}

/** The tag of the image; a digest or `latest` does not tell versions apart for a person. */
function imageVersion(text: Text): string | undefined {
  const tags = text('container.image.tags')
  const tag = text('container.image.tag') ?? (tags === undefined ? undefined : /[\w][\w.-]*/.exec(tags)?.[0])
  if (tag !== undefined) return tag
  const image = text('container.image.name')
  const named = image === undefined ? undefined : tagOf(image)
  return named === 'latest' ? undefined : named
}

/** `registry:5000/checkout:1.4@sha256:…` has the tag `1.4`. */
export function tagOf(image: string): string | undefined {
  const name = image.slice(image.lastIndexOf('/') + 1).split('@')[0] ?? ''
  const at = name.indexOf(':')
  return at < 0 ? undefined : name.slice(at + 1)
}
