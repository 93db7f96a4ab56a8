import { expect, test } from 'vitest'
import { seededRandom } from '../lib/random.ts'
import { decide, type JudgeState, observe, startJudge, startPhase } from './judge.ts'
import type { Arm, Observation } from './observation.ts'
import type { Metric, RolloutPlan } from './rollout-plan.ts'
import { verdict } from './verdict.ts'

const quality: Metric = { kind: 'quality', name: 'quality', from: 'score.correct', margin: 0.05 }
const errors: Metric = { kind: 'rare', name: 'errors', from: 'response.error' }
const latency: Metric = { kind: 'quantile', name: 'latency', from: 'latencyMs', quantile: 0.95, limit: 2500 }
const cost: Metric = { kind: 'mean', name: 'cost', from: 'costUsd', margin: 0.2 }

const planOf = (metrics: Metric[], atMost: RolloutPlan['atMost'] = { units: 5000 }): RolloutPlan => ({
  metrics,
  alpha: 0.05,
  shadowAlpha: 0.1,
  steps: ['shadow', 5, 25, 50],
  atMost,
})
const pair = (stable: number | null, candidate: number | null, metric = 'quality'): Observation => ({
  kind: 'paired',
  stable: { [metric]: stable },
  candidate: { [metric]: candidate },
})
const single = (arm: Arm, value: number | null, weight = 0.5, metric = 'quality'): Observation => ({
  kind: 'single',
  arm,
  scores: { [metric]: value },
  weight,
})
const after = (plan: RolloutPlan, state: JudgeState, times: number, next: () => Observation): JudgeState => {
  for (let i = 0; i < times; i++) observe(plan, state, next())
  return state
}

test('no data never promotes: neither without units nor with units that have no score', () => {
  const plan = planOf([quality], { units: 300 })
  const state = startJudge(plan)
  expect(verdict(plan, state)).toMatchObject({
    decision: 'continue',
    reason: 'NoData',
    message: 'no unit of the candidate has closed in shadow yet',
  })
  after(plan, state, 299, () => pair(null, null))
  expect(decide(plan, state).decision).toBe('continue')
  after(plan, state, 1, () => pair(null, null))
  expect(decide(plan, state)).toEqual({ decision: 'hold', reason: 'BudgetUsedUp' })
})

test('a plan without a quality metric never promotes', () => {
  const plan = planOf([errors, latency], { units: 1000 })
  const state = after(plan, startJudge(plan), 1000, () => ({
    kind: 'paired',
    stable: { errors: 0, latency: 10 },
    candidate: { errors: 0, latency: 10 },
  }))
  expect(verdict(plan, state)).toMatchObject({ decision: 'hold', reason: 'BudgetUsedUp' })
  expect(verdict(plan, state).message).toContain('no quality metric, so nothing is promoted by itself')
})

test('equal answers promote, but not at once: zero variance is no instant verdict', () => {
  const plan = planOf([quality])
  const state = after(plan, startJudge(plan), 60, () => pair(1, 1))
  expect(decide(plan, state).decision).toBe('continue')
  after(plan, state, 60, () => pair(1, 1))
  expect(verdict(plan, state)).toMatchObject({ decision: 'promote', reason: 'NotWorse' })
  expect(verdict(plan, state).message).toBe(
    'quality: no worse than stable by 0.05 (1 against 1), evidence reached 20; 120 of 5,000 units in shadow',
  )
})

test('a worse candidate is rolled back, with metric, evidence, threshold and units in the message', () => {
  const plan = planOf([quality, errors])
  const state = startJudge(plan)
  let i = 0
  while (decide(plan, state).decision === 'continue') observe(plan, state, pair(1, i++ % 5 === 0 ? 0 : 1))
  expect(verdict(plan, state)).toMatchObject({ decision: 'rollback', reason: 'Worse' })
  expect(verdict(plan, state).message).toMatch(
    /^quality: the candidate is worse than stable by 0\.\d+ on average \(0\.\d+ against 1 in this step\); evidence reached 20 \(now \d+\.?\d*, alpha shared by 2 metrics\) after \d+ units of the candidate$/,
  )
})

