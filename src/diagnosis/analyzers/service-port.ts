import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { nearest } from './labels.ts'
import { remedy, replaced } from './remedies.ts'
import { behind, mentionsPort, portsOf } from './services.ts'
import type { Workload } from './view.ts'
import { called, fieldOf, listed, quoted, sentences } from './wording.ts'

type Service = ClusterObject<'Service'>

/** A Service sends to a port that its pods do not serve. */
export const servicePort: Analyzer = {
  name: 'service-port',
  finds: 'The targetPort of a Service is none that a container of its pods serves.',
  unless:
    'A command or variable of a container mentions the port, or the containers declare no ports at all.',
  rules: ['service-target-port'],
  *look(view) {
    for (const service of view.cluster.all('Service'))
      for (const workload of behind(view, service))
        for (const index of (service.spec?.ports ?? []).keys()) {
          const found = mismatch(service, index, workload)
          if (found) yield found
        }
  },
}

function mismatch(service: Service, index: number, workload: Workload): Suspicion | undefined {
  const { port, targetPort, name } = service.spec?.ports[index] ?? {}
  const wanted = targetPort ?? port
  if (wanted === undefined || workload.spec.containers.length === 0) return undefined
  const numeric = typeof wanted === 'number' || /^\d+$/.test(wanted)
  const served = numeric ? otherNumbers(workload, Number(wanted)) : otherNames(workload, String(wanted))
  if (!served) return undefined
  const right =
    served.ports.length === 1 ? served.ports[0] : nearest(String(wanted), served.ports.map(String))
  return {
    rule: 'service-target-port',
    object: service,
    class: 'port',
    statement: sentences(
      `${called(service)} sends port ${port}${name ? ` (${name})` : ''} to targetPort ${wanted}, but ${called(workload)} serves no ${numeric ? `port ${wanted}` : `port named ${quoted(String(wanted))}`} (port mismatch): its containers listen on ${listed(served.ports.map(String)) || 'no named port'}`,
      numeric ? 'Connections are refused' : 'The Service has no endpoints for that port',
    ),
    strength: served.sure ? strengths.broken : strengths.likely,
    observed: false,
    outside: true,
    evidence: [
      fieldOf(service, `spec.ports[${index}].targetPort`, String(wanted)),
      fieldOf(workload.object, 'ports of its containers', listed(served.ports.map(String)) || 'none'),
    ],
    explains: [workload],
    ...(right !== undefined &&
      targetPort !== undefined &&
      (!numeric || served.ports.length === 1) &&
      remedy(
        'fix-reference',
        service,
        replaced(`/spec/ports/${index}/targetPort`, targetPort, right),
        `Send to port ${right}, which ${called(workload)} serves.`,
      )),
  }
}

interface Served {
  ports: readonly (number | string)[]
  sure: boolean
}

function otherNames(workload: Workload, wanted: string): Served | undefined {
  const { names } = portsOf(workload)
  return names.includes(wanted) ? undefined : { ports: [...new Set(names)], sure: true }
}

/** Declared ports are only told to people; what official images serve is sure. */
function otherNumbers(workload: Workload, wanted: number): Served | undefined {
  const { containers } = workload.spec
  const { numbers } = portsOf(workload)
  const builtIn = containers.flatMap(one => (runsAsBuilt(one) ? (knownImage(one)?.ports ?? []) : []))
  const sure = containers.every(one => runsAsBuilt(one) && (knownImage(one)?.ports.length ?? 0) > 0)
  if ([...numbers, ...builtIn].includes(wanted) || mentionsPort(workload, wanted)) return undefined
  if (numbers.length === 0 && !sure) return undefined
  return { ports: [...new Set(numbers.length > 0 ? numbers : builtIn)], sure }
}
