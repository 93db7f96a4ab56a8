import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import type { Counter } from './counter.ts'

const window = { key: 'budget/default/a/month/usd/', from: 0, until: 1e12 }
const later = { ...window, from: 1e12, until: 2e12 }

/**
 * What every Counter must do.
 * @param open several users of one counter, such as one in each process of an installation
 */
export function counterContract(name: string, open: (clock: FakeClock, users: number) => Promise<Counter[]>) {
  const at = 1e11
  const one = async (): Promise<Counter> => {
    const [counter] = await open(new FakeClock(at), 1)
    if (!counter) throw new Error('no counter was opened')
    return counter
  }

  describe(`a counter in ${name}`, () => {
    test('gives all that is wanted, then what is left, then nothing', async () => {
      const counter = await one()
      expect(await counter.take(window, 10, 7, 1)).toEqual({ taken: 7, left: 3 })
      expect(await counter.take(window, 10, 7, 4)).toEqual({ taken: 0, left: 3 })
      expect(await counter.take(window, 10, 7, 2)).toEqual({ taken: 3, left: 0 })
      expect(await counter.take(window, 10, 1, 1)).toEqual({ taken: 0, left: 0 })
      expect(await counter.spent(window)).toBe(10)
    })

    test('refuses a first amount that is above the limit, and a limit of nothing', async () => {
      const counter = await one()
      expect(await counter.take(window, 10, 20, 11)).toEqual({ taken: 0, left: 10 })
      expect(await counter.take(later, 0, 5, 1)).toEqual({ taken: 0, left: 0 })
      expect(await counter.spent(window)).toBe(0)
    })

    test('has room again for what was given back, and less after more was spent than taken', async () => {
      const counter = await one()
      await counter.take(window, 10, 8, 8)
      await counter.giveBack(window, 5)
      expect(await counter.spent(window)).toBe(3)
      await counter.giveBack(window, -9)
      expect(await counter.spent(window)).toBe(12)
      expect(await counter.take(window, 10, 1, 1)).toEqual({ taken: 0, left: 0 })
      await counter.giveBack(window, 100)
      expect(await counter.spent(window)).toBe(0)
    })

    test('counts each key and each period for itself, and a debt in a period that it never saw', async () => {
      const counter = await one()
      await counter.take(window, 10, 10, 10)
      await counter.giveBack(later, -4)
      expect(await counter.take({ ...window, key: 'other' }, 10, 10, 10)).toMatchObject({ taken: 10 })
      expect(await counter.take(later, 10, 10, 1)).toEqual({ taken: 6, left: 0 })
    })

    test('follows a limit that was raised or lowered within its period', async () => {
      const counter = await one()
      await counter.take(window, 10, 10, 10)
      expect(await counter.take(window, 15, 10, 1)).toEqual({ taken: 5, left: 0 })
      expect(await counter.take(window, 5, 1, 1)).toEqual({ taken: 0, left: 0 })
    })

    test('lists what was spent under a prefix until the period is over', async () => {
      const clock = new FakeClock(at)
      const [counter] = await open(clock, 1)
      await counter?.take(window, 10, 4, 4)
      await counter?.take({ ...window, key: 'budget/default/a/month/usd/%' }, 10, 2, 2)
      await counter?.take({ ...window, key: 'budget/default/ab/month/usd/' }, 10, 1, 1)
      expect(await counter?.list('budget/default/a/')).toEqual([
        { ...window, spent: 4 },
        { ...window, key: 'budget/default/a/month/usd/%', spent: 2 },
      ])
      clock.advance(window.until)
      expect(await counter?.list('budget/default/a/')).toEqual([])
      await counter?.take(later, 10, 1, 1)
      expect(await counter?.spent(window), 'what is over is forgotten').toBe(0)
    })

    test('has a window without an end', async () => {
      const counter = await one()
      const total = { key: 'total', from: 0, until: Number.POSITIVE_INFINITY }
      expect(await counter.take(total, Number.MAX_SAFE_INTEGER, 2 ** 52, 1)).toEqual({
        taken: 2 ** 52,
        left: 2 ** 52 - 1,
      })
      expect(await counter.list('total')).toHaveLength(1)
    })

    test('holds slots for each owner, in sum never above the limit, until they are not renewed', async () => {
      const clock = new FakeClock(at)
      const [a, b] = await open(clock, 2)
      const slots = (owner: string) => ({ key: 'k', owner, forMs: 1000 })
      expect(await a?.hold(slots('a'), 5, 3, 1)).toEqual({ held: 3, left: 2 })
      expect(await b?.hold(slots('b'), 5, 4, 1)).toEqual({ held: 2, left: 0 })
      expect(await b?.hold(slots('b'), 5, 4, 3)).toBeUndefined()
      expect(await a?.hold(slots('a'), 5, 1, 1)).toEqual({ held: 1, left: 2 })
      expect(await b?.hold(slots('b'), 5, 4, 3)).toEqual({ held: 4, left: 0 })
      clock.advance(600)
      await b?.hold(slots('b'), 5, 4, 4)
      clock.advance(600)
      expect(await b?.hold(slots('b'), 5, 5, 5), 'a did not renew').toEqual({ held: 5, left: 0 })
      expect(await a?.hold(slots('a'), 5, 0, 0)).toEqual({ held: 0, left: 0 })
    })

    test('never gives more than the limit, whatever the order of takers', async () => {
      const amount = fc.integer({ min: 0, max: 12 })
      const move = fc.record({
        user: fc.nat(2),
        want: amount,
        least: amount,
        back: fc.option(amount, { nil: undefined }),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(move, { maxLength: 40 }),
          fc.integer({ min: 0, max: 60 }),
          async (moves, limit) => {
            const counters = await open(new FakeClock(at), 3)
            let out = 0
            await Promise.all(
              moves.map(async ({ user, want, least, back }) => {
                const { taken, left } = (await counters[user]?.take(
                  window,
                  limit,
                  Math.max(want, least),
                  least,
                )) ?? {
                  taken: 0,
                  left: 0,
                }
                expect(taken === 0 || taken >= least).toBe(true)
                expect(left).toBeGreaterThanOrEqual(0)
                const returned = Math.min(back ?? 0, taken)
                await counters[user]?.giveBack(window, returned)
                out += taken - returned
              }),
            )
            expect(await counters[0]?.spent(window)).toBe(out)
            expect(out).toBeLessThanOrEqual(limit)
          },
        ),
        { numRuns: 30 },
      )
    })
  })
}
