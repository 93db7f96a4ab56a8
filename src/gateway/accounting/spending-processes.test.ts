import { expect, test } from 'vitest'
import { spendInChaos } from './spending.chaos.ts'

const load = { workers: 4, kills: 8, limit: 300_000, mostTokens: 100, seed: 7 }

test('four gateway processes that are killed at random never spend more than their budget', async () => {
  const { used, exceeded, counted, kills } = await spendInChaos({ ...load, exceeding: 0 })
  expect(exceeded).toBe(0)
  expect(used).toBeLessThanOrEqual(load.limit)
  expect(counted).toBeLessThanOrEqual(load.limit)
  expect(kills).toBeGreaterThanOrEqual(4)
  expect(used, 'killed processes forget their leases, at most').toBeGreaterThan(load.limit / 4)
})

test('they exceed it by what calls used beyond their own reservation, at most', async () => {
  const { used, exceeded } = await spendInChaos({ ...load, exceeding: 0.05 })
  expect(exceeded).toBeGreaterThan(0)
  expect(used).toBeLessThanOrEqual(load.limit + exceeded)
})
