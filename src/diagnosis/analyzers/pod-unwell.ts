import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { healthOf, isWell, type View, type Workload, waitingIn } from './view.ts'
import { called, containerCalled, plain, sentences } from './wording.ts'

type Pod = ClusterObject<'Pod'>
type Found = Omit<Suspicion, 'object' | 'observed' | 'explains'>

/** What is seen of pods that no other analyzer explains. */
export const podUnwell: Analyzer = {
  name: 'pod-unwell',
  finds:
    'A pod was evicted or lost, its configuration is refused, or it is Pending, Failed or not ready for a reason that no other rule knows.',
  unless: 'The container is being created, or another rule explains the pod.',
  rules: ['pod-evicted', 'container-config-error', 'pod-unwell', 'pod-refused-by-node'],
  *look(view) {
    for (const workload of view.workloads) {
      if (healthOf(workload) === 'healthy') continue
      for (const pod of workload.pods) {
        const found = evicted(view, pod) ?? refused(pod) ?? misconfigured(workload, pod) ?? unwell(view, pod)
        if (!found) continue
        yield { ...found, object: workload, observed: true, explains: workload.pods }
        break
      }
    }
  },
}

function evicted(view: View, pod: Pod): Found | undefined {
  const event = view.cluster
    .events(pod)
    .find(({ reason }) => reason === 'Evicted' || reason === 'Preempted' || reason === 'Preempting')
  if (!event && pod.status?.reason !== 'Evicted') return undefined
  const text = pod.status?.message || event?.message || ''
  const [, resource] = /low on resource: ([\w.-]{1,60})/.exec(text) ?? []
  return {
    rule: 'pod-evicted',
    class: resource && /storage|inode/.test(resource) ? 'disk' : 'node',
    strength: strengths.told,
    statement: sentences(
      `${called(pod)} was evicted${resource ? ` because its node ran low on ${resource}` : ''}: ${plain(text, 260)}`,
    ),
    evidence: [{ source: event?.file ?? pod.file, detail: `${called(pod)} Evicted: ${plain(text, 300)}` }],
  }
}

const byNode =
  /^(NodeAffinity|NodeLost|Shutdown|Terminated|OutOf\w{1,40}|UnexpectedAdmissionError|Preempting|TopologyAffinityError)$/

function refused(pod: Pod): Found | undefined {
  const { phase, reason = '', message = '' } = pod.status ?? {}
  if (phase !== 'Failed' || !byNode.test(reason)) return undefined
  return {
    ...{ rule: 'pod-refused-by-node', class: 'node', strength: strengths.likely },
    statement: sentences(`${called(pod)} failed on its node (${plain(reason)}): ${plain(message, 250)}`),
    evidence: [{ source: pod.file, detail: `${called(pod)}: ${plain(reason)} ${plain(message, 300)}` }],
  }
}

const byConfig =
  /^(CreateContainerConfigError|CreatePodSandboxError|PreStartHookError|PostStartHookError|VerifyNonRootError|ContainerStatusUnknown)$/

function misconfigured(workload: Workload, pod: Pod): Found | undefined {
  const config = waitingIn(pod).find(({ reason = '' }) => byConfig.test(reason))
  if (!config) return undefined
  const { reason = '', message = '', container } = config
  const root = /runAsNonRoot/.test(message)
  return {
    ...{ rule: 'container-config-error', class: root ? 'permission' : 'config', symptom: !root },
    strength: strengths.told - 0.05,
    statement: sentences(
      `${called(workload)}: ${containerCalled(container)} cannot be created (${plain(reason)}): ${plain(message || 'its configuration is refused', 250)}`,
    ),
    evidence: [{ source: pod.file, detail: `${called(pod)}: ${plain(reason)}: ${plain(message, 300)}` }],
  }
}

function unwell(view: View, pod: Pod): Found | undefined {
  const { phase, reason = '', message = '' } = pod.status ?? {}
  if (phase === undefined || isWell(pod)) return undefined
  const starting = waitingIn(pod).some(({ reason: why = '' }) =>
    /^(ContainerCreating|PodInitializing)$/.test(why),
  )
  const warning = view.cluster.events(pod).find(event => event.warning)
  return {
    ...{ rule: 'pod-unwell', class: 'unknown', symptom: true },
    strength: warning ? strengths.possible : starting ? 0.1 : 0.32,
    statement: sentences(
      `${called(pod)} is ${plain(phase)}${phase === 'Running' ? ' but not ready' : ''}${reason ? ` (${plain(reason)})` : ''}`,
      warning ? `${plain(warning.reason)}: ${plain(warning.message, 200)}` : plain(message, 200),
    ),
    evidence: [
      { source: pod.file, detail: `${called(pod)}: phase ${plain(phase)}` },
      ...(warning
        ? [
            {
              source: warning.file,
              detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
            },
          ]
        : []),
    ],
  }
}
