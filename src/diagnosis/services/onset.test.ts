import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onsetOf } from './onset.ts'
import { seriesOf } from './series.ts'
import { ONSET, tablesOf } from './services.world.ts'

const moving = (share: number) =>
  seriesOf(
    tablesOf(
      Array.from({ length: 10 }, (_, i) => ({
        ...{ service: `s${i}`, name: 'cpu', before: 20, noise: 3 },
        after: i < share * 10 ? 40 : 20,
      })),
    ),
  )

test('finds when most moved, whenever it was detected', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 25 }),
      fc.double({ min: 0.3, max: 1, noNaN: true }),
      (late, share) => {
        const detectedAt = ONSET + late * 10_000
        expect(onsetOf({ detectedAt, alerts: [] }, moving(share))).toBe(ONSET)
      },
    ),
    { numRuns: 40 },
  )
})

test('takes what was told where nothing moved, and where there are no metrics', () => {
  expect(onsetOf({ detectedAt: ONSET + 7, alerts: [] }, moving(0))).toBe(ONSET + 7)
  expect(onsetOf({ startedAt: ONSET - 3, alerts: [] }, [])).toBe(ONSET - 3)
  expect(onsetOf({ alerts: [] }, [])).toBeUndefined()
})

test('needs no hint where the change is plain', () => {
  expect(onsetOf({ alerts: [] }, moving(1))).toBe(ONSET)
})
