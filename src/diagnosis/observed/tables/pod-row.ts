import { told, wholeNumber } from '../described-field.ts'

/**
 * A pod as one line of a table tells it. STATUS is what kubectl makes of phase, reasons and states (printPod in
 * kubernetes/pkg/printers), so that phase and states are read back only as far as it is certain.
 */
export function podRow(row: Readonly<Record<string, string>>): Record<string, unknown> | undefined {
  const [, ready, wanted] = /^(\d{1,5})\/(\d{1,5})$/.exec(row.READY ?? '') ?? []
  if (ready === undefined || wanted === undefined) return undefined
  const word = row.STATUS ?? ''
  const init = word.startsWith('Init:')
  const reason = init ? word.slice(5) : word
  const restarts = wholeNumber(row.RESTARTS) ?? 0
  const [count, all] = [Number(ready), Math.min(Number(wanted), 100)]
  const state = stateOf(reason)
  const status = (state_: Record<string, unknown>) => ({
    ready: false,
    restartCount: restarts,
    state: state_,
  })
  const containers = [
    ...Array.from({ length: Math.min(count, all) }, () => ({ ready: true, state: { running: {} } })),
    ...(state && !init && count < all ? [status(state)] : []),
  ]
  const phase = phaseOf(word, count === all)
  const node = row.NODE
  return {
    spec: { ...told({ nodeName: node && !/^<none>$/.test(node) ? node : undefined }) },
    status: {
      ...told({ phase, reason: reasons.has(word) ? word : undefined, podIP: ipOf(row.IP) }),
      conditions: [
        ...(phase === 'Succeeded' ? [] : [{ type: 'Ready', status: count === all ? 'True' : 'False' }]),
        ...(word === 'Pending' && !node?.match(/^[a-z0-9]/) && row.NODE !== undefined
          ? [{ type: 'PodScheduled', status: 'False' }]
          : []),
      ],
      ...(containers.length > 0 && { containerStatuses: containers }),
      ...(init && state && { initContainerStatuses: [status(state)] }),
    },
  }
}

/** Reasons of the pod itself, not of a container. */
const reasons = new Set([
  'Evicted',
  'NodeLost',
  'NodeAffinity',
  'UnexpectedAdmissionError',
  'OutOfcpu',
  'OutOfmemory',
])
const phases = new Set(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'])
const waiting =
  /^(CrashLoopBackOff|ImagePullBackOff|ErrImagePull|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable|ContainerCreating|PodInitializing|CreateContainerConfigError|CreateContainerError|RunContainerError|PreStartHookError|PostStartHookError)$/
const ended = /^(Error|OOMKilled|ContainerCannotRun|StartError|DeadlineExceeded|ContainerStatusUnknown)$/

function stateOf(reason: string): Record<string, unknown> | undefined {
  if (waiting.test(reason)) return { waiting: { reason } }
  if (ended.test(reason)) return { terminated: { reason } }
  const [, how, code] = /^(ExitCode|Signal):(\d{1,4})$/.exec(reason) ?? []
  if (code === undefined) return undefined
  return { terminated: how === 'Signal' ? { signal: Number(code) } : { exitCode: Number(code) } }
}

function phaseOf(word: string, ready: boolean): string | undefined {
  if (word === 'Completed') return 'Succeeded'
  if (phases.has(word)) return word
  if (reasons.has(word)) return 'Failed'
  if (word === 'CrashLoopBackOff') return 'Running'
  if (word.startsWith('Init:') || waiting.test(word)) return 'Pending'
  return ready ? 'Running' : undefined
}

const ipOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^[0-9a-f][0-9a-f.:]{2,45}$/i.test(text) ? text : undefined
