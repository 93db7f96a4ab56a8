import { blockSize } from './blocks.ts'
import type { QualityMetric, RolloutPlan, Step } from './rollout-plan.ts'
import { expectedStop, MIXTURE_COST } from './statistics/betting.ts'

/**
 * Units of the candidate that an equal candidate is expected to need for one quality metric in one step: the closed form of
 * the optimal bet times what the mixture costs, over the share of units that get a score.
 */
export function expectedUnits(
  { alpha }: RolloutPlan,
  { margin }: QualityMetric,
  { quality, coverage }: { quality: number; coverage: number },
  step: Step,
): number {
  const distribution =
    step === 'shadow'
      ? pairedDifferences(pairedRates(quality, 0))
      : blockDifferences(quality, {
          stable: blockSize('stable', step / 100),
          candidate: blockSize('candidate', step / 100),
        })
  const comparisons = expectedStop(distribution, { m: -margin, alpha }) * MIXTURE_COST
  const unitsEach = step === 'shadow' ? 1 : blockSize('candidate', step / 100)
  return (comparisons * unitsEach) / coverage
}

/**
 * How often only one of two releases answers an input right: half as often as if their errors were independent,
 * since what is hard for one is mostly hard for the other; with that, quality .90 gives .045 each way.
 */
export function pairedRates(quality: number, loss: number): { regress: number; improve: number } {
  const improve = Math.min(quality * (1 - quality), 1 - quality, quality - loss) / 2
  return { regress: Math.min(quality, improve + loss), improve: Math.max(0, improve) }
}

type Distribution = { value: number; probability: number }[]

const pairedDifferences = ({ regress, improve }: { regress: number; improve: number }): Distribution => [
  { value: -1, probability: regress },
  { value: 1, probability: improve },
  { value: 0, probability: 1 - regress - improve },
]

/** Mean of a candidate block minus mean of a stable block, both with the same share of right answers. */
function blockDifferences(quality: number, size: { stable: number; candidate: number }): Distribution {
  const [stable, candidate] = [binomial(size.stable, quality), binomial(size.candidate, quality)]
  return candidate.flatMap((p, i) =>
    stable.map((q, j) => ({ value: i / size.candidate - j / size.stable, probability: p * q })),
  )
}

function binomial(n: number, p: number): number[] {
  const probabilities = [(1 - p) ** n]
  for (let k = 1; k <= n; k++)
    probabilities.push(((probabilities[k - 1] ?? 0) * (n - k + 1) * p) / (k * (1 - p)))
  return probabilities
}
