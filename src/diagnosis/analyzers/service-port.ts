import { type Analyzer, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { nearest } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import { behind, mentionsPort, portsOf } from './services.ts'
import { called, fieldOf, listed, quoted, sentences } from './wording.ts'

/** A Service sends to a port that its pods do not serve. */
export const servicePort: Analyzer = {
  name: 'service-port',
  finds: 'The targetPort of a Service is none that a container of its pods serves.',
  unless:
    'A command or variable of a container mentions the port, or the containers declare no ports at all.',
  rules: ['service-target-port'],
  *look(view) {
    for (const service of view.cluster.all('Service'))
      for (const [index, { port, targetPort = port, name: portName }] of (
        service.spec?.ports ?? []
      ).entries())
        for (const workload of behind(view, service)) {
          if (targetPort === undefined || workload.spec.containers.length === 0) continue
          const { numbers, names } = portsOf(workload)
          const numeric = typeof targetPort === 'number' || /^\d+$/.test(targetPort)
          const wanted = numeric ? Number(targetPort) : String(targetPort)
          if (numeric ? numbers.includes(Number(wanted)) : names.includes(String(wanted))) continue
          const builtIn = workload.spec.containers.flatMap(one =>
            runsAsBuilt(one) ? (knownImage(one)?.ports ?? []) : [],
          )
          const onlyBuiltIn = workload.spec.containers.every(
            one => runsAsBuilt(one) && (knownImage(one)?.ports.length ?? 0) > 0,
          )
          if (numeric && (builtIn.includes(Number(wanted)) || mentionsPort(workload, Number(wanted))))
            continue
          if (numeric && numbers.length === 0 && !onlyBuiltIn) continue
          const served: readonly (number | string)[] = numeric
            ? numbers.length > 0
              ? numbers
              : builtIn
            : names
          const [right] = numeric
            ? new Set(served).size === 1
              ? served
              : []
            : [nearest(String(wanted), names) ?? (names.length === 1 ? names[0] : undefined)]
          const field = `/spec/ports/${index}/targetPort`
          yield {
            rule: 'service-target-port',
            object: service,
            class: 'port',
            statement: sentences(
              `${called(service)} sends port ${port}${portName ? ` (${portName})` : ''} to targetPort ${wanted}, but ${called(workload)} serves no ${numeric ? `port ${wanted}` : `port named ${quoted(String(wanted))}`} (port mismatch): its containers listen on ${
                served.length > 0 ? listed([...new Set(served)].map(String)) : 'no named port'
              }`,
              numeric ? 'Connections are refused' : 'The Service has no endpoints for that port',
            ),
            strength: !numeric ? strengths.broken : onlyBuiltIn ? strengths.broken : strengths.likely,
            observed: false,
            outside: true,
            evidence: [
              fieldOf(service, `spec.ports[${index}].targetPort`, String(targetPort)),
              fieldOf(
                workload.object,
                'ports of its containers',
                listed([...numbers.map(String), ...names]) || 'none',
              ),
            ],
            explains: [workload],
            ...(right !== undefined &&
              service.spec?.ports[index]?.targetPort !== undefined &&
              remedy(
                'fix-reference',
                service,
                replaced(field, targetPort, right),
                `Send to port ${right}, which ${called(workload)} serves.`,
              )),
          }
        }
  },
}
