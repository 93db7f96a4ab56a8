import type { CommandOutput } from '../../telemetry/intake/kubernetes-snapshot/command-output.ts'
import type { FromFile } from '../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import { kindNamed } from './kind-names.ts'
import type { Observed } from './observed.ts'

const MAX_LINES = 200

/** What kubectl answers instead of objects: not there, no such kind, not allowed. */
export function refusals(
  outputs: readonly FromFile<CommandOutput>[],
): Pick<Observed, 'absent' | 'notServed' | 'forbidden'> {
  const absent: Observed['absent'][number][] = []
  const notServed: Observed['notServed'][number][] = []
  const forbidden: Observed['forbidden'][number][] = []
  for (const { verb, namespace, text, file } of outputs) {
    if (verb === undefined) continue
    // What a container wrote can look the same: of logs only the first lines are kubectl's.
    for (const line of text.split('\n', verb === 'logs' ? 2 : MAX_LINES)) {
      const [, word, name] =
        /^Error from server \(NotFound\): ([a-z][a-z0-9.-]{0,100}) "([^"]{1,253})" not found$/.exec(
          line.trim(),
        ) ?? []
      const [, asked] =
        /^error: the server doesn't have a resource type "([^"]{1,253})"$/.exec(line.trim()) ?? []
      if (word !== undefined && name !== undefined)
        absent.push({
          kind: kindNamed(word)?.kind ?? word,
          name,
          ...(namespace !== undefined && word !== 'namespaces' && { namespace }),
          ...{ file, text: line.trim() },
        })
      else if (asked !== undefined) notServed.push({ kind: asked, file, text: line.trim() })
      else if (/^error: Metrics API not available\b/.test(line))
        notServed.push({ kind: 'metrics.k8s.io', file, text: line.trim().slice(0, 500) })
      else if (/^Error from server \(Forbidden\): /.test(line))
        forbidden.push({ file, text: line.trim().slice(0, 1000) })
    }
  }
  return { absent, notServed, forbidden }
}

/** Whether a line of a log was written by kubectl or around it, not by the container. */
export const isOfKubectl = (line: string): boolean =>
  /^(Error from server \(\w{1,40}\): |error: (a container name must be specified|timed out waiting|the server|You must|unable to forward)|Defaulted container "|Command `kubectl |std(out|err):\s{0,9}$|unable to retrieve container logs for |Found \d{1,5} pods, using |No resources found)/.test(
    line.slice(0, 500),
  )
