import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../../lib/random.ts'
import { belowShareLogE, shareInterval } from './beta-binomial.ts'
import { expectedStop, logE, observeBet, startBetting } from './betting.ts'
import { errorShareLogE, observeEvent, startErrorShare } from './error-share.ts'
import { reaches } from './log-sum.ts'

const LEVEL = Math.log(20)
const RUNS = 1000
/** alpha = .05 plus three standard deviations of so many runs. */
const alpha3sd = (runs: number) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs)

/** Observations until the test rejects at .05, looked at after each; undefined when it does not within `most`. */
function stopTime(draw: () => number, m: number, most: number): number | undefined {
  const state = startBetting()
  for (let n = 1; n <= most; n++) {
    const x = draw()
    observeBet(state, x, m)
    if (x > m && reaches(state, LEVEL)) return n
  }
  return undefined
}

function alarms(draw: (random: Random) => number, m: number, runs: number): number {
  const random = seededRandom(7)
  let count = 0
  for (let run = 0; run < runs; run++) count += Number(stopTime(() => draw(random), m, 1000) !== undefined)
  return count / runs
}

const right = (random: Random, p: number) => Number(random() < p)
const regressOrImprove = (random: Random, r: number, i: number) => {
  const draw = random()
  return draw < r ? 1 : draw < r + i ? -1 : 0
}

test('a naive z test looked at after every pair alarms in a third to half of healthy rollouts', () => {
  const random = seededRandom(3)
  let alarmed = 0
  for (let run = 0; run < RUNS; run++) {
    let [a, b, found] = [0, 0, false]
    for (let n = 1; n <= 1000 && !found; n++) {
      a += right(random, 0.9)
      b += right(random, 0.9)
      const pooled = (a + b) / (2 * n)
      found = n >= 20 && Math.abs(a - b) / n > 1.96 * Math.sqrt((2 * pooled * (1 - pooled)) / n)
    }
    alarmed += Number(found)
  }
  expect(alarmed / RUNS).toBeGreaterThan(0.36)
  expect(alarmed / RUNS).toBeLessThan(0.46)
})

const graded = (random: Random) => Math.round(random() * 4) / 4
const skewed = (random: Random) => random() ** 0.2
for (const { scores, draw, runs } of [
  { scores: 'of which .9 are right', draw: (r: Random) => right(r, 0.9) - right(r, 0.9), runs: RUNS },
  { scores: 'of which .5 are right', draw: (r: Random) => right(r, 0.5) - right(r, 0.5), runs: 300 },
  { scores: 'of which .99 are right', draw: (r: Random) => right(r, 0.99) - right(r, 0.99), runs: 300 },
  { scores: 'in pairs', draw: (r: Random) => regressOrImprove(r, 0.05, 0.05), runs: RUNS },
  { scores: 'in grades', draw: (r: Random) => graded(r) - graded(r), runs: 300 },
  { scores: 'of a skewed distribution', draw: (r: Random) => skewed(r) - skewed(r), runs: 150 },
])
  test(`the betting test looked at after every pair alarms at most at alpha for scores ${scores}`, () => {
    expect(alarms(draw, 0, runs)).toBeLessThanOrEqual(alpha3sd(runs))
  })

test('a candidate worse by exactly the margin passes the non-inferiority test at most at alpha', () => {
  const pairs = (random: Random) => -regressOrImprove(random, 0.08, 0.03)
  expect(alarms(pairs, -0.05, 500)).toBeLessThanOrEqual(alpha3sd(500))
  const units = (random: Random) => right(random, 0.85) - right(random, 0.9)
  expect(alarms(units, -0.05, 300)).toBeLessThanOrEqual(alpha3sd(300))
})

test('a drop is found in 1.2 to 1.7 times the expected stop of the optimal bet', () => {
  const random = seededRandom(11)
  const meanStop = (draw: () => number, runs: number) => {
    let sum = 0
    for (let run = 0; run < runs; run++) sum += stopTime(draw, 0, 3000) ?? 3000
    return sum / runs
  }
  const paired = (r: number, i: number) => ({ r, i, draw: () => regressOrImprove(random, r, i) })
  const unpaired = (p: number, q: number) => ({
    r: p * (1 - q),
    i: q * (1 - p),
    draw: () => right(random, p) - right(random, q),
  })
  for (const { r, i, draw } of [
    paired(0.06, 0.01),
    paired(0.1, 0.05),
    paired(0.15, 0.1),
    paired(0.12, 0.02),
    unpaired(0.95, 0.9),
    unpaired(0.9, 0.85),
    unpaired(0.9, 0.8),
    unpaired(0.9, 0.7),
  ]) {
    const distribution = [
      { value: 1, probability: r },
      { value: -1, probability: i },
      { value: 0, probability: 1 - r - i },
    ]
    const ratio = meanStop(draw, 300) / expectedStop(distribution, { m: 0, alpha: 0.05 })
    expect(ratio).toBeGreaterThan(1.2)
    expect(ratio).toBeLessThan(1.7)
  }
  const pairs = meanStop(() => regressOrImprove(random, 0.1, 0.05), 1000)
  expect(pairs).toBeGreaterThan(450)
  expect(pairs).toBeLessThan(560)
})

