import { type Analyzer, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { effectOf, portOf, portPath, probesOf, probeText } from './probes.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { seenOf } from './seen.ts'
import { mentionsPort, portsOf } from './services.ts'
import { containersOf } from './view.ts'
import { called, containerCalled, fieldOf, listed, quoted, sentences } from './wording.ts'

/** A probe asks a port that the container does not serve. */
export const probePort: Analyzer = {
  name: 'probe-port',
  finds: 'A liveness, readiness or startup probe asks a port that no container of the pod serves.',
  unless: 'A command or variable mentions the port, no ports are declared, or the pods run well.',
  rules: ['probe-port'],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path } of containersOf(workload))
        for (const { kind, probe } of probesOf(container)) {
          const port = portOf(probe)
          if (port === undefined) continue
          const { numbers, names } = portsOf(workload)
          const numeric = typeof port === 'number' || /^\d+$/.test(port)
          const image = runsAsBuilt(container) ? knownImage(container) : undefined
          if (
            numeric
              ? numbers.includes(Number(port)) || image?.ports.includes(Number(port))
              : names.includes(String(port))
          )
            continue
          if (
            numeric &&
            (mentionsPort(workload, Number(port)) || (numbers.length === 0 && !image?.ports.length))
          )
            continue
          const own = container.ports.flatMap(({ containerPort, name }) =>
            numeric ? (containerPort ?? []) : (name ?? []),
          )
          const served = own.length > 0 ? own : numeric ? (image?.ports ?? numbers) : names
          const [right] = new Set(served).size === 1 ? served : []
          const seen = seenOf(view, workload, /probe failed|Unhealthy/)
          yield {
            rule: 'probe-port',
            object: workload,
            class: 'probe',
            statement: sentences(
              `${called(workload)}: the ${kind} probe (${kind}Probe) of ${containerCalled(container.name)} asks ${numeric ? `port ${port}` : `a port named ${quoted(String(port))}`} (${probeText(probe)}), but the container listens on ${served.length > 0 ? `port ${listed([...new Set(served)].map(String))}` : 'no such port'}, so the probe always fails (connection refused)`,
              effectOf(kind),
              seen?.text,
            ),
            strength: seen
              ? strengths.told
              : !numeric || (image && image.ports.length > 0)
                ? strengths.broken
                : strengths.likely,
            observed: seen !== undefined,
            evidence: [
              fieldOf(workload.object, `${path}/${kind}Probe`, probeText(probe)),
              fieldOf(workload.object, `${path}/ports`, listed(served.map(String)) || 'none'),
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
  },
}
