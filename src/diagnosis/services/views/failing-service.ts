import { type Excess, excessesOf, ratesOf, type Suffering } from '../excess.ts'
import type { Scene } from '../scene.ts'
import type { Shift } from '../shift.ts'
import { wordsFor } from './saturation.ts'
import { nothing, type Seen, type Suspect, saturating, sortedSuspects, type View } from './view.ts'

const failing: Suffering = {
  kinds: new Set(['availability', 'errors']),
  preferred: [],
  amount: ({ by, series }, requests) =>
    series.unit.share === undefined ? by : by * series.unit.share * requests,
}
/** Failed requests that must be seen, and the share of the paged service's requests that they must be. */
const least = { failures: 5, share: 0.003, spreads: 1.5 } as const
const half = { failures: 5, share: 0.005 } as const
const unreached = 0.1

/** A service that fails requests which its callees do not fail, by metrics. */
export const failingService: View = {
  name: 'failing-service',
  alerts: ['errors', 'availability'],
  look(scene): Seen {
    const { shifts, graph, paged } = scene
    const all = excessesOf(shifts, failing, graph, paged).filter(
      ({ shift }) => shift.spreads >= least.spreads,
    )
    if (all.length === 0) return nothing
    const whole = wholeOf(scene, all)
    const suspects = sortedSuspects(all.map(excess => suspectOf(excess, whole)))
    const relevance = Math.max(
      0,
      ...all
        .filter(({ service, reached }) => reached && service === suspects[0]?.service)
        .map(excess => relevanceOf(excess, whole)),
    )
    return { relevance, suspects }
  },
}

function relevanceOf({ own, shift }: Excess, whole: number): number {
  const failures = own * shift.rows
  if (failures < least.failures || own / whole < least.share) return 0
  return saturating(failures, half.failures) * saturating(own / whole, half.share)
}

/** Requests of the paged service in a row; of nobody paged, those of the busiest. */
function wholeOf({ paged, shifts }: Scene, excesses: readonly Excess[]): number {
  const rates = ratesOf(shifts)
  const busiest = Math.max(0, ...excesses.map(({ service }) => rates.get(service) ?? 0))
  const asked = (paged === undefined ? undefined : rates.get(paged)) ?? busiest
  return asked > 0 ? asked : Math.max(1, ...excesses.map(({ shift }) => sizeOf(shift)))
}

/** Where nobody counts requests, failures are held against all failures. */
const sizeOf = ({ before, after, series }: Shift): number =>
  series.unit.share === undefined ? Math.abs(before) + Math.abs(after) : 1

function suspectOf({ service, shift, own, total, through, reached }: Excess, whole: number): Suspect {
  const mostlyBelow = own < total / 2 && through !== undefined
  return {
    service,
    rule: 'error-origin',
    class: 'error',
    score: (own / whole + 1e-3 * saturating(total / whole, 1)) * (reached ? 1 : unreached),
    what: `${wordsFor(shift)}${
      mostlyBelow ? `, most of it failures of ${through}` : ', and no callee fails as much'
    }`,
    evidence: [{ source: shift.series.source, detail: wordsFor(shift) }],
    ...(mostlyBelow && {
      against: [{ source: shift.series.source, detail: `its callee ${through} fails as many requests` }],
    }),
    ...(shift.since !== undefined && { since: shift.since }),
  }
}
