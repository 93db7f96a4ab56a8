import type { Evidence } from '../diagnosis.ts'
import { endsIn, isWell, type View, type Workload, waitingIn, warningsOf } from './view.ts'
import { called, containerCalled, plain } from './wording.ts'

/** What is seen of a workload that does not do well; undefined when nothing is seen. */
export interface Seen {
  /** A clause, such as `pod a-1 waits with ImagePullBackOff`. */
  text: string
  evidence: Evidence[]
}

/**
 * @param about words of which one has to stand in what is seen, so that it belongs to the fault; none for any
 */
export function seenOf(view: Pick<View, 'cluster'>, workload: Workload, about?: RegExp): Seen | undefined {
  const fits = (...texts: (string | undefined)[]) =>
    about === undefined || texts.some(text => text && about.test(text))
  for (const pod of workload.pods) {
    for (const { container, reason, message } of waitingIn(pod)) {
      if (reason === undefined || reason === 'PodInitializing' || !fits(reason, message)) continue
      if (reason === 'ContainerCreating' && about === undefined) continue
      return {
        text: `${containerCalled(container)} of pod ${plain(pod.name)} waits with ${plain(reason)}`,
        evidence: [
          {
            source: pod.file,
            detail: `${called(pod)}: ${plain([reason, message].filter(Boolean).join(': '), 300)}`,
          },
        ],
      }
    }
    const scheduled = pod.status?.conditions.find(
      ({ type, status }) => type === 'PodScheduled' && status === 'False',
    )
    if (scheduled && fits(scheduled.reason, scheduled.message))
      return {
        text: `pod ${plain(pod.name)} is Pending`,
        evidence: [
          {
            source: pod.file,
            detail: `${called(pod)}: ${plain(scheduled.message ?? scheduled.reason ?? '', 300)}`,
          },
        ],
      }
  }
  const event = warningsOf(view, workload).find(({ reason, message }) => fits(reason, message))
  if (event)
    return {
      text: `Event ${plain(event.reason)} of ${plain(event.kind)} ${plain(event.name)} says so`,
      evidence: [
        { source: event.file, detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}` },
      ],
    }
  if (about !== undefined) return undefined
  const [ended] = workload.pods
    .flatMap(endsIn)
    .filter(({ end }) => (end.exitCode ?? 0) !== 0 || end.reason === 'OOMKilled')
  if (ended)
    return {
      text: `${containerCalled(ended.container)} of pod ${plain(ended.pod.name)} ended with exit code ${ended.end.exitCode ?? 'unknown'}`,
      evidence: [
        { source: ended.pod.file, detail: `${called(ended.pod)}: ${plain(ended.end.reason ?? 'ended')}` },
      ],
    }
  const unwell = workload.pods.find(pod => pod.status?.phase !== undefined && !isWell(pod))
  if (!unwell) return undefined
  return {
    text: `pod ${plain(unwell.name)} is ${plain(unwell.status?.phase ?? 'not ready')}${unwell.status?.phase === 'Running' ? ' but not ready' : ''}`,
    evidence: [
      { source: unwell.file, detail: `${called(unwell)}: phase ${plain(unwell.status?.phase ?? '')}` },
    ],
  }
}
