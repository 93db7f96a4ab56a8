import { expect, test } from 'vitest'
import { seededRandom } from '../lib/random.ts'
import type { RolloutPlan } from './rollout-plan.ts'
import { type Feedback, SCORE, simulateRun, summarise } from './simulation.ts'

function simulate(quality: Feedback['quality'], units: number, runs: number, margin = 0.05) {
  const plan: RolloutPlan = {
    metrics: [{ kind: 'quality', name: SCORE, from: 'score.score', margin }],
    alpha: 0.05,
    shadowAlpha: 0.05,
    steps: [quality.kind === 'paired' ? 'shadow' : 50],
    atMost: { units },
  }
  const random = seededRandom(1)
  const feedback = { quality, coverage: { stable: 1, candidate: 1 } }
  return summarise(Array.from({ length: runs }, () => simulateRun(plan, feedback, random)))
}

test('three outcomes at a margin of 5 points and 600 pairs come out as published, within 3 points', () => {
  const equal = simulate({ kind: 'paired', regress: 0.03, improve: 0.03 }, 600, 1000)
  expect(Math.abs(equal.promote - 0.975)).toBeLessThanOrEqual(0.03)
  expect(Math.abs(equal.rollback - 0.012)).toBeLessThanOrEqual(0.03)
  const worse = simulate({ kind: 'paired', regress: 0.08, improve: 0.03 }, 600, 1000)
  expect(Math.abs(worse.promote - 0.011)).toBeLessThanOrEqual(0.03)
  expect(Math.abs(worse.rollback - 0.82)).toBeLessThanOrEqual(0.03)
  expect(Math.abs(worse.hold - 0.17)).toBeLessThanOrEqual(0.03)
})

test('a drop from .90 to .85 is stopped within 800 units an arm, one of 10 to 5 % within 560 pairs, on average', () => {
  const unpaired = simulate({ kind: 'unpaired', baseline: 0.9, candidate: 0.85 }, 3000, 400)
  expect(unpaired.rollback).toBeGreaterThan(0.9)
  expect(unpaired.samples).toBeLessThanOrEqual(800)
  const paired = simulate({ kind: 'paired', regress: 0.1, improve: 0.05 }, 3000, 400)
  expect(paired.rollback).toBeGreaterThan(0.9)
  expect(paired.samples).toBeLessThanOrEqual(560)
})

test('equal seeds give equal runs', () => {
  const quality = { kind: 'unpaired' as const, baseline: 0.9, candidate: 0.88 }
  expect(simulate(quality, 300, 20)).toEqual(simulate(quality, 300, 20))
})
