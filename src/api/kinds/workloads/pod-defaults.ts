import type { Container } from './container.ts'
import type { PodSpec } from './pod-spec.ts'

/** Defaults of a Pod that depend on other fields (pkg/apis/core/v1/defaults.go). Changes the specification in place. */
export function completePodSpec(spec: PodSpec): void {
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) completeContainer(container)
  if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined)
    spec.serviceAccountName = spec.serviceAccount
  if (spec.hostNetwork)
    for (const { ports = [] } of spec.containers)
      for (const port of ports) port.hostPort ??= port.containerPort
}

function completeContainer(container: Container): void {
  const { image, resources } = container
  container.imagePullPolicy ??= image !== undefined && isMoving(image) ? 'Always' : 'IfNotPresent'
  const { limits } = resources ?? {}
  if (!resources || !limits) return
  // What may be used is set aside, unless it is said otherwise.
  resources.requests = { ...limits, ...resources.requests }
}

/** Whether an image has the tag latest, or neither tag nor digest, which means the same. */
export function isMoving(image: string): boolean {
  if (image.includes('@')) return false
  const name = image.slice(image.lastIndexOf('/') + 1)
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : ''
  return tag === '' || tag === 'latest'
}
