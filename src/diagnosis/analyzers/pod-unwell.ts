import { type Analyzer, strengths } from './analyzer.ts'
import { healthOf, isWell, waitingIn } from './view.ts'
import { called, containerCalled, plain, sentences } from './wording.ts'

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
        const { phase, reason = '', message = '' } = pod.status ?? {}
        const evicted = view.cluster
          .events(pod)
          .find(event => event.reason === 'Evicted' || event.reason === 'Preempted')
        const common = { object: workload, observed: true, explains: workload.pods }
        if (reason === 'Evicted' || evicted) {
          const text = message || evicted?.message || ''
          const [, resource] = /low on resource: ([\w.-]{1,60})/.exec(text) ?? []
          yield {
            ...{
              ...common,
              rule: 'pod-evicted',
              class: resource && /storage|inode/.test(resource) ? 'disk' : 'node',
              strength: strengths.told,
            },
            statement: sentences(
              `${called(pod)} was evicted${resource ? ` because its node ran low on ${resource}` : ''}: ${plain(text, 260)}`,
            ),
            evidence: [
              { source: evicted?.file ?? pod.file, detail: `${called(pod)} Evicted: ${plain(text, 300)}` },
            ],
          }
          break
        }
        if (
          phase === 'Failed' &&
          /^(NodeAffinity|NodeLost|Shutdown|Terminated|OutOf\w+|UnexpectedAdmissionError|Preempting|TopologyAffinityError)$/.test(
            reason,
          )
        ) {
          yield {
            ...{ ...common, rule: 'pod-refused-by-node', class: 'node', strength: strengths.likely },
            statement: sentences(
              `${called(pod)} failed on its node (${plain(reason)}): ${plain(message, 250)}`,
            ),
            evidence: [
              { source: pod.file, detail: `${called(pod)}: ${plain(reason)} ${plain(message, 300)}` },
            ],
          }
          break
        }
        const config = waitingIn(pod).find(({ reason: why = '' }) =>
          /^(CreateContainerConfigError|CreatePodSandboxError|PreStartHookError|PostStartHookError|VerifyNonRootError|ContainerStatusUnknown)$/.test(
            why,
          ),
        )
        const root = /runAsNonRoot/.test(config?.message ?? '')
        if (config) {
          yield {
            ...{
              ...common,
              rule: 'container-config-error',
              class: root ? 'permission' : 'config',
              strength: strengths.told - 0.05,
              symptom: !root,
            },
            statement: sentences(
              `${called(workload)}: ${containerCalled(config.container)} cannot be created (${config.reason}): ${plain(config.message ?? 'its configuration is refused', 250)}`,
            ),
            evidence: [
              {
                source: pod.file,
                detail: `${called(pod)}: ${config.reason}: ${plain(config.message ?? '', 300)}`,
              },
            ],
          }
          break
        }
        if (phase === undefined || isWell(pod)) continue
        const starting = waitingIn(pod).some(({ reason: why = '' }) =>
          /^(ContainerCreating|PodInitializing)$/.test(why),
        )
        const warning = view.cluster.events(pod).find(event => event.warning)
        yield {
          ...{ ...common, rule: 'pod-unwell', class: 'unknown', symptom: true },
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
        break
      }
    }
  },
}
