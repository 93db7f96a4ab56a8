import type { Resource } from '../../api/kind.ts'
import { isObject, valueAt } from './pointer.ts'

/** A container of a declared workload, and where it stands. */
export interface Container {
  name: string
  /** JSON Pointer of the container. */
  path: string
  declared: Record<string, unknown>
}

const templates: Readonly<Record<string, string>> = {
  Deployment: '/spec/template',
  StatefulSet: '/spec/template',
  DaemonSet: '/spec/template',
  ReplicaSet: '/spec/template',
  Job: '/spec/template',
  CronJob: '/spec/jobTemplate/spec/template',
  Pod: '',
}

/** Kinds that run pods, by how often they are asked about. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod'] as const

/** Where the pod stands in an object; undefined of kinds that run none. */
export const podPath = ({ kind }: Pick<Resource, 'kind'>): string | undefined => templates[kind]

export function containersOf(object: Resource): Container[] {
  const pod = podPath(object)
  if (pod === undefined) return []
  const path = `${pod}/spec/containers`
  const containers = valueAt(object, path)
  return (Array.isArray(containers) ? containers : []).flatMap((declared: unknown, index) =>
    isObject(declared) && typeof declared.name === 'string'
      ? [{ name: declared.name, path: `${path}/${index}`, declared }]
      : [],
  )
}

/** The named container; without a name the one that has the workload's name, else the first. */
export function containerOf(object: Resource, name: string | undefined): Container | undefined {
  const containers = containersOf(object)
  if (name !== undefined) return containers.find(container => container.name === name)
  return containers.find(container => container.name === object.metadata.name) ?? containers[0]
}

/** Labels of the pods that a workload makes. */
export function podLabels(object: Resource): Record<string, string> {
  const pod = podPath(object)
  const labels = pod === undefined ? undefined : valueAt(object, `${pod}/metadata/labels`)
  if (!isObject(labels)) return {}
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
