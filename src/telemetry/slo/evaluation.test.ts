import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import { burnAlerts } from './burn-alerts.ts'
import { budgetOf, evaluateSlo, guardNats, lookMs, type Objective, rateOf, surprise } from './evaluation.ts'
import { type EventBucket, eventCounts } from './event-counts.ts'

const hour = 3_600_000
const day = 24 * hour
const objectiveOf = (percent: number, days = 30, minEvents = 1): Objective => ({
  percent,
  periodMs: days * day,
  minEvents,
})

const buckets = fc.array(
  fc
    .record({
      at: fc.integer({ min: 0, max: 240 }),
      valid: fc.integer({ min: 0, max: 500 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ at, valid, share }): EventBucket => ({ at: at * lookMs, valid, bad: Math.floor(valid * share) })),
  { maxLength: 60 },
)

describe('events', () => {
  test('between two times are those of a count one by one', () => {
    fc.assert(
      fc.property(
        buckets,
        fc.integer({ min: 0, max: 250 }),
        fc.integer({ min: 0, max: 250 }),
        (all, a, b) => {
          const [from, to] = [Math.min(a, b) * lookMs, Math.max(a, b) * lookMs]
          const inside = all.filter(({ at }) => at >= from && at < to)
          const sum = (field: 'valid' | 'bad') => inside.reduce((total, bucket) => total + bucket[field], 0)
          expect(eventCounts(all).between(from, to)).toEqual({ valid: sum('valid'), bad: sum('bad') })
        },
      ),
    )
  })
})

describe('alerts', () => {
  test('have the factors of the workbook for 30 days, and keep the share of the budget for other periods', () => {
    const factors = (days: number) => burnAlerts(days * day).map(({ factor }) => factor)
    expect(factors(30)).toEqual([14.4, 6, 3, 1])
    expect(factors(28)).toEqual([13.44, 5.6, 2.8, 1])
    expect(factors(7)).toEqual([3.36, 1.4, 1, 1])
  })

  /** The definition, event by event: any look of the hold time at which both windows are above the factor. */
  function bruteForce(objective: Objective, all: readonly EventBucket[], now: number) {
    const share = 1 - objective.percent / 100
    const inside = (from: number, to: number) => {
      let [valid, bad] = [0, 0]
      for (const bucket of all)
        if (bucket.at >= from && bucket.at < to) {
          valid += bucket.valid
          bad += bucket.bad
        }
      return { valid, bad, burn: valid === 0 ? 0 : bad / valid / share }
    }
    return burnAlerts(objective.periodMs).map(({ factor, longMs, shortMs, holdMs }) => {
      for (let at = now; at >= now - holdMs; at -= lookMs) {
        const [long, short] = [inside(at - longMs, at), inside(at - shortMs, at)]
        const enough = long.valid >= objective.minEvents
        const above = long.burn > factor * (1 + 1e-9) && short.burn > factor * (1 + 1e-9)
        if (enough && above && surprise(long, share) > guardNats) return true
      }
      return false
    })
  }

  test('burn as counted event by event', () => {
    fc.assert(
      fc.property(
        buckets,
        fc.integer({ min: 0, max: 260 }),
        fc.constantFrom(90, 99, 99.9),
        fc.constantFrom(7, 28, 30),
        fc.constantFrom(1, 50),
        (all, minutes, percent, days, minEvents) => {
          const objective = objectiveOf(percent, days, minEvents)
          const state = evaluateSlo(objective, eventCounts(all), minutes * lookMs)
          expect(state.burns.map(({ burning }) => burning)).toEqual(
            bruteForce(objective, all, minutes * lookMs),
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  test('do not burn at an objective that is exactly met, whatever the period and the traffic', () => {
    fc.assert(
      fc.property(
        fc.constantFrom([50, 2], [90, 10], [99, 100], [99.9, 1000], [99.99, 10_000]),
        fc.constantFrom(7, 28, 30),
        fc.integer({ min: 1, max: 1e6 }),
        ([percent = 0, one = 0], days, times) => {
          const all = Array.from({ length: 73 }, (_, i) => ({ at: i * hour, valid: one * times, bad: times }))
          const state = evaluateSlo(objectiveOf(percent, days), eventCounts(all), 73 * hour)
          expect(state.severity).toBeUndefined()
          expect(state.budgetLeft).toBeCloseTo(0, 9)
        },
      ),
    )
  })

  test('page for an outage with little traffic as soon as chance does not explain it', () => {
    const outage = (events: number) =>
      evaluateSlo(objectiveOf(99), eventCounts([{ at: hour - 60_000, valid: events, bad: events }]), hour)
        .severity
    expect(outage(3)).toBeUndefined()
    expect(outage(5)).toBe('page')
    expect(
      evaluateSlo(objectiveOf(99, 30, 10), eventCounts([{ at: 0, valid: 9, bad: 9 }]), 60_000).severity,
    ).toBeUndefined()
  })

  test('are over when the short window is, and the hold', () => {
    const all = Array.from({ length: 60 }, (_, i) => ({ at: i * lookMs, valid: 100, bad: i < 50 ? 20 : 0 }))
    const counts = eventCounts(all)
    const page = (minutes: number) =>
      evaluateSlo(objectiveOf(99.9), counts, minutes * lookMs).burns[0]?.burning
    expect([page(50), page(54), page(59), page(60)]).toEqual([true, true, true, false])
  })

  test('say how much is left and when nothing is', () => {
    const steady = (bad: number) =>
      eventCounts(Array.from({ length: 24 }, (_, i) => ({ at: i * hour, valid: 1000, bad })))
    const state = evaluateSlo(objectiveOf(99), steady(2), day)
    expect(state.budgetLeft).toBeCloseTo(0.8)
    expect(state.exhaustedAt).toBeUndefined()
    const late = eventCounts([
      { at: 0, valid: 99_000, bad: 0 },
      { at: day - hour, valid: 1000, bad: 500 },
    ])
    const burning = evaluateSlo(objectiveOf(99), late, day)
    expect(burning.budgetLeft).toBeCloseTo(0.5)
    expect(burning.exhaustedAt).toBeCloseTo(day + (0.5 * 30 * day) / 50)
    expect(evaluateSlo(objectiveOf(99), steady(20), day).exhaustedAt).toBe(day)
    expect(evaluateSlo(objectiveOf(99), eventCounts([]), day)).toMatchObject({ valid: 0, budgetLeft: 1 })
  })
})

describe('chance', () => {
  /** P(Binomial(n, p) >= k), summed term by term. */
  function tail(n: number, k: number, p: number): number {
    let term = (1 - p) ** n
    let sum = k <= 0 ? term : 0
    for (let i = 1; i <= n; i++) {
      term *= ((n - i + 1) / i) * (p / (1 - p))
      if (i >= k) sum += term
    }
    return sum
  }

  test('is never understated', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(0.0001, 0.001, 0.01, 0.1, 0.5),
        (valid, share, budget) => {
          const bad = Math.floor(valid * share)
          expect(Math.exp(-surprise({ valid, bad }, budget))).toBeGreaterThanOrEqual(
            tail(valid, bad, budget) * (1 - 1e-9),
          )
        },
      ),
    )
  })

  test('alone raises no alarm in 100 weeks of little traffic that only just meets its objective', () => {
    let alarms = 0
    let unguarded = 0
    for (let week = 0; week < 100; week++) {
      const random = seededRandom(week)
      const percent = [99, 99.9, 95][week % 3] ?? 99
      const perHour = [2, 10, 60, 300][week % 4] ?? 2
      const budget = budgetOf({ percent })
      const all = Array.from({ length: 7 * 24 * 4 }, (_, i): EventBucket => {
        const valid =
          Array.from({ length: 15 }).filter(() => random() < Math.min(1, perHour / 60)).length *
          Math.max(1, perHour / 60)
        const bad = Array.from({ length: valid }).filter(() => random() < budget).length
        return { at: i * 15 * lookMs, valid, bad }
      })
      const counts = eventCounts(all)
      for (let at = hour; at <= 7 * day; at += hour) {
        if (evaluateSlo(objectiveOf(percent), counts, at).severity) alarms++
        const long = counts.between(at - hour, at)
        if (rateOf(long, budget) > 14.4 && rateOf(counts.between(at - hour / 4, at), budget) > 14.4)
          unguarded++
      }
    }
    expect(alarms).toBe(0)
    expect(unguarded).toBeGreaterThan(20)
  })
})
