import type { Resource } from '../../kind.ts'
import { at, humanAge, itemsAt, numberAt, textAt } from './printing.ts'

type Status = Record<string, unknown>

const isSidecar = (container: Status): boolean => container.restartPolicy === 'Always'

function containersOf(object: Resource) {
  const sidecars = itemsAt(object, 'spec.initContainers').filter(isSidecar)
  const names = new Set(sidecars.map(({ name }) => name))
  return {
    sidecars,
    inits: itemsAt(object, 'status.initContainerStatuses'),
    isSidecar: ({ name }: Status) => names.has(name),
    statuses: itemsAt(object, 'status.containerStatuses'),
  }
}

/** `1/2`: how many of its containers are ready. Sidecars count (printPod of pkg/printers). */
export function podReady(object: Resource): string {
  const { sidecars, inits, isSidecar: sidecar, statuses } = containersOf(object)
  const running = statuses.filter(
    status => status.ready === true && at(status, 'state.running') !== undefined,
  )
  const beside = inits.filter(status => sidecar(status) && status.ready === true && status.started === true)
  return `${running.length + beside.length}/${itemsAt(object, 'spec.containers').length + sidecars.length}`
}

/** How often its containers were started again, and when last. */
export function podRestarts(object: Resource, now: number): string {
  const { inits, isSidecar: sidecar, statuses } = containersOf(object)
  const counted = isInitialising(object) ? inits : [...inits.filter(sidecar), ...statuses]
  const total = counted.reduce((sum, status) => sum + numberAt(status, 'restartCount'), 0)
  const times = counted
    .map(status => Date.parse(textAt(status, 'lastState.terminated.finishedAt')))
    .filter(time => !Number.isNaN(time))
  return total > 0 && times.length > 0
    ? `${total} (${humanAge(now - Math.max(...times))} ago)`
    : String(total)
}

/** The one word that says what is the matter: CrashLoopBackOff, Init:0/1, Completed, Terminating. */
export function podStatus(object: Resource): string {
  const { statuses } = containersOf(object)
  let reason = textAt(object, 'status.reason') || textAt(object, 'status.phase') || 'Pending'
  if (
    itemsAt(object, 'status.conditions').some(
      ({ type, reason: why }) => type === 'PodScheduled' && why === 'SchedulingGated',
    )
  )
    reason = 'SchedulingGated'
  const initialising = initReason(object)
  if (initialising !== undefined) reason = initialising
  else {
    let running = false
    for (const status of statuses.toReversed()) {
      const why = containerReason(status)
      if (why !== undefined) reason = why
      else if (status.ready === true && at(status, 'state.running') !== undefined) running = true
    }
    if (reason === 'Completed' && running) reason = isReady(object) ? 'Running' : 'NotReady'
  }
  if (object.metadata.deletionTimestamp === undefined) return reason
  if (textAt(object, 'status.reason') === 'NodeLost') return 'Unknown'
  return ['Failed', 'Succeeded'].includes(textAt(object, 'status.phase')) ? reason : 'Terminating'
}

function containerReason(status: Status): string | undefined {
  const waiting = textAt(status, 'state.waiting.reason')
  if (waiting) return waiting
  return at(status, 'state.terminated') === undefined ? undefined : endReason(status)
}

function endReason(status: Status): string {
  const reason = textAt(status, 'state.terminated.reason')
  if (reason) return reason
  const signal = numberAt(status, 'state.terminated.signal')
  return signal ? `Signal:${signal}` : `ExitCode:${numberAt(status, 'state.terminated.exitCode')}`
}

const isInitialising = (object: Resource): boolean => initReason(object) !== undefined

function initReason(object: Resource): string | undefined {
  const { inits, isSidecar: sidecar } = containersOf(object)
  if (
    itemsAt(object, 'status.conditions').some(
      ({ type, status }) => type === 'Initialized' && status === 'True',
    )
  )
    return undefined
  for (const [i, status] of inits.entries()) {
    const terminated = at(status, 'state.terminated')
    if (terminated !== undefined && numberAt(terminated, 'exitCode') === 0) continue
    if (sidecar(status) && status.started === true) continue
    if (terminated !== undefined) return `Init:${endReason(status)}`
    const waiting = textAt(status, 'state.waiting.reason')
    if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${i}/${itemsAt(object, 'spec.initContainers').length}`
  }
  return undefined
}

const isReady = (object: Resource): boolean =>
  itemsAt(object, 'status.conditions').some(({ type, status }) => type === 'Ready' && status === 'True')