test('a rollback stays a rollback whatever comes before somebody looks', () => {
  const plan = planOf([quality])
  const state = after(plan, startJudge(plan), 30, () => pair(1, 0))
  after(plan, state, 400, () => pair(0, 1))
  expect(decide(plan, state)).toEqual({ decision: 'rollback', reason: 'Worse', metric: 'quality' })
})

test('promotion is earned anew in each phase while evidence for a rollback goes on', () => {
  const plan = planOf([quality])
  const state = after(plan, startJudge(plan), 200, () => pair(1, 1))
  observe(plan, state, pair(1, 0))
  const [before] = verdict(plan, state).evidence
  const next = startPhase(plan, state, 5)
  expect(decide(plan, next).decision).toBe('continue')
  const [evidence] = verdict(plan, next).evidence
  expect(evidence?.rollback.e).toBe(before?.rollback.e)
  expect(evidence?.promote).toMatchObject({ e: 1, passed: false })
  expect(next.inPhase).toEqual({ stable: 0, candidate: 0 })
  expect(state.phase).toBe(1)
})

test('units that waited since an earlier phase count for a rollback only', () => {
  const plan = planOf([quality])
  const shadow = startJudge(plan)
  const canary = startPhase(plan, shadow, 50)
  observe(plan, canary, single('stable', 1))
  const later = startPhase(plan, canary, 50)
  observe(plan, later, single('candidate', 0))
  const [evidence] = verdict(plan, later).evidence
  expect(evidence?.n).toBe(1)
  expect(evidence?.rollback.e).toBeGreaterThan(1)
  expect(evidence?.promote?.e).toBe(1)
})

test('every quality metric must pass', () => {
  const plan = planOf([quality, { ...quality, name: 'tone' }], { units: 400 })
  const state = startJudge(plan)
  let i = 0
  while (decide(plan, state).decision === 'continue') {
    i++
    const tone = { stable: Number(i % 2 === 0), candidate: Number(i % 2 === 1) }
    observe(plan, state, {
      kind: 'paired',
      stable: { quality: 1, tone: tone.stable },
      candidate: { quality: 1, tone: tone.candidate },
    })
  }
  expect(decide(plan, state)).toEqual({ decision: 'hold', reason: 'BudgetUsedUp' })
})

test('hours and money end a step as units do', () => {
  const plan = planOf([quality], { units: 100, hours: 24, usd: 40 })
  const state = after(plan, startJudge(plan), 1, () => pair(1, 1))
  expect(decide(plan, state, { hours: 23, usd: 39 }).decision).toBe('continue')
  expect(decide(plan, state, { hours: 24 })).toEqual({ decision: 'hold', reason: 'BudgetUsedUp' })
  expect(decide(plan, state, { usd: 40 })).toEqual({ decision: 'hold', reason: 'BudgetUsedUp' })
})

test('unequal coverage holds, and the message gives both shares', () => {
  const plan = planOf([quality])
  const state = startJudge(plan)
  let i = 0
  while (decide(plan, state).decision === 'continue') observe(plan, state, pair(1, i++ % 2 === 0 ? null : 1))
  expect(verdict(plan, state)).toMatchObject({ decision: 'hold', reason: 'UnequalCoverage' })
  expect(verdict(plan, state).message).toMatch(
    /^quality has a score for 4\d\.?\d? % of the candidate's units and 100 % of stable's/,
  )
  expect(state.inPhase.candidate).toBeLessThan(60)
})

test('more errors than its share of traffic stop a candidate in shadow and under any weight', () => {
  const plan = planOf([quality, errors])
  const shadow = after(plan, startJudge(plan), 30, () => pair(0, 1, 'errors'))
  expect(decide(plan, shadow)).toMatchObject({ decision: 'rollback', metric: 'errors' })
  const both = after(plan, startJudge(plan), 3000, () => pair(1, 1, 'errors'))
  expect(verdict(plan, both).evidence[1]?.rollback.e).toBe(1)
  const canary = startPhase(plan, startJudge(plan), 5)
  after(plan, canary, 6, () => single('candidate', 1, 0.05, 'errors'))
  expect(decide(plan, canary)).toMatchObject({ decision: 'rollback', metric: 'errors' })
})

