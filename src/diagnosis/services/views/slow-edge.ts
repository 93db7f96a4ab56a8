import { ascending, median, quantile } from '../quantiles.ts'
import type { Traces } from '../traces.ts'
import {
  milliseconds,
  nothing,
  percent,
  type Seen,
  type Suspect,
  saturating,
  sortedSuspects,
  type View,
} from './view.ts'

/** Time between caller and callee: the span of the caller without that of the callee, call by call. */
interface Edge {
  from: string
  to: string
  before: number[]
  now: number[]
}

interface Slowness {
  edge: Edge
  /** Milliseconds of a call now, and before. */
  gap: number
  usual: number
  slow: number
  calls: number
  /** Milliseconds of all calls beyond what was usual. */
  excess: number
}

/** A gap is slow when it passes the usual by this much, in milliseconds, and in times the usual 95 %. */
const least = { ms: 20, times: 2 } as const
/** Calls that tell what is usual of an edge; with fewer, all edges together tell it. */
const enough = 5
/** Share of a service's calls that must be slow for it to be where they get slow. */
const mostly = 0.5
/** Waiting, as a share of the time of all requests, at which this is half relevant. */
const half = 0.05

/**
 * The network of a service: calls take longer between caller and callee than both can tell. All edges of the one service
 * are slow, while those of its callers to others are not.
 */
export const slowEdge: View = {
  name: 'slow-edge',
  alerts: ['latency'],
  look({ traces }): Seen {
    if (traces.counts[0] === 0 || traces.counts[1] === 0) return nothing
    const slow = slownessOf(edgesOf(traces))
    const all = slow.reduce((sum, { excess }) => sum + excess, 0)
    if (all === 0) return nothing
    const services = new Set(slow.flatMap(({ edge }) => [edge.from, edge.to]))
    const suspects = sortedSuspects([...services].flatMap(service => suspectOf(service, slow, all)))
    const [top] = suspects
    const waited = slow
      .filter(({ edge }) => edge.to === top?.service || edge.from === top?.service)
      .reduce((sum, { excess }) => sum + excess, 0)
    return { relevance: saturating(waited / requestTime(traces), half) * clearOf(top, slow), suspects }
  },
}

function edgesOf(traces: Traces): Edge[] {
  const { parent, service, spans, late, count } = traces
  const found = new Map<number, Edge>()
  for (let i = 0; i < count; i++) {
    const up = parent[i] ?? -1
    const [span, over] = [spans[i], spans[up]]
    if (!span || !over || service[up] === service[i]) continue
    const key = (service[up] ?? 0) * traces.services.length + (service[i] ?? 0)
    const edge = found.get(key) ?? {
      from: traces.serviceOf(up),
      to: traces.serviceOf(i),
      before: [],
      now: [],
    }
    found.set(key, edge)
    // What goes on after its caller is no answer that somebody waits for.
    if (span.at + span.durationMs > over.at + over.durationMs + least.ms) continue
    const gap = Math.max(0, over.durationMs - span.durationMs)
    ;(late[i] === 1 ? edge.now : edge.before).push(gap)
  }
  return [...found.values()]
}

function slownessOf(edges: readonly Edge[]): Slowness[] {
  const everywhere = ascending(edges.flatMap(({ before }) => before))
  return edges
    .filter(({ now }) => now.length > 0 && everywhere.length >= enough)
    .map(edge => {
      const usual = edge.before.length >= enough ? ascending(edge.before) : everywhere
      const [middle, most] = [quantile(usual, 0.5) || 0, quantile(usual, 0.95) || 0]
      const beyond = middle + Math.max(least.ms, least.times * (most - middle))
      const slow = edge.now.filter(gap => gap > beyond)
      return {
        ...{ edge, usual: middle, gap: median(edge.now), slow: slow.length, calls: edge.now.length },
        excess: slow.reduce((sum, gap) => sum + gap - middle, 0),
      }
    })
}

function suspectOf(service: string, slow: readonly Slowness[], all: number): Suspect[] {
  const sides = [
    { side: 'to it', of: slow.filter(({ edge }) => edge.to === service) },
    { side: 'from it', of: slow.filter(({ edge }) => edge.from === service) },
  ].map(({ side, of }) => ({ side, of, ...sumOf(of) }))
  const [side] = sides.toSorted((a, b) => b.excess * b.share - a.excess * a.share)
  if (!side || side.excess === 0) return []
  const [worst] = side.of.toSorted((a, b) => b.excess - a.excess || (a.edge.from < b.edge.from ? -1 : 1))
  if (!worst) return []
  const others = sides.find(other => other !== side)
  const edge = `${worst.edge.from} to ${worst.edge.to}`
  return [
    {
      service,
      rule: 'edge-latency',
      class: 'network',
      // Both sides count, each as far as all of its calls are slow.
      score: (side.excess * side.share + (others ? others.excess * others.share : 0)) / all,
      what: `${percent(side.share)} of the ${side.calls} calls ${side.side} wait between caller and callee: ${edge} took ${milliseconds(worst.gap)} more than the callee itself, ${milliseconds(worst.usual)} before`,
      evidence: side.of
        .filter(({ excess }) => excess > 0)
        .slice(0, 5)
        .map(one => ({
          source: 'traces',
          detail: `${one.edge.from} to ${one.edge.to}: ${milliseconds(one.gap)} beside the callee's own time, ${milliseconds(one.usual)} before; ${one.slow} of ${one.calls} calls slow`,
        })),
      ...(side.share < mostly && {
        against: [
          {
            source: 'traces',
            detail: `${percent(1 - side.share)} of the calls ${side.side} are as fast as before`,
          },
        ],
      }),
    },
  ]
}

function sumOf(of: readonly Slowness[]): { excess: number; share: number; calls: number } {
  const calls = of.reduce((sum, one) => sum + one.calls, 0)
  const slow = of.reduce((sum, one) => sum + one.slow, 0)
  return {
    calls,
    share: calls === 0 ? 0 : slow / calls,
    excess: of.reduce((sum, one) => sum + one.excess, 0),
  }
}

/** Less where only a few of the calls of the first suspect are slow. */
function clearOf(top: Suspect | undefined, slow: readonly Slowness[]): number {
  const share = (of: readonly Slowness[]) => sumOf(of).share
  const most = Math.max(
    share(slow.filter(({ edge }) => edge.to === top?.service)),
    share(slow.filter(({ edge }) => edge.from === top?.service)),
  )
  return Math.min(1, most / mostly)
}

/** Milliseconds of all requests from the onset on, which are the spans without a parent. */
export function requestTime({ parent, spans, late, count }: Traces): number {
  let sum = 0
  for (let i = 0; i < count; i++) if ((parent[i] ?? -1) < 0 && late[i] === 1) sum += spans[i]?.durationMs ?? 0
  return Math.max(sum, Number.MIN_VALUE)
}
