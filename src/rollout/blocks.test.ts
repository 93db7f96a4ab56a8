import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockSize, compareNext, startPairing } from './blocks.ts'
import type { Arm } from './observation.ts'

test('one unit of the smaller arm is set against as many of the larger as the traffic shares say', () => {
  expect(blockSize('stable', 0.05)).toBe(19)
  expect(blockSize('candidate', 0.05)).toBe(1)
  expect(blockSize('stable', 0.25)).toBe(3)
  expect(blockSize('stable', 0.5)).toBe(1)
  expect(blockSize('candidate', 0.8)).toBe(4)
  const pairing = startPairing()
  expect(compareNext(pairing, 'candidate', 1, 0.25, 1)).toBeUndefined()
  expect(compareNext(pairing, 'stable', 1, 0.25, 1)).toBeUndefined()
  expect(compareNext(pairing, 'stable', 0, 0.25, 1)).toBeUndefined()
  expect(compareNext(pairing, 'stable', 0.5, 0.25, 1)).toEqual({ stable: 0.5, candidate: 1, phase: 1 })
})

test('which units meet depends on arms and weights only, each unit is used at most once, and few wait', () => {
  const unit = fc.record({
    arm: fc.constantFrom<Arm>('stable', 'candidate'),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(
      fc.array(unit, { maxLength: 300 }),
      fc.constantFrom(0.05, 0.25, 0.5, 0.75),
      (units, weight) => {
        const [a, b] = [startPairing(), startPairing()]
        let compared = 0
        for (const { arm, value } of units) {
          const one = compareNext(a, arm, value, weight, 1)
          const other = compareNext(b, arm, 1 - value, weight, 1)
          expect(one === undefined).toBe(other === undefined)
          compared += Number(one !== undefined)
          for (const arm of ['stable', 'candidate'] as const)
            expect(a[arm].waiting.length).toBeLessThanOrEqual(32)
        }
        for (const arm of ['stable', 'candidate'] as const) {
          const arrived = units.filter(unit => unit.arm === arm).length
          expect(compared * blockSize(arm, weight)).toBeLessThanOrEqual(arrived)
        }
      },
    ),
  )
})
