import { expect, test } from 'vitest'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import { isCalibrating } from '../../gates/judge/label-queue.ts'
import { memoryTelemetry } from '../../telemetry/memory.ts'
import { call } from '../../telemetry/telemetry.contract.ts'
import { scoreSummaries } from './score-statuses.ts'

const route = (status: object = {}) =>
  ({ metadata: { name: 'triage', namespace: 'support', uid: 'u' }, status }) as ModelRoute

test('a summary tells what scorers say and how far they stand for people, at most once a minute', async () => {
  const telemetry = memoryTelemetry()
  const summary = scoreSummaries(telemetry)
  expect(await summary(route(), 0)).toBeUndefined()
  const ids = Array.from({ length: 100 }, (_, i) => `c${i}`)
  const labelled = ids.filter(isCalibrating)
  await telemetry.append(
    ids.map(id => call(id)),
    [
      ...ids.map((id, i) => ({
        call: id,
        at: 1,
        source: 'scorer' as const,
        scores: { kind: Number(i % 3 > 0) },
      })),
      ...labelled.map(id => ({
        call: id,
        at: 2,
        source: 'person' as const,
        by: 'ada',
        scores: { correct: 1 },
      })),
    ],
  )
  expect(await summary(route(), 59_999)).toBeUndefined()
  const [kind] = (await summary(route(), 60_000)) ?? []
  expect(kind).toMatchObject({ name: 'kind', scored: 100, mean: 0.66, labels: labelled.length })
  expect(kind?.sensitivity?.value).toBeGreaterThan(0.3)
  expect(kind?.specificity).toBeUndefined()
  const before = route({ scores: [kind] })
  expect(await summary(before, 119_999)).toEqual([kind])
})