test('evidence restored from its stored state goes on as if it had never been stored', () => {
  const random = seededRandom(5)
  const draws = Array.from({ length: 400 }, () => random() * 2 - 1)
  const whole = startBetting()
  let stored = startBetting()
  for (const draw of draws) {
    observeBet(whole, draw, -0.05)
    stored = JSON.parse(JSON.stringify(stored))
    observeBet(stored, draw, -0.05)
    expect(logE(stored)).toBe(logE(whole))
  }
})

test('an observation outside [-1, 1] is refused', () => {
  expect(() => observeBet(startBetting(), 1.01, 0)).toThrow('an observation must lie in [-1, 1], not 1.01')
  expect(() => observeBet(startBetting(), Number.NaN, 0)).toThrow(RangeError)
})

test('the error share test alarms at most at alpha while traffic moves from 5 to 25 to 50 %', () => {
  const random = seededRandom(13)
  let alarmed = 0
  for (let run = 0; run < RUNS; run++) {
    const state = startErrorShare()
    let found = false
    for (let event = 0; event < 300 && !found; event++) {
      const weight = event < 50 ? 0.05 : event < 150 ? 0.25 : 0.5
      observeEvent(state, random() < weight, weight)
      found = reaches(state, LEVEL)
    }
    alarmed += Number(found)
  }
  expect(alarmed / RUNS).toBeLessThanOrEqual(alpha3sd(RUNS))
})

test('three times the errors are found within a hundred events on average', () => {
  const random = seededRandom(17)
  let events = 0
  for (let run = 0; run < 300; run++) {
    const state = startErrorShare()
    for (; errorShareLogE(state) < LEVEL; events++)
      observeEvent(state, random() < (3 * 0.25) / (3 * 0.25 + 0.75), 0.25)
  }
  expect(events / 300).toBeLessThan(100)
})

test('the beta-binomial interval covers .99 at all of 2,000 looks, where a plugged-in variance fails', () => {
  const random = seededRandom(19)
  const runs = 300
  let [covered, asymptotic] = [0, 0]
  for (let run = 0; run < runs; run++) {
    let [good, holds, naive] = [0, true, true]
    for (let n = 1; n <= 2000; n++) {
      good += right(random, 0.99)
      // Both intervals change little between looks; every look at first, then one in ten.
      if (n > 100 && n % 10 > 0) continue
      const { lower, upper } = shareInterval({ good, bad: n - good }, 0.05)
      holds &&= lower <= 0.99 && 0.99 <= upper
      if (n >= 50) naive &&= Math.abs(good / n - 0.99) <= asymptoticRadius(good / n, n)
    }
    covered += Number(holds)
    asymptotic += Number(naive)
  }
  expect(covered / runs).toBeGreaterThanOrEqual(0.95 - 3 * Math.sqrt((0.05 * 0.95) / runs))
  expect(asymptotic / runs).toBeLessThan(0.6)
}, 30_000)

/** Normal-mixture sequence with the estimated variance, as asymptotic methods use it. */
function asymptoticRadius(p: number, n: number): number {
  const rho = 25
  const v = n * p * (1 - p)
  return Math.sqrt((v + rho * p * (1 - p)) * (Math.log(1 + v / (rho * p * (1 - p) || 1)) + 2 * LEVEL)) / n
}

test('evidence against a service level stays at 1 or below while the level is kept', () => {
  for (const [good, bad] of [
    [95, 5],
    [990, 10],
    [1, 0],
    [1_000_000, 40_000],
  ] as const)
    expect(belowShareLogE({ good, bad }, 0.95)).toBeLessThanOrEqual(0)
  expect(belowShareLogE({ good: 900_000, bad: 100_000 }, 0.95)).toBeGreaterThan(1000)
})

test('a service level that is kept exactly is called broken at most at alpha', () => {
  const random = seededRandom(23)
  let alarmed = 0
  for (let run = 0; run < 400; run++) {
    const counts = { good: 0, bad: 0 }
    let found = false
    for (let n = 0; n < 1000 && !found; n++) {
      const good = random() < 0.95
      counts[good ? 'good' : 'bad'] += 1
      found = !good && belowShareLogE(counts, 0.95) >= LEVEL
    }
    alarmed += Number(found)
  }
  expect(alarmed / 400).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400))
})
