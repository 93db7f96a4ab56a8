import { join } from 'node:path'
import { type HttpTransport, httpTransport } from '../client/http.ts'
import { readKubeconfig } from '../client/kubeconfig.ts'
import { systemClock } from '../lib/clock.ts'
import type { SkillHost } from '../skills/http/host.ts'
import { remoteHost } from '../skills/http/remote-host.ts'
import type { RecordedRun } from '../skills/orchestrator.ts'
import type { Invocation } from './command.ts'

/** A run may look at much before it says anything. */
const timeoutMs = 150_000

/** The skills of the server that the options name, as the user of its kubeconfig. */
export function connectSkills(
  invocation: Invocation,
): SkillHost & AsyncDisposable & { namespace: string; transport: HttpTransport } {
  const file = invocation.text('kubeconfig') ?? join(invocation.required('state'), 'kubeconfig')
  const transport = httpTransport(readKubeconfig(file), systemClock, { timeoutMs })
  return {
    ...remoteHost(transport),
    transport,
    namespace: invocation.required('namespace'),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}

/** A run for people: what was understood, the answer, what was proposed and what was not. */
export function runText(run: RecordedRun): string {
  const { understood, notes, text, worded, proposals, refused, record, incomplete } = run
  return printable(
    [
      ...(understood === undefined ? [] : [understood]),
      ...notes,
      ...(understood === undefined && notes.length === 0 ? [] : ['']),
      text,
      ...(worded
        ? ['', `In the words of a model (${worded.route}), which are no evidence: ${worded.text}`]
        : []),
      ...(proposals.length + refused.length > 0 ? [''] : []),
      ...proposals.map(({ name, title, created, phase }) =>
        created
          ? `Proposed as ${name}: ${title}`
          : `Proposed before as ${name}${phase ? ` (${phase})` : ''}: ${title}`,
      ),
      ...refused.map(
        ({ title, reason, instead }) => `Not proposed: ${title}. ${reason}. Instead: ${instead}.`,
      ),
      ...(record === undefined || run.outcome === 'unclear'
        ? []
        : [
            '',
            `record ${record}${incomplete === undefined ? '' : ` (${incomplete}: it can not be repeated)`}`,
          ]),
    ].join('\n'),
  )
}

/** Words of others must not move the cursor of a terminal. */
const printable = (text: string): string => text.replace(/[^\P{C}\n]+/gu, ' ')

/** Exit code: 0 it was answered, 1 it was not. */
export const exitOf = ({ outcome }: RecordedRun): number => (outcome === 'answered' ? 0 : 1)
