import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../lib/random.ts'
import { decide, observe, startJudge, startPhase } from './judge.ts'
import type { Arm, Observation } from './observation.ts'
import type { RolloutPlan, Step } from './rollout-plan.ts'

/**
 * Error rates of the judge under what real feedback does: any traffic share, missing at random and unequally, late, in
 * clusters, and missing exactly where it is bad. Looked at after every unit.
 */
const planOf = (units: number, steps: Step[] = ['shadow']): RolloutPlan => ({
  metrics: [{ kind: 'quality', name: 'quality', from: 'score.correct', margin: 0.05 }],
  alpha: 0.05,
  shadowAlpha: 0.05,
  steps,
  atMost: { units },
})

/** alpha plus three standard deviations of so many runs. */
const bound = (runs: number) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs)

interface Shares {
  promote: number
  rollback: number
  hold: number
}

/** One step of many rollouts. `next` draws units; `budget` counts units of the candidate. */
function shares(
  step: Step,
  next: (random: Random) => Observation,
  { runs = 300, budget = 600, seed = 1 } = {},
): Shares {
  const random = seededRandom(seed)
  const plan = planOf(budget, [step])
  const ends = { promote: 0, rollback: 0, hold: 0, continue: 0 }
  for (let run = 0; run < runs; run++) {
    const state = startJudge(plan)
    let { decision } = decide(plan, state)
    while (decision === 'continue') decision = decide(plan, observe(plan, state, next(random))).decision
    ends[decision] += 1
  }
  return { promote: ends.promote / runs, rollback: ends.rollback / runs, hold: ends.hold / runs }
}

const right = (random: Random, p: number) => Number(random() < p)
const sometimes = (random: Random, coverage: number, value: number) => (random() < coverage ? value : null)

/** Units of a canary: each arm has its quality and its coverage, missing at random. */
const canary =
  (
    weight: number,
    quality: Record<Arm, number>,
    coverage: Record<Arm, number> = { stable: 1, candidate: 1 },
  ) =>
  (random: Random): Observation => {
    const arm: Arm = random() < weight ? 'candidate' : 'stable'
    const value = sometimes(random, coverage[arm], right(random, quality[arm]))
    return { kind: 'single', arm, scores: { quality: value }, weight }
  }
const equal = { stable: 0.9, candidate: 0.9 }
const worse = { stable: 0.9, candidate: 0.85 }

for (const weight of [0.05, 0.25, 0.5, 0.8])
  test(`at ${weight * 100} % of traffic an equal candidate is kept and a worse one is not promoted`, () => {
    const runs = weight < 0.1 ? 120 : 300
    const budget = weight > 0.5 ? 2400 : 600
    const fair = shares(weight * 100, canary(weight, equal), { runs, budget })
    expect(fair.rollback).toBeLessThanOrEqual(bound(runs))
    const bad = shares(weight * 100, canary(weight, worse), { runs, budget })
    expect(bad.promote).toBeLessThanOrEqual(bound(runs))
    expect(bad.rollback).toBeGreaterThan(0.3)
  })

test('scores that are missing at random, unequally, do not raise the error rates', () => {
  const coverage = { stable: 0.6, candidate: 0.5 }
  const fair = shares(50, canary(0.5, equal, coverage), { budget: 1500 })
  expect(fair.rollback).toBeLessThanOrEqual(bound(300))
  const bad = shares(50, canary(0.5, worse, coverage), { budget: 1500 })
  expect(bad.promote).toBeLessThanOrEqual(bound(300))
})

test('a third of the labels, equal on both arms, still promotes an equal candidate', () => {
  const labelled = (random: Random): Observation => {
    const both = random() < 0.33
    const draw = random()
    const of = (value: number) => ({ quality: both ? value : null })
    return {
      kind: 'paired',
      stable: of(Number(draw >= 0.02)),
      candidate: of(Number(draw < 0.02 || draw >= 0.04)),
    }
  }
  expect(shares('shadow', labelled, { budget: 2000, runs: 150 }).promote).toBeGreaterThan(0.9)
})

test('a candidate whose bad answers get no feedback is held, not promoted', () => {
  const hiding = (random: Random): Observation => {
    const arm: Arm = random() < 0.5 ? 'candidate' : 'stable'
    const value = right(random, arm === 'stable' ? 0.9 : 0.8)
    const hidden = arm === 'candidate' && value === 0 && random() < 0.6
    return { kind: 'single', arm, scores: { quality: hidden ? null : value }, weight: 0.5 }
  }
  const found = shares(50, hiding, { budget: 2000 })
  expect(found.promote).toBeLessThanOrEqual(bound(300))
  expect(found.hold).toBeGreaterThan(0.9)
})

