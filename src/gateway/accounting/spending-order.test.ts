import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../failure.ts'
import { budgetOf, limited, setting, used } from './spending.world.ts'

test('no order of calls in four gateways spends more than the budget, and all of it can be spent', async () => {
  const step = fc.record({
    gateway: fc.nat(3),
    reserve: fc.integer({ min: 0, max: 30 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    end: fc.constantFrom('settle', 'release', 'later'),
    wait: fc.constantFrom(0, 0, 0, 400, 1100),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 150 }),
      fc.integer({ min: 0, max: 400 }),
      async (steps, limit) => {
        const budget = budgetOf({ tokens: limit })
        const { ask, gateways, spent, clock } = setting([budget], [], 4)
        let total = 0
        const late: (() => void)[] = []
        await Promise.all(
          steps.map(async ({ gateway, reserve, share, end, wait }) => {
            const call = await ask({ maxOutputTokens: reserve }, gateway).catch((error: unknown) => {
              if (error instanceof GatewayError && error.code === 'budget_exceeded') return undefined
              throw error
            })
            if (wait > 0) clock.advance(wait)
            const tokens = Math.floor(reserve * share)
            const finish = () => {
              if (end === 'release') return call?.release()
              if (call) total += tokens
              call?.settle(used(tokens), 0)
            }
            if (end === 'later') late.push(finish)
            else finish()
          }),
        )
        for (const finish of late) finish()
        await Promise.all(gateways.map(gateway => gateway.stop()))
        expect(total).toBeLessThanOrEqual(limit)
        expect(await spent(budget, 'tokens')).toBe(total)
        // What was given back is there for the next one.
        const next = setting([budget], [], 1)
        await next.ask({ maxOutputTokens: limit })
      },
    ),
    { numRuns: 100 },
  )
})

test('no order of calls in four gateways has more of them at the same time than the key may have', async () => {
  const step = fc.record({
    gateway: fc.nat(3),
    turns: fc.nat(12),
    late: fc.nat(12),
    wait: fc.constantFrom(0, 0, 1000),
  })
  const turns = async (count: number) => {
    for (let i = 0; i < count; i++) await Promise.resolve()
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (steps, concurrency) => {
        const { ask, clock, gateways } = setting([], [limited({ concurrency })], 4)
        let open = 0
        let most = 0
        let answered = 0
        await Promise.all(
          steps.map(async ({ gateway, turns: length, late, wait }) => {
            await turns(late)
            const call = await ask({}, gateway).catch((error: unknown) => {
              if (error instanceof GatewayError && error.code === 'rate_limited') return undefined
              throw error
            })
            if (!call) return
            most = Math.max(most, ++open)
            answered++
            if (wait > 0) clock.advance(wait)
            await turns(length)
            open--
            call.settle(used(1), 0)
          }),
        )
        expect(most).toBeLessThanOrEqual(concurrency)
        if (steps.length > 0) expect(answered).toBeGreaterThan(0)
        await Promise.all(gateways.map(gateway => gateway.stop()))
      },
    ),
    { numRuns: 150 },
  )
})
