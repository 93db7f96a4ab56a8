import type { MetricKind } from '../metric-kind.ts'
import { rankAveraged, type Shift } from '../shift.ts'
import { clockText, type Seen, type Suspect, saturating, sortedSuspects, type View } from './view.ts'

type Resource = 'cpu' | 'memory' | 'disk'
const resources: ReadonlySet<MetricKind> = new Set<Resource>(['cpu', 'memory', 'disk'])
/** Smaller departures are usual. */
const fewestSpreads = 1.5
/** CPU and disk that rise by four times the smallest change worth a look (20 points), memory that doubles: half relevant. */
const half = { floors: 4, growth: 1 } as const
/** What rose first is likelier the cause, by this factor at most. */
const firstBonus = 1.1

/** CPU, memory or disk of a service used up. Whoever hogs them moves first and most; others follow by its slowness. */
export const saturation: View = {
  name: 'saturation',
  look({ shifts }): Seen {
    const used = shifts.filter(
      ({ series, spreads }) => resources.has(series.kind) && spreads >= fewestSpreads,
    )
    const ranks = rankAveraged(shifts)
    const firsts = firstsOf(shifts)
    const suspects = sortedSuspects(
      [...Map.groupBy(used, ({ series }) => series.service)].map(([service, of]) =>
        suspectOf(service, of, ranks, firsts),
      ),
    )
    const [top] = suspects
    const relevance = Math.max(0, ...used.filter(s => s.series.service === top?.service).map(severity))
    return { relevance, suspects }
  },
}

function suspectOf(
  service: string,
  shifts: readonly Shift[],
  ranks: ReadonlyMap<Shift, number>,
  firsts: ReadonlyMap<string, number>,
): Suspect {
  const strong = shifts.toSorted((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0) || b.spreads - a.spreads)
  // Filling memory costs CPU as well, while CPU that is hogged takes no memory.
  const leaking = strong.find(({ series, by, before }) => series.kind === 'memory' && by >= before)
  const shift = leaking ?? strong[0]
  if (!shift) throw new Error('a service without metrics is no suspect')
  const { kind } = shift.series
  const { since = Number.POSITIVE_INFINITY } = shift
  const others = Math.min(
    ...[...firsts].map(([other, at]) => (other === service ? Number.POSITIVE_INFINITY : at)),
  )
  return {
    service,
    rule: `${kind}-saturation`,
    class: kind === 'memory' || kind === 'disk' ? kind : 'cpu',
    // Of equal ranks the one that is more of a shortage goes first.
    score: ((ranks.get(strong[0] ?? shift) ?? 0) + severity(shift)) * (since <= others ? firstBonus : 1),
    what: `${wordsFor(shift)}${since < others ? ', before any other service moved' : ''}`,
    evidence: strong.slice(0, 3).map(one => ({ source: one.series.source, detail: wordsFor(one) })),
    ...(shift.since !== undefined && { since: shift.since }),
  }
}

/** When each service first left what was usual, by any metric. */
function firstsOf(shifts: readonly Shift[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const { series, since, spreads } of shifts)
    if (since !== undefined && spreads >= fewestSpreads)
      found.set(series.service, Math.min(since, found.get(series.service) ?? since))
  return found
}

/** How much of a shortage it is, from 0 to 1. */
const severity = ({ series, by, before }: Shift): number =>
  series.kind === 'memory'
    ? saturating(by / Math.max(Math.abs(before), series.unit.floor), half.growth)
    : saturating(by / series.unit.floor, half.floors)

/** A metric and how it moved, with numbers and the time. */
export const wordsFor = ({ series, before, after, since }: Shift): string =>
  `${series.name} ${after >= before ? 'rose' : 'fell'} from ${series.unit.text(before)} to ${series.unit.text(after)}${
    since === undefined ? '' : ` at ${clockText(since)}`
  }`