test('equal coverage is called unequal at most at alpha', () => {
  const coverage = { stable: 0.33, candidate: 0.33 }
  const coin = { stable: 0.5, candidate: 0.5 }
  const random = seededRandom(5)
  const plan = planOf(1000, [50])
  let called = 0
  for (let run = 0; run < 200; run++) {
    const state = startJudge(plan)
    const next = canary(0.5, coin, coverage)
    while (state.inPhase.candidate < 1000) observe(plan, state, next(random))
    called += Number(state.metrics.some(metric => metric.kind === 'quality' && metric.coverage.uneven))
  }
  expect(called / 200).toBeLessThanOrEqual(bound(200))
})

test('feedback that comes late and in another order does not raise the error rates', () => {
  // Fifty units are open at any time; which of them closes next is random, and three in ten close without a score.
  const late = (quality: Record<Arm, number>) => {
    const open: Observation[] = []
    const arrive = canary(0.25, quality, { stable: 0.7, candidate: 0.7 })
    return (random: Random): Observation => {
      while (open.length < 50) open.push(arrive(random))
      return open.splice(Math.floor(random() * open.length), 1)[0] ?? arrive(random)
    }
  }
  expect(shares(25, late(equal), { runs: 200, budget: 400 }).rollback).toBeLessThanOrEqual(bound(200))
  expect(shares(25, late(worse), { runs: 200, budget: 400 }).promote).toBeLessThanOrEqual(bound(200))
})

test('quality that changes over the day for both arms is not mistaken for a difference', () => {
  let unit = 0
  const daily = (random: Random): Observation => {
    const quality = 0.8 + 0.15 * Math.sin((unit++ * 2 * Math.PI) / 700)
    return canary(0.25, { stable: quality, candidate: quality })(random)
  }
  expect(shares(25, daily).rollback).toBeLessThanOrEqual(bound(300))
})

test('sessions as units keep the error rate; their single requests would not', () => {
  // Ten requests a session; a session is easy or hard, so its requests succeed or fail together.
  const sessions = (random: Random) => {
    const p = random() < 0.5 ? 0.98 : 0.4
    return Array.from({ length: 10 }, () => right(random, p))
  }
  const arm = (index: number): Arm => (index % 2 === 0 ? 'stable' : 'candidate')
  let session = 0
  const bySession = (random: Random): Observation => {
    const results = sessions(random)
    const mean = results.reduce((sum, value) => sum + value, 0) / results.length
    return { kind: 'single', arm: arm(session++), scores: { quality: mean }, weight: 0.5 }
  }
  expect(shares(50, bySession, { budget: 300 }).rollback).toBeLessThanOrEqual(bound(300))

  const waiting: Observation[] = []
  const byRequest = (random: Random): Observation => {
    if (waiting.length === 0) {
      const [one, two] = [sessions(random), sessions(random)]
      for (const [i, value] of one.entries())
        for (const [name, score] of [
          ['stable', value],
          ['candidate', two[i] ?? 0],
        ] as const)
          waiting.push({ kind: 'single', arm: name, scores: { quality: score }, weight: 0.5 })
    }
    return waiting.shift() ?? bySession(random)
  }
  const requests = shares(50, byRequest, { budget: 3000, runs: 200 })
  expect(requests.rollback).toBeGreaterThan(0.2)
})

test('over all phases of a rollout an equal candidate is rolled back at most at alpha', () => {
  const random = seededRandom(21)
  const plan = planOf(500, ['shadow', 25, 50])
  let rolledBack = 0
  for (let run = 0; run < 200; run++) {
    let state = startJudge(plan)
    for (const [index, step] of plan.steps.entries()) {
      if (index > 0) state = startPhase(plan, state, step)
      const next = step === 'shadow' ? paired(0.04, 0.04) : canary(step / 100, equal)
      // Also where a person promotes every hold.
      while (state.inPhase.candidate < 500 && !state.stopped) observe(plan, state, next(random))
    }
    rolledBack += Number(state.stopped !== undefined)
  }
  expect(rolledBack / 200).toBeLessThanOrEqual(bound(200))
})

const paired =
  (regress: number, improve: number) =>
  (random: Random): Observation => {
    const draw = random()
    return {
      kind: 'paired',
      stable: { quality: Number(draw >= improve) },
      candidate: { quality: Number(draw < improve || draw >= improve + regress) },
    }
  }
