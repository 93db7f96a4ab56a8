import { calleesOf, type Graph, reachedFrom } from './graph.ts'
import { type MetricKind, wordsOf } from './metric-kind.ts'
import { mean } from './quantiles.ts'
import type { Shift } from './shift.ts'

/** What a service has more than before of something that callers suffer with it: waiting, or failures. */
export interface Excess {
  service: string
  shift: Shift
  /** For each row: the shift times the requests of a row, where they are known. */
  total: number
  /** `total` without what its callees account for. */
  own: number
  /** The callee that accounts for most of it. */
  through?: string
  /** Whether calls lead from the paged service to it over others that suffer; all where nobody was paged. */
  reached: boolean
}

/** What adds up. */
export interface Suffering {
  kinds: ReadonlySet<MetricKind>
  /** Words of the columns that add up over calls, such as avg. */
  preferred: readonly string[]
  /** What a row has more than before, given its requests. */
  amount(shift: Shift, requests: number): number
}

/** A callee accounts for a caller's excess when it moved at least so far. */
const moved = 3

/**
 * Own excess along the call graph. Waiting and failures add up over calls, so that seconds (or failures) a row can be
 * subtracted from one another, whatever the share of the traffic is that goes down an edge.
 */
export function excessesOf(
  shifts: readonly Shift[],
  { kinds, preferred, amount }: Suffering,
  graph: Graph,
  paged: string | undefined,
): Excess[] {
  const rates = ratesOf(shifts)
  const usualRate = rates.size === 0 ? 1 : mean([...rates.values()])
  const found = new Map<string, { shift: Shift; total: number }>()
  for (const [service, of] of Map.groupBy(shifts, ({ series }) => series.service)) {
    const shift = chosen(
      of.filter(({ series }) => kinds.has(series.kind)),
      preferred,
    )
    if (shift) found.set(service, { shift, total: amount(shift, rates.get(service) ?? usualRate) })
  }
  const suffers = (service: string): boolean => (found.get(service)?.shift.spreads ?? 0) >= moved
  const reached = paged === undefined ? undefined : new Set([paged, ...reachedFrom(graph, paged, suffers)])
  return Array.from(found, ([service, { shift, total }]) => {
    const callees = [...calleesOf(graph, service)]
      .filter(suffers)
      .map(callee => ({ callee, total: found.get(callee)?.total ?? 0 }))
      .sort((a, b) => b.total - a.total || (a.callee < b.callee ? -1 : 1))
    const below = callees.reduce((sum, callee) => sum + callee.total, 0)
    const [largest] = callees
    return {
      ...{ service, shift, total, own: Math.max(0, total - below) },
      ...(largest && { through: largest.callee }),
      reached: reached?.has(service) ?? true,
    }
  })
}

function chosen(shifts: readonly Shift[], preferred: readonly string[]): Shift | undefined {
  const adding = shifts.filter(({ series }) => wordsOf(series.name).some(word => preferred.includes(word)))
  const [strongest] = (adding.length > 0 ? adding : [...shifts]).toSorted(
    (a, b) => b.spreads - a.spreads || (a.series.name < b.series.name ? -1 : 1),
  )
  return strongest
}

/** Requests of a row after the onset. */
export function ratesOf(shifts: readonly Shift[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const { series, after } of shifts)
    if (series.kind === 'requests' && !found.has(series.service)) found.set(series.service, after)
  return found
}
