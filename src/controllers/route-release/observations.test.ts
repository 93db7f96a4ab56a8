import { expect, test } from 'vitest'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { Answer, Unit } from '../../telemetry/telemetry.ts'
import { observationOf } from './observations.ts'

type Metrics = ModelRoute['spec']['rollout']['metrics']

const metrics = [
  { name: 'quality', from: 'score.correct', kind: 'quality' },
  { name: 'errors', from: 'response.error', kind: 'rare' },
  { name: 'latency', from: 'latencyMs', kind: 'quantile' },
  { name: 'cost', from: 'costUsd', kind: 'mean' },
] as unknown as Metrics
const answer = (arm: Answer['arm'], more: Partial<Answer> = {}): Answer => ({
  call: 'c',
  arm,
  at: 0,
  latencyMs: 10,
  scores: { correct: 1 },
  ...more,
})
const unit = (...answers: Answer[]): Unit => ({ unit: 'u', closedAt: 1, answers })
const none = () => undefined

test('in shadow a unit is a pair, or says nothing when one half is missing', () => {
  const pair = unit(answer('stable'), answer('shadow', { scores: { correct: 0 }, costUsd: 0.2 }))
  expect(observationOf(pair, metrics, none, true, 0)).toEqual({
    kind: 'paired',
    stable: { quality: 1, errors: 0, latency: 10, cost: null },
    candidate: { quality: 0, errors: 0, latency: 10, cost: 0.2 },
  })
  expect(observationOf(unit(answer('stable')), metrics, none, true, 0)).toBeUndefined()
})

test('in a percent step a unit belongs to the arm that served it, with its weight', () => {
  expect(observationOf(unit(answer('candidate')), metrics, none, false, 0.25)).toMatchObject({
    kind: 'single',
    arm: 'candidate',
    weight: 0.25,
    scores: { quality: 1 },
  })
  expect(observationOf(unit(), metrics, none, false, 0.25)).toBeUndefined()
})

test('several answers of a session are one observation: their mean, and an error if there is any', () => {
  const session = unit(
    answer('stable'),
    answer('stable', { scores: { correct: 0 }, latencyMs: 30 }),
    answer('stable', { error: 'provider_error', scores: {} }),
  )
  expect(observationOf(session, metrics, none, false, 0.5)).toMatchObject({
    scores: { quality: 1 / 3, errors: 1, latency: 20 },
  })
})

test('a missing score is null, a label is scored, a given score wins and is held within 0 and 1', () => {
  const quality = (more: Partial<Answer>, score: Parameters<typeof observationOf>[2] = none) => {
    const seen = observationOf(unit(answer('stable', more)), metrics, score, false, 0.5)
    return seen?.kind === 'single' ? seen.scores.quality : undefined
  }
  expect(quality({ scores: {} })).toBeNull()
  expect(
    quality({ scores: {}, label: 'yes', output: 'yes' }, (_, { output, expected }) =>
      output === expected ? 1 : 0,
    ),
  ).toBe(1)
  expect(quality({ scores: { correct: 7 } })).toBe(1)
  expect(quality({ scores: { correct: -7 } })).toBe(0)
  expect(quality({ scores: {}, error: 'provider_timeout' })).toBe(0)
})
