import { type Analyzer, strengths } from './analyzer.ts'
import { endsIn, healthOf, type PodEnd, type Workload, waitingIn, warningsOf } from './view.ts'
import { called, containerCalled, plain, plural, quoted, sentences } from './wording.ts'

/** What an exit code says (kubernetes.io, tldp.org/LDP/abs/html/exitcodes.html). */
export function exitMeaning(code: number | undefined, reason = ''): string {
  if (code === 0) return 'it ends by itself with success, though it should go on running'
  if (code === 126) return 'its command cannot be executed (no permission or no program)'
  if (code === 127) return 'its command is not found'
  if (code === 128 && /StartError|ContainerCannotRun/.test(reason))
    return 'its command cannot be started (executable not found, or not runnable)'
  if (code === 132) return 'the processor does not know an instruction of it (built for another one)'
  if (code === 134) return 'it aborted itself'
  if (code === 136) return 'an arithmetic fault in native code'
  if (code === 137) return 'it was killed (SIGKILL)'
  if (code === 139) return 'a memory fault in native code (segmentation fault)'
  if (code === 143) return 'it was asked to end (SIGTERM)'
  if (code === 2) return 'it was called wrongly or is misconfigured'
  return code === 1 ? 'its program failed: look at its last log lines' : 'its program failed'
}

/** A container ends again and again, or will not start at all. */
export const crash: Analyzer = {
  name: 'crash',
  finds: 'A container crashes, ends with an error or cannot be started, by the class of its exit code.',
  unless: 'It was killed for memory (another rule), belongs to a node that shut down, or the pods run well.',
  rules: ['container-crashes', 'container-cannot-start', 'init-container-fails', 'container-ends'],
  *look(view) {
    for (const workload of view.workloads) {
      if (healthOf(workload) === 'healthy') continue
      const ends = workload.pods
        .flatMap(endsIn)
        .filter(end => fails(end, workload) && !/Shutdown|NodeShutdown/.test(end.pod.status?.reason ?? ''))
      const starts = workload.pods
        .flatMap(waitingIn)
        .find(({ reason = '' }) => /^(CreateContainerError|RunContainerError|CrashLoopBackOff)$/.test(reason))
      const event = warningsOf(view, workload).find(
        ({ reason, message }) =>
          reason === 'Failed' &&
          /failed to create containerd task|OCI runtime|exec: |executable file not found|no such file or directory/.test(
            message,
          ),
      )
      const worst = ends.toSorted((a, b) => b.restarts - a.restarts || Number(b.now) - Number(a.now))[0]
      if (!worst && !event && !(starts && starts.reason !== 'CrashLoopBackOff')) continue
      const text = [worst?.end.message, starts?.message, event?.message].find(
        message => message && /exec|executable|runc|OCI|permission denied|no such file/.test(message),
      )
      const program = /exec: ?\\?"([^"\\]{1,200})\\?"/.exec(text ?? '')?.[1]
      const container = worst?.container ?? starts?.container ?? event?.container ?? ''
      const pod = worst?.pod ?? starts?.pod
      const init = worst?.init ?? starts?.init ?? false
      const cannot =
        text !== undefined &&
        /executable file not found|no such file or directory|permission denied|exec format error/.exec(
          text,
        )?.[0]
      const code = worst?.end.exitCode
      const restarts = worst?.restarts ?? 0
      yield {
        rule: cannot
          ? 'container-cannot-start'
          : code === 0
            ? 'container-ends'
            : init
              ? 'init-container-fails'
              : 'container-crashes',
        object: workload,
        class: workload.finite && !cannot ? 'job' : 'crash',
        statement: sentences(
          cannot
            ? `${called(workload)}: ${init ? 'init ' : ''}${containerCalled(container)} cannot start: its command ${program ? quoted(program) : ''} fails with "${cannot}" (${/executable|no such file/.test(cannot) ? 'the command is not found in the image; a typo?' : 'the command cannot be executed'})`
            : `${called(workload)}: ${init ? 'init ' : ''}${containerCalled(container)} ${restarts > 0 ? `crashes (${starts?.reason === 'CrashLoopBackOff' ? 'CrashLoopBackOff, ' : ''}${plural(restarts, 'restart')})` : 'failed'} with exit code ${code ?? 'unknown'}${worst?.end.reason ? ` (${plain(worst.end.reason)})` : ''}: ${exitMeaning(code, worst?.end.reason)}`,
          text ? plain(text, 200) : worst?.end.message && plain(worst.end.message, 250),
          init ? 'The other containers wait for it (PodInitializing)' : undefined,
        ),
        strength: cannot ? strengths.told : strengths.likely,
        observed: true,
        symptom: !cannot,
        evidence: [
          ...(pod
            ? [
                {
                  source: pod.file,
                  detail: `${called(pod)}: container ${plain(container)} ${starts?.reason ?? worst?.end.reason ?? 'ended'}, exit code ${code ?? 'unknown'}, ${plural(restarts, 'restart')}`,
                },
              ]
            : []),
          ...(event
            ? [{ source: event.file, detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}` }]
            : []),
        ],
        explains: workload.pods,
      }
    }
  },
}

function fails({ end, pod, restarts, init, now }: PodEnd, { finite }: Workload): boolean {
  if (end.reason === 'OOMKilled') return false
  if ((end.exitCode ?? 0) !== 0) return now || restarts > 0
  // One that should go on running and ends well all the time is restarted as often.
  const backsOff = waitingIn(pod).some(({ reason }) => reason === 'CrashLoopBackOff')
  return !finite && !init && (restarts >= 3 || backsOff)
}
