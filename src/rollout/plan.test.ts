import { expect, test } from 'vitest'
import { forecastRollout } from './plan.ts'
import type { RolloutPlan } from './rollout-plan.ts'

const plan: RolloutPlan = {
  metrics: [{ kind: 'quality', name: 'quality', from: 'score.correct', margin: 0.05 }],
  alpha: 0.05,
  shadowAlpha: 0.1,
  steps: ['shadow', 50],
  atMost: { units: 5000, hours: 24 },
}

test('a forecast says that an equal candidate is promoted and one worse by the margin is not', () => {
  const forecast = forecastRollout(plan, { quality: 0.9, coverage: 1, unitsPerHour: 5000 })
  expect(forecast.equal.promote).toBeGreaterThan(0.85)
  expect(forecast.worse.promote).toBeLessThan(0.1)
  expect(forecast.worse.rollback).toBeGreaterThan(0.85)
  expect(forecast.steps.map(({ units }) => Math.round(units))).toEqual([357, 662])
  expect(forecast.lines[0]).toMatch(/^if as good as stable: promoted \d+ %, held/)
})

test('what the closed form says an equal candidate needs is what it needs, within a third', () => {
  for (const step of ['shadow', 50] as const) {
    const one = { ...plan, steps: [step], atMost: { units: 4000 } }
    const { equal, steps } = forecastRollout(one, { quality: 0.9, coverage: 1, unitsPerHour: 5000 })
    expect(equal.units / (steps[0]?.units ?? 0)).toBeGreaterThan(2 / 3)
    expect(equal.units / (steps[0]?.units ?? 0)).toBeLessThan(4 / 3)
  }
})

test('a step that the traffic can not finish is said before it starts', () => {
  const forecast = forecastRollout({ ...plan, steps: [5] }, { quality: 0.9, coverage: 0.5, unitsPerHour: 10 })
  expect(forecast.equal.hold).toBeGreaterThan(0.9)
  expect(forecast.lines).toContain(
    '5 % will probably end in a hold: the traffic brings in 24 hours 12 units of the candidate',
  )
})

test('without traffic there are no odds, and without a quality metric no promotion', () => {
  const quiet = forecastRollout(plan, { quality: 0.9, coverage: 1, unitsPerHour: 0 })
  expect(quiet.lines.at(-1)).toBe('no traffic is known yet, so there are no odds')
  const guards: RolloutPlan = { ...plan, metrics: [{ kind: 'rare', name: 'errors', from: 'response.error' }] }
  const { lines } = forecastRollout(guards, { quality: 0.9, coverage: 1, unitsPerHour: 10 })
  expect(lines).toEqual([
    'no quality metric: nothing is promoted by itself, guards can only stop; a person decides',
  ])
})

test('equal seeds give equal forecasts', () => {
  const assumed = { quality: 0.9, coverage: 0.5, unitsPerHour: 200 }
  const short = { ...plan, steps: ['shadow' as const], atMost: { units: 100 } }
  expect(forecastRollout(short, assumed, 4)).toEqual(forecastRollout(short, assumed, 4))
})

test('impossible assumptions are refused', () => {
  expect(() => forecastRollout(plan, { quality: 1, coverage: 1, unitsPerHour: 1 })).toThrow(
    'quality must lie',
  )
  expect(() => forecastRollout(plan, { quality: 0.9, coverage: 0, unitsPerHour: 1 })).toThrow(
    'coverage must lie',
  )
})