test('a latency quantile over its limit stops a candidate; stable latency does not matter', () => {
  const plan = planOf([quality, latency])
  const state = startPhase(plan, startJudge(plan), 50)
  after(plan, state, 500, () => single('stable', 9000, 0.5, 'latency'))
  after(plan, state, 100, () => single('candidate', 2500, 0.5, 'latency'))
  expect(decide(plan, state).decision).toBe('continue')
  after(plan, state, 40, () => single('candidate', 2501, 0.5, 'latency'))
  expect(verdict(plan, state)).toMatchObject({ decision: 'rollback', reason: 'Worse' })
  expect(verdict(plan, state).message).toContain(
    "latency: 71.4 % of the candidate's units are at or under 2500, needed are 95 %",
  )
})

test('a mean cost beyond its margin stops a candidate, one within it does not', () => {
  const random = seededRandom(1)
  const plan = planOf([cost])
  const costs = (times: number) =>
    after(plan, startJudge(plan), 3000, () => {
      const base = 0.001 * (0.5 + random())
      return pair(base, base * times * (0.9 + 0.2 * random()), 'cost')
    })
  expect(decide(plan, costs(2))).toMatchObject({ decision: 'rollback', metric: 'cost' })
  expect(decide(plan, costs(1.19)).decision).toBe('continue')
  expect(decide(plan, costs(1)).decision).toBe('continue')
})

test('a state that went through JSON after every unit gives the same verdict, byte for byte', () => {
  const random = seededRandom(9)
  const plan = planOf([quality, errors, latency, cost])
  const unit = (): Observation => ({
    kind: 'single',
    arm: random() < 0.25 ? 'candidate' : 'stable',
    scores: {
      quality: random() < 0.4 ? null : Number(random() < 0.9),
      errors: Number(random() < 0.05),
      latency: 3000 * random(),
      cost: 0.01 * random(),
    },
    weight: 0.25,
  })
  const units = Array.from({ length: 500 }, unit)
  const whole = startPhase(plan, startJudge(plan), 25)
  let stored = startPhase(plan, startJudge(plan), 25)
  for (const next of units) {
    observe(plan, whole, next)
    stored = observe(plan, JSON.parse(JSON.stringify(stored)), next)
  }
  expect(JSON.stringify(stored)).toBe(JSON.stringify(whole))
  expect(JSON.stringify(verdict(plan, stored))).toBe(JSON.stringify(verdict(plan, whole)))
  expect(JSON.parse(JSON.stringify(verdict(plan, whole)))).toEqual(verdict(plan, whole))
  expect(JSON.stringify(stored).length).toBeLessThan(8000)
})

test('evidence can not be carried over to a changed plan', () => {
  const plan = planOf([quality])
  const state = startJudge(plan)
  const changed = planOf([{ ...quality, margin: 0.1 }])
  expect(() => verdict(changed, state)).toThrow('the rollout plan was changed after its first unit')
  expect(() => startPhase({ ...plan, alpha: 0.1 }, state, 5)).toThrow('start the rollout anew')
  expect(verdict({ ...plan, atMost: { units: 9 } }, state).decision).toBe('continue')
})

test('a plan that states no computable test is refused by the name of its field', () => {
  const wrong = (metric: Metric) => () => startJudge(planOf([metric]))
  expect(wrong({ ...quality, margin: 1 } as Metric)).toThrow('metric quality: margin must lie in [0, 1)')
  expect(wrong({ ...latency, limit: 0 } as Metric)).toThrow(
    'metric latency: a quantile needs a limit above 0',
  )
  expect(() => startJudge(planOf([quality, quality]))).toThrow('two metrics have the same name')
  expect(() => startJudge({ ...planOf([quality]), steps: [100] })).toThrow('a step must be shadow or percent')
  expect(() => startJudge({ ...planOf([quality]), alpha: 0 })).toThrow('alpha must lie between 0 and 1')
})

test('a quality score outside [0, 1] is refused, and no number at all counts as missing', () => {
  const plan = planOf([quality])
  expect(() => observe(plan, startJudge(plan), pair(1, 1.2))).toThrow(
    'metric quality: a quality score must lie in',
  )
  const state = observe(plan, startJudge(plan), pair(Number.NaN, 1))
  expect(verdict(plan, state).evidence[0]).toMatchObject({ n: 0, coverage: { stable: 0, candidate: 1 } })
})
