import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../../lib/random.ts'
import { calibrate, share } from './calibration.ts'

const pairs = (good: number, ofGood: number, bad: number, ofBad: number) => [
  ...Array.from({ length: ofGood }, (_, i) => ({ person: 1, scorer: Number(i < good) })),
  ...Array.from({ length: ofBad }, (_, i) => ({ person: 0, scorer: Number(i >= bad) })),
]

test('sensitivity and specificity of .9 correct a rate and say that 1.56 times the samples are needed', () => {
  const live = Array.from({ length: 100 }, (_, i) => Number(i < 82))
  const { sensitivity, specificity, observed, corrected, inflation, labels } = calibrate(
    pairs(90, 100, 90, 100),
    live,
  )
  expect(labels).toBe(200)
  expect(sensitivity).toMatchObject({ value: 0.9, of: 100 })
  expect(specificity).toMatchObject({ value: 0.9, of: 100 })
  expect(observed?.value).toBe(0.82)
  expect(corrected?.value).toBeCloseTo(0.9, 10)
  expect(inflation).toBeCloseTo(1.5625, 10)
})

test('a share has the interval of Wilson', () => {
  const { low = 0, high = 0 } = share(81, 263) ?? {}
  // Newcombe 1998, table I: 81 of 263.
  expect([low, high].map(value => Number(value.toFixed(4)))).toEqual([0.2553, 0.3662])
  expect(share(0, 0)).toBeUndefined()
})

test('a scorer that is no better than chance corrects nothing', () => {
  const { corrected, inflation, observed } = calibrate(pairs(5, 10, 5, 10), [1, 0])
  expect({ corrected, inflation }).toEqual({ corrected: undefined, inflation: undefined })
  expect(observed?.value).toBe(0.5)
})

test('without labels only what was observed is known', () => {
  expect(Object.keys(calibrate([], [1]))).toEqual(['labels', 'observed'])
  expect(calibrate([], [])).toEqual({ labels: 0 })
})

test('any counts give intervals in [0, 1] around their value', () => {
  const count = fc.nat({ max: 60 })
  fc.assert(
    fc.property(count, count, count, count, fc.array(fc.constantFrom(0, 0.5, 1)), (a, b, c, d, live) => {
      const { sensitivity, specificity, observed, corrected } = calibrate(
        pairs(Math.min(a, b), b, Math.min(c, d), d),
        live,
      )
      for (const one of [sensitivity, specificity, observed, corrected])
        if (one) {
          expect(one.low).toBeGreaterThanOrEqual(0)
          expect(one.high).toBeLessThanOrEqual(1)
          expect(one.low).toBeLessThanOrEqual(one.value + 1e-12)
          expect(one.high).toBeGreaterThanOrEqual(one.value - 1e-12)
        }
    }),
  )
})

test.each([
  [0.9, 0.9, 0.8, 80],
  [0.8, 0.95, 0.5, 60],
  [0.95, 0.7, 0.9, 100],
])(
  'with sensitivity %f, specificity %f and a true rate of %f the corrected interval covers it 93 times in 100',
  (sensitivity, specificity, rate, labels) => {
    const random = seededRandom(7)
    const judged = (good: boolean) => Number(random() < (good ? sensitivity : 1 - specificity))
    const runs = 1000
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const compared = Array.from({ length: labels }, () => labelled(random, rate, judged))
      const live = Array.from({ length: 400 }, () => judged(random() < rate))
      const { corrected } = calibrate(compared, live)
      if (corrected && corrected.low <= rate && rate <= corrected.high) covered++
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.93)
  },
)

function labelled(random: Random, rate: number, judged: (good: boolean) => number) {
  const good = random() < rate
  return { person: Number(good), scorer: judged(good) }
}
