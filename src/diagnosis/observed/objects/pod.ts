import {
  type Fields,
  fieldIn,
  linesIn,
  pairsIn,
  rowsIn,
  timeOf,
  told,
  valueIn,
  within,
} from '../described-field.ts'
import { containerOf, containerStatusOf } from './container.ts'
import { volumesOf } from './volume.ts'

/** `spec` of a pod, and what templates tell of one. */
export function podSpecOf(fields: Fields): Record<string, unknown> {
  const node = valueIn(fields, 'Node')?.split('/')[0]
  const init = within(fields, 'Init Containers')
  return {
    containers: within(fields, 'Containers').map(containerOf),
    ...(init.length > 0 && { initContainers: init.map(containerOf) }),
    volumes: volumesOf(within(fields, 'Volumes')),
    ...told({
      nodeName: node,
      nodeSelector: pairsIn(fields, 'Node-Selectors'),
      tolerations:
        fieldIn(fields, 'Tolerations') && linesIn(fieldIn(fields, 'Tolerations')).map(tolerationOf),
      serviceAccountName: valueIn(fields, 'Service Account'),
      priorityClassName: valueIn(fields, 'Priority Class Name'),
      runtimeClassName: valueIn(fields, 'Runtime Class Name'),
    }),
  }
}

export function podStatusOf(fields: Fields): Record<string, unknown> {
  const statuses = (name: string) => within(fields, name).flatMap(field => containerStatusOf(field) ?? [])
  const [containers, init] = [statuses('Containers'), statuses('Init Containers')]
  // A pod that is being deleted says since when behind its status.
  const phase = valueIn(fields, 'Status')?.split(' ')[0]
  return {
    ...told({
      phase: phase === 'Terminating' ? undefined : phase,
      reason: valueIn(fields, 'Reason'),
      message: valueIn(fields, 'Message'),
      startTime: timeOf(valueIn(fields, 'Start Time')),
      podIP: valueIn(fields, 'IP'),
      qosClass: valueIn(fields, 'QoS Class'),
    }),
    conditions: rowsIn(fieldIn(fields, 'Conditions')).flatMap(({ Type: type, Status: status }) =>
      type && status ? [{ type, status }] : [],
    ),
    ...(containers.length > 0 && { containerStatuses: containers }),
    ...(init.length > 0 && { initContainerStatuses: init }),
  }
}

/** `key=value:NoSchedule op=Exists for 300s` */
function tolerationOf(line: string): Record<string, unknown> {
  const [what = '', ...rest] = line.trim().split(/\s+/)
  const [pair = '', effect] = what.split(':')
  const [key, value] = pair.split('=')
  const operator =
    rest.find(word => word.startsWith('op='))?.slice(3) ?? (value === undefined ? 'Exists' : 'Equal')
  const seconds = /\bfor (\d{1,9})s\b/.exec(line)?.[1]
  return {
    operator,
    ...told({
      key: key || undefined,
      value,
      effect: effect || undefined,
      tolerationSeconds: seconds === undefined ? undefined : Number(seconds),
    }),
  }
}
