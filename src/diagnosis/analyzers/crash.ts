import type { Evidence } from '../diagnosis.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { exitMeaning } from './exit-code.ts'
import { endsIn, healthOf, type PodEnd, type View, type Workload, waitingIn, warningsOf } from './view.ts'
import { called, containerCalled, plain, plural, quoted, sentences } from './wording.ts'

/** A container ends again and again, or will not start at all. */
export const crash: Analyzer = {
  name: 'crash',
  finds: 'A container crashes, ends with an error or cannot be started, by the class of its exit code.',
  unless: 'It was killed for memory (another rule), belongs to a node that shut down, or the pods run well.',
  rules: ['container-crashes', 'container-cannot-start', 'init-container-fails', 'container-ends'],
  *look(view) {
    for (const workload of view.workloads) {
      const crashed = healthOf(workload) === 'healthy' ? undefined : crashOf(view, workload)
      if (crashed) yield crashed.cannot ? cannotStart(workload, crashed) : ended(workload, crashed)
    }
  },
}

interface Crash {
  container: string
  init: boolean
  /** What it waits with, such as `CrashLoopBackOff`. */
  waits: string | undefined
  end: PodEnd | undefined
  /** What the container runtime says of its command. */
  text: string | undefined
  /** The part of it that says why it does not start. */
  cannot: string | undefined
  evidence: Evidence[]
}

function crashOf(view: View, workload: Workload): Crash | undefined {
  const [end] = workload.pods
    .flatMap(endsIn)
    .filter(one => fails(one, workload))
    .toSorted((a, b) => b.restarts - a.restarts || Number(b.now) - Number(a.now))
  const waits = workload.pods
    .flatMap(waitingIn)
    .find(({ reason = '' }) => /^(CreateContainerError|RunContainerError|CrashLoopBackOff)$/.test(reason))
  const event = warningsOf(view, workload).find(
    ({ reason, message }) =>
      reason === 'Failed' && /containerd task|OCI runtime|exec: |executable file not found/.test(message),
  )
  const refused = waits !== undefined && waits.reason !== 'CrashLoopBackOff'
  if (!end && !event && !refused) return undefined
  const text = [end?.end.message, waits?.message, event?.message].find(
    message => message && /exec|executable|runc|OCI|permission denied|no such file/.test(message),
  )
  const pod = end?.pod ?? waits?.pod
  const container = end?.container || waits?.container || event?.container || ''
  return {
    ...{ container, end, text, init: end?.init ?? waits?.init ?? false, waits: waits?.reason },
    cannot: /executable file not found|no such file or directory|permission denied|exec format error/.exec(
      text ?? '',
    )?.[0],
    evidence: [
      ...(pod
        ? [
            {
              source: pod.file,
              detail: `${called(pod)}: ${containerCalled(container)} ${waits?.reason ?? end?.end.reason ?? 'ended'}, exit code ${end?.end.exitCode ?? 'unknown'}, ${plural(end?.restarts ?? 0, 'restart')}`,
            },
          ]
        : []),
      ...(event
        ? [{ source: event.file, detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}` }]
        : []),
    ],
  }
}

function fails({ end, pod, restarts, init, now }: PodEnd, { finite }: Workload): boolean {
  if (end.reason === 'OOMKilled' || /Shutdown/.test(pod.status?.reason ?? '')) return false
  if ((end.exitCode ?? 0) !== 0) return now || restarts > 0
  // One that should go on running and ends well all the time is restarted as often.
  const backsOff = waitingIn(pod).some(({ reason }) => reason === 'CrashLoopBackOff')
  return !finite && !init && (restarts >= 3 || backsOff)
}

function cannotStart(
  workload: Workload,
  { container, init, text = '', cannot = '', evidence }: Crash,
): Suspicion {
  const program = /exec: ?\\?"([^"\\]{1,200})\\?"/.exec(text)?.[1]
  const meaning = /executable|no such file/.test(cannot)
    ? 'the command is not found in the image; a typo?'
    : 'the command cannot be executed'
  return {
    rule: 'container-cannot-start',
    object: workload,
    class: 'crash',
    statement: sentences(
      `${called(workload)}: ${init ? 'init ' : ''}${containerCalled(container)} cannot start: its command ${program ? quoted(program) : ''} fails with "${cannot}" (${meaning})`,
      plain(text, 200),
      init ? waitingForIt : undefined,
    ),
    ...{ strength: strengths.told, observed: true, evidence, explains: workload.pods },
  }
}

function ended(workload: Workload, { container, init, waits, end, text, evidence }: Crash): Suspicion {
  const { exitCode: code, reason, message } = end?.end ?? {}
  const restarts = end?.restarts ?? 0
  const loop = waits === 'CrashLoopBackOff' ? 'CrashLoopBackOff, ' : ''
  return {
    rule: code === 0 ? 'container-ends' : init ? 'init-container-fails' : 'container-crashes',
    object: workload,
    class: workload.finite ? 'job' : 'crash',
    statement: sentences(
      `${called(workload)}: ${init ? 'init ' : ''}${containerCalled(container)} ${restarts > 0 ? `crashes (${loop}${plural(restarts, 'restart')})` : 'failed'} with exit code ${code ?? 'unknown'}${reason ? ` (${plain(reason)})` : ''}: ${exitMeaning(code, reason)}`,
      plain(text ?? message ?? '', 250),
      init ? waitingForIt : undefined,
    ),
    ...{ strength: strengths.likely, observed: true, symptom: true, evidence, explains: workload.pods },
  }
}

const waitingForIt = 'The other containers wait for it (PodInitializing)'
