import type { Answer, CallRecord, Unit } from '../../telemetry/telemetry.ts'

/** Scores of one kind, of a release and of the one it is compared with. */
export interface ScorePairs {
  paired: { before: number; after: number }[]
  before: number[]
  after: number[]
}

type ByScore = Map<string, ScorePairs>

/** One value a unit and arm: units are what chance draws. A unit that both answered is a pair. */
export function scoresOfUnits(units: readonly Unit[], found: ByScore = new Map()): ByScore {
  for (const { answers } of units) {
    const before = meanScores(answers.filter(({ arm }) => arm === 'stable'))
    const after = meanScores(answers.filter(({ arm }) => arm === 'candidate' || arm === 'shadow'))
    for (const name of new Set([...before.keys(), ...after.keys()]))
      put(found, name, before.get(name), after.get(name))
  }
  return found
}

/** Calls outside of rollouts: those with an equal input are a pair, by the digest of the input. */
export function scoresOfCalls(before: readonly CallRecord[], after: readonly CallRecord[]): ByScore {
  const found: ByScore = new Map()
  const [old, now] = [byInput(before), byInput(after)]
  for (const input of new Set([...old.keys(), ...now.keys()])) {
    const [a, b] = [meanScores(old.get(input) ?? []), meanScores(now.get(input) ?? [])]
    for (const name of new Set([...a.keys(), ...b.keys()])) put(found, name, a.get(name), b.get(name))
  }
  return found
}

function put(found: ByScore, name: string, before: number | undefined, after: number | undefined): void {
  const pairs = found.get(name) ?? { paired: [], before: [], after: [] }
  found.set(name, pairs)
  if (before !== undefined && after !== undefined) pairs.paired.push({ before, after })
  if (before !== undefined) pairs.before.push(before)
  if (after !== undefined) pairs.after.push(after)
}

function meanScores(
  answers: readonly Pick<Answer, 'scores'>[] | readonly Pick<CallRecord, 'scores'>[],
): Map<string, number> {
  const sums = new Map<string, { sum: number; n: number }>()
  for (const { scores = {} } of answers)
    for (const [name, score] of Object.entries(scores)) {
      if (!Number.isFinite(score)) continue
      const { sum, n } = sums.get(name) ?? { sum: 0, n: 0 }
      sums.set(name, { sum: sum + score, n: n + 1 })
    }
  return new Map([...sums].map(([name, { sum, n }]) => [name, sum / n]))
}

const byInput = (calls: readonly CallRecord[]): Map<string, CallRecord[]> =>
  Map.groupBy(calls, ({ inputDigest, id }) => inputDigest ?? id)
