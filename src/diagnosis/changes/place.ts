import type { Case } from '../channel.ts'
import type { Symptoms } from './symptoms/symptom.ts'

const most = { spans: 200_000, mentioned: 300, hops: 3 } as const
/** How likely a change of a service is behind symptoms of it, of those that call it, and so on. */
const nearness = {
  itself: 1,
  callee: 0.85,
  caller: 0.75,
  further: 0.45,
  unknown: 0.7,
  shown: 0.5,
  unseen: 0.4,
  unrelated: 0.2,
} as const

/** How near a service is to what suffers, 0 to 1, and whether it calls it. */
export type Nearness = (service: string) => { share: number; calls: boolean }

/** By the graph of calls, spans, and services that name each other in what they said. */
export function nearnessOf(evidence: Case, { suffering, sayings }: Symptoms): Nearness {
  const edges = new Map<string, Set<string>>()
  const back = new Map<string, Set<string>>()
  const link = (from: string, to: string) => {
    if (from === '' || to === '' || from === to) return
    edges.set(from, (edges.get(from) ?? new Set()).add(to))
    back.set(to, (back.get(to) ?? new Set()).add(from))
  }
  for (const { from, to } of evidence.topology.calls) link(from, to)
  const services = new Map<string, string>()
  for (const { spanId, traceId, resource } of evidence.spans.slice(0, most.spans))
    services.set(`${traceId}/${spanId}`, resource.service)
  for (const span of evidence.spans.slice(0, most.spans)) {
    const parent = span.parentSpanId && services.get(`${span.traceId}/${span.parentSpanId}`)
    if (parent) link(parent, span.resource.service)
    if (span.peer !== undefined && evidence.services.includes(span.peer))
      link(span.resource.service, span.peer)
  }
  for (const { service, text } of sayings.slice(0, most.mentioned))
    for (const named of evidence.services) if (named.length >= 4 && text.includes(named)) link(service, named)
  const sick = [...suffering].filter(([, weight]) => weight >= 0.4).map(([service]) => service)
  const callees = reachable(sick, edges)
  const callers = reachable(sick, back)
  const seen = new Set([...evidence.services, ...evidence.topology.services, ...edges.keys(), ...back.keys()])
  const shown = new Set([
    ...evidence.tables.map(table => table.service),
    ...evidence.logs.slice(0, most.spans).map(({ resource }) => resource.service),
  ])
  const shareOf = (service: string): number => {
    if (service === '') return nearness.unknown
    const own = suffering.get(service) ?? 0
    if (own >= 0.4) return 0.8 + 0.2 * own
    const [down, up] = [callees.get(service), callers.get(service)]
    if (down === 1) return nearness.callee
    if (up === 1) return nearness.caller
    if (down !== undefined || up !== undefined) return nearness.further
    // Where no graph is known, what was collected for the incident has something to do with it.
    if (evidence.topology.calls.length === 0 && shown.has(service)) return nearness.shown
    return seen.has(service) ? nearness.unrelated : nearness.unseen
  }
  return service => ({ share: shareOf(service), calls: callers.get(service) === 1 })
}

/** Services by the number of calls between them and the nearest of these. */
function reachable(
  from: readonly string[],
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, number> {
  const hops = new Map<string, number>()
  let edge = [...from]
  for (let hop = 1; hop <= most.hops; hop++) {
    const next: string[] = []
    for (const service of edge)
      for (const other of edges.get(service) ?? [])
        if (!hops.has(other)) {
          hops.set(other, hop)
          next.push(other)
        }
    edge = next
  }
  return hops
}
