import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf } from '../../../test/objects.ts'
import { testWorld, type World } from '../../../test/world.ts'
import { conditionOf } from '../../api/conditions.ts'
import { Budget } from '../../api/kinds/budget.ts'
import { budgetWindow } from '../../gateway/accounting/budget-window.ts'

/** Counts as a gateway does. */
const spend = (
  world: World,
  unit: 'usd' | 'tokens' | 'refused',
  amount: number,
  holder = '',
  period: 'day' | 'total' = 'day',
) =>
  world.counter.giveBack(
    budgetWindow({ namespace: 'default', name: 'b', period }, unit, holder, world.clock.now()),
    -amount,
  )

const exhausted = async (world: World): Promise<string> => {
  const { status, reason, message } =
    conditionOf({ status: await statusOf(world, Budget, 'b') }, 'Exhausted') ?? {}
  return `${status} ${reason}: ${message}`
}

test('a budget says what was spent and left, by whom, and until when', async () => {
  await using world = await testWorld()
  await create(world, Budget, 'b', { spec: { each: 'team', period: 'day', usd: 10, tokens: 1000 } })
  expect(await readyOf(world, Budget, 'b')).toBe(
    'True Enforced: spent $0 of $10 and 0 of 1000 tokens for each team until 2026-01-02T00:00:00Z',
  )
  expect(await exhausted(world)).toBe('False AmountLeft: there is room for calls')
  await spend(world, 'usd', 2_500_000_000, 'red')
  await spend(world, 'tokens', 900, 'red')
  await spend(world, 'tokens', 50, 'blue')
  await world.advance(10_000)
  expect(await statusOf(world, Budget, 'b')).toMatchObject({
    from: '2026-01-01T00:00:00Z',
    until: '2026-01-02T00:00:00Z',
    spentUsd: 2.5,
    spentTokens: 950,
    refused: 0,
    holders: [
      { name: 'red', spentUsd: 2.5, leftUsd: 7.5, spentTokens: 900, leftTokens: 100 },
      { name: 'blue', spentTokens: 50, leftTokens: 950 },
    ],
    asOf: '2026-01-01T00:00:10Z',
  })
  await spend(world, 'tokens', 100, 'red')
  await spend(world, 'refused', 3, 'red')
  await world.advance(10_000)
  expect(await exhausted(world)).toBe('True Spent: nothing is left: red; 3 calls were refused in this period')
})

test('a budget starts anew with its period, and figures that stay the same are not written again', async () => {
  await using world = await testWorld()
  await create(world, Budget, 'b', { spec: { period: 'day', tokens: 10, mode: 'shadow' } })
  await spend(world, 'tokens', 12)
  await spend(world, 'refused', 1)
  await world.advance(10_000)
  expect(await exhausted(world)).toContain('True Spent: nothing is left; 1 call would have been refused')
  expect(await readyOf(world, Budget, 'b')).toContain('calls are counted and none is refused')
  const before = await world.client.get(Budget, 'b', 'default')
  await world.advance(60_000)
  expect((await world.client.get(Budget, 'b', 'default')).metadata.resourceVersion).toBe(
    before.metadata.resourceVersion,
  )
  world.clock.advance(86_400_000)
  await world.settle()
  expect(await statusOf(world, Budget, 'b')).toMatchObject({
    spentTokens: 0,
    holders: [],
    from: '2026-01-02T00:00:00Z',
  })
  expect(await exhausted(world)).toContain('False')
})

test('a budget without an end is counted apart from one with a period', async () => {
  await using world = await testWorld()
  await create(world, Budget, 'b', { spec: { period: 'total', tokens: 10 } })
  await spend(world, 'tokens', 4, '', 'total')
  await world.advance(10_000)
  expect(await readyOf(world, Budget, 'b')).toBe('True Enforced: spent 4 of 10 tokens in total')
  expect(await statusOf(world, Budget, 'b')).not.toHaveProperty('until')
  await change(world, Budget, 'b', { period: 'day' })
  expect(await readyOf(world, Budget, 'b')).toContain('spent 0 of 10 tokens until')
})
