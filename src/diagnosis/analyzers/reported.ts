import type { Evidence } from '../diagnosis.ts'
import { healthOf, type View, type Workload, waitingIn, warningsOf } from './view.ts'
import { called, plain } from './wording.ts'

export interface Report {
  workload: Workload
  /** What the control plane or the kubelet wrote. */
  text: string
  reason: string
  evidence: Evidence
  count: number
}

/** What is written about workloads that do not do well, in their Events, conditions and container states; each once. */
export function* reportsIn(view: View, pattern: RegExp): Generator<Report> {
  for (const workload of view.workloads) {
    if (healthOf(workload) === 'healthy') continue
    const told = new Set<string>()
    for (const report of reportsOf(view, workload)) {
      if (!pattern.test(report.text) || told.has(report.text)) continue
      told.add(report.text)
      yield report
    }
  }
}

function* reportsOf(view: View, workload: Workload): Generator<Report> {
  for (const { reason, message, file, about, count } of warningsOf(view, workload))
    yield {
      workload,
      text: message,
      reason,
      count,
      evidence: {
        source: file,
        detail: `${about} ${reason}${count > 1 ? ` ×${count}` : ''}: ${plain(message, 300)}`,
      },
    }
  for (const pod of workload.pods)
    for (const { reason = '', message } of waitingIn(pod))
      if (message)
        yield {
          workload,
          text: message,
          reason,
          count: 1,
          evidence: {
            source: pod.file,
            detail: `${called(pod)} waits with ${reason}: ${plain(message, 300)}`,
          },
        }
  const { status } = workload.object as {
    status?: { conditions?: readonly { type?: string; status?: string; reason?: string; message?: string }[] }
  }
  for (const { type = '', status: is, reason = '', message } of status?.conditions ?? [])
    if (
      message &&
      ((type === 'ReplicaFailure' && is === 'True') ||
        (type === 'Progressing' && is === 'False') ||
        (type === 'Available' && is === 'False'))
    )
      yield {
        workload,
        text: message,
        reason,
        count: 1,
        evidence: {
          source: workload.object.file,
          detail: `${called(workload)} ${type}=${is}: ${plain(message, 300)}`,
        },
      }
}
