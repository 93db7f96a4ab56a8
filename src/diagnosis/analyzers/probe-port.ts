import type { Container, Probe } from '../cluster/pod.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { effectOf, type ProbeKind, portOf, portPath, probesOf, probeText } from './probes.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { seenOf } from './seen.ts'
import { mentionsPort, portsOf } from './services.ts'
import { eachContainer, type View, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, listed, quoted, sentences } from './wording.ts'

/** A probe asks a port that the container does not serve. */
export const probePort: Analyzer = {
  name: 'probe-port',
  finds: 'A liveness, readiness or startup probe asks a port that no container of the pod serves.',
  unless: 'A command or variable mentions the port, no ports are declared, or the pods run well.',
  rules: ['probe-port'],
  *look(view) {
    for (const { workload, container, path } of eachContainer(view))
      for (const { kind, probe } of probesOf(container)) {
        const served = servedInstead(workload, container, portOf(probe))
        if (served) yield suspicion(view, workload, container, path, kind, probe, served)
      }
  },
}

const isNumber = (port: number | string): boolean => typeof port === 'number' || /^\d+$/.test(port)

/** What the container listens on; undefined when that is the port, may be it, or is not known. */
function servedInstead(
  workload: Workload,
  container: Container,
  port: number | string | undefined,
): readonly (number | string)[] | undefined {
  if (port === undefined) return undefined
  const { numbers, names } = portsOf(workload)
  if (!isNumber(port)) {
    const own = container.ports.flatMap(({ name }) => name ?? [])
    return names.includes(String(port)) ? undefined : own.length > 0 ? own : names
  }
  const builtIn = runsAsBuilt(container) ? (knownImage(container)?.ports ?? []) : []
  const known = [...numbers, ...builtIn]
  if (known.length === 0 || known.includes(Number(port)) || mentionsPort(workload, Number(port)))
    return undefined
  const own = container.ports.flatMap(({ containerPort }) => containerPort ?? [])
  return own.length > 0 ? own : builtIn.length > 0 ? builtIn : numbers
}

function suspicion(
  view: View,
  workload: Workload,
  container: Container,
  path: string,
  kind: ProbeKind,
  probe: Probe,
  served: readonly (number | string)[],
): Suspicion {
  const port = portOf(probe) ?? ''
  const others = [...new Set(served)]
  const [right] = others.length === 1 ? others : []
  const sure = !isNumber(port) || (runsAsBuilt(container) && (knownImage(container)?.ports.length ?? 0) > 0)
  const seen = seenOf(view, workload, /probe failed|Unhealthy/)
  return {
    rule: 'probe-port',
    object: workload,
    class: 'probe',
    statement: sentences(
      `${called(workload)}: the ${kind} probe (${kind}Probe) of ${containerCalled(container.name)} asks ${isNumber(port) ? `port ${port}` : `a port named ${quoted(String(port))}`} (${probeText(probe)}), but the container listens on ${others.length > 0 ? `port ${listed(others.map(String))}` : 'no such port'}, so the probe always fails (connection refused)`,
      effectOf(kind),
      seen?.text,
    ),
    strength: seen ? strengths.told : sure ? strengths.broken : strengths.likely,
    observed: seen !== undefined,
    evidence: [
      fieldOf(workload.object, `${path}/${kind}Probe`, probeText(probe)),
      fieldOf(workload.object, `${path}/ports`, listed(others.map(String)) || 'none'),
      ...(seen?.evidence ?? []),
    ],
    explains: workload.pods,
    ...(right !== undefined &&
      templateRemedy(
        'tune-probe',
        workload,
        replaced(`${path}/${kind}Probe/${portPath(probe)}`, port, right),
        `Let the ${kind} probe ask port ${right}, on which the container listens.`,
      )),
  }
}
