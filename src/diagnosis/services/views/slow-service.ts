import { type Excess, excessesOf, ratesOf, type Suffering } from '../excess.ts'
import type { Scene } from '../scene.ts'
import { wordsFor } from './saturation.ts'
import { nothing, type Seen, type Suspect, saturating, sortedSuspects, type View } from './view.ts'

const waiting: Suffering = {
  kinds: new Set(['latency']),
  preferred: ['avg', 'mean', 'average'],
  amount: ({ by }, requests) => by * requests,
}
/** Departures below this are usual, and waiting below this share of the paged service's time is no reason to be paged. */
const least = { spreads: 3, share: 0.02 } as const
const half = { spreads: 3, share: 0.04 } as const
/** What no call leads to from the paged service is hardly why it was paged. */
const unreached = 0.1

/** A service that answers later than before for no reason that its callees give, by metrics. */
export const slowService: View = {
  name: 'slow-service',
  alerts: ['latency'],
  look(scene): Seen {
    const { shifts, graph, paged, traces } = scene
    const excesses = excessesOf(shifts, waiting, graph, paged)
    const whole = wholeOf(scene, excesses)
    const far = excesses.filter(({ shift }) => shift.spreads >= least.spreads)
    if (far.length === 0) return nothing
    const suspects = sortedSuspects(far.map(excess => suspectOf(excess, whole)))
    const relevance = Math.max(
      0,
      ...far
        .filter(({ service }) => service === suspects[0]?.service)
        .filter(({ own, reached }) => reached && own / whole >= least.share)
        .map(
          ({ own, shift }) => saturating(shift.spreads, half.spreads) * saturating(own / whole, half.share),
        ),
    )
    // Spans tell it call by call; rows of metrics only that some were slow.
    const told = traces.counts[0] > 0 && traces.counts[1] > 0
    return { relevance: told ? relevance * 0.4 : relevance, suspects }
  },
}

/** The time that the paged service took in a row before; of nobody paged, what all together take more. */
function wholeOf({ paged, shifts }: Scene, excesses: readonly Excess[]): number {
  const of = excesses.find(({ service }) => service === paged)
  const total = excesses.reduce((sum, { total }) => sum + total, 0)
  const rates = ratesOf(shifts)
  const usual = of && of.shift.before * (rates.get(of.service) ?? 1)
  return Math.max(usual ?? total, Number.MIN_VALUE)
}

function suspectOf({ service, shift, own, total, through, reached }: Excess, whole: number): Suspect {
  const mostlyBelow = own < total / 2
  return {
    service,
    rule: 'own-latency',
    class: 'latency',
    score: (own / whole + 1e-3 * saturating(total / whole, 1)) * (reached ? 1 : unreached),
    what: `${wordsFor(shift)}${
      mostlyBelow && through ? `, most of it spent in ${through}` : ', and no callee accounts for it'
    }`,
    evidence: [{ source: shift.series.source, detail: wordsFor(shift) }],
    ...(mostlyBelow &&
      through && {
        against: [
          { source: shift.series.source, detail: `its callee ${through} accounts for most of the waiting` },
        ],
      }),
    ...(shift.since !== undefined && { since: shift.since }),
  }
}
