import type { Container } from '../cluster/pod.ts'
import type { Cluster } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { neededVariables } from './needed-variables.ts'
import { seenOf } from './seen.ts'
import { scriptOf } from './shell.ts'
import { containersOf, type View, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** A container ends because a variable that it needs is not set. */
export const variableUnset: Analyzer = {
  name: 'variable-unset',
  finds: 'The command or the image of a container needs an environment variable that nothing sets.',
  unless:
    'Its environment comes from a ConfigMap or Secret whose keys are not known, the script sets it, or the pods run well.',
  rules: ['variable-unset', 'image-variable-unset'],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path } of containersOf(workload)) {
        const set = variablesOf(view.cluster, workload, container)
        if (!set) continue
        const found =
          byScript(view, workload, container, path, set) ?? byImage(view, workload, container, path, set)
        if (found) yield found
      }
  },
}

function byScript(
  view: View,
  workload: Workload,
  container: Container,
  path: string,
  set: ReadonlySet<string>,
): Suspicion | undefined {
  const script = [...(container.command ?? []), ...(container.args ?? [])].join('\n')
  const missing = neededVariables(scriptOf(container)?.text ?? script).filter(({ name }) => !set.has(name))
  if (missing.length === 0) return undefined
  const seen = seenOf(view, workload)
  const ends = missing.some(one => one.ends)
  if (!ends && !seen) return undefined
  const names = listed(missing.map(({ name }) => quoted(name)))
  const one = missing.length === 1
  return {
    rule: 'variable-unset',
    object: workload,
    class: 'config',
    statement: sentences(
      `${called(workload)}: ${containerCalled(container.name)} needs environment variable ${names}, which ${one ? 'is' : 'are'} not set (missing), and ${ends ? 'ends with an error' : 'does not do its work'} without ${one ? 'it' : 'them'}`,
      setText(set),
      seen?.text,
    ),
    strength: seen ? strengths.told : strengths.likely,
    observed: seen !== undefined,
    evidence: [
      fieldOf(workload.object, `${path}/env`, [...set].sort().join(', ') || 'none'),
      fieldOf(workload.object, `${path}/command`, plain(script, 250)),
      ...(seen?.evidence ?? []),
    ],
    explains: workload.pods,
  }
}

function byImage(
  view: View,
  workload: Workload,
  container: Container,
  path: string,
  set: ReadonlySet<string>,
): Suspicion | undefined {
  const needs = runsAsBuilt(container) ? knownImage(container)?.needs : undefined
  const [first] = needs ?? []
  if (first === undefined || needs?.some(name => set.has(name))) return undefined
  const seen = seenOf(view, workload)
  return {
    rule: 'image-variable-unset',
    object: workload,
    class: 'config',
    statement: sentences(
      `${called(workload)}: ${containerCalled(container.name)} has no environment variable ${quoted(first)} (missing, not set), which image ${quoted(container.image ?? '')} needs to start, so it ends at once with an error`,
      setText(set),
      seen?.text,
    ),
    strength: strengths.broken,
    observed: seen !== undefined,
    evidence: [
      fieldOf(workload.object, `${path}/env`, [...set].sort().join(', ') || 'none'),
      ...(seen?.evidence ?? []),
    ],
    explains: workload.pods,
  }
}

const setText = (set: ReadonlySet<string>): string =>
  set.size > 0
    ? `Set are ${listed(
        [...set].sort().map(name => plain(name)),
        5,
      )}`
    : 'No variable is set at all'

/** Names of the variables that are set; undefined when some of them are not known. */
function variablesOf(
  cluster: Cluster,
  { namespace }: Workload,
  { env, envFrom }: Container,
): Set<string> | undefined {
  const names = new Set(env.flatMap(({ name }) => name ?? []))
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    const map =
      configMapRef?.name === undefined ? undefined : cluster.get('ConfigMap', namespace, configMapRef.name)
    const secret =
      secretRef?.name === undefined ? undefined : cluster.get('Secret', namespace, secretRef.name)
    const keys = [...(map?.data ?? []), ...(secret?.data ?? []), ...(secret?.stringData ?? [])]
    if (keys.length === 0) return undefined
    for (const key of keys) names.add(`${prefix}${key}`)
  }
  return names
}
