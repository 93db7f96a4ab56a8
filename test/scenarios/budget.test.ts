import { expect, test } from 'vitest'
import { AccessKey } from '../../src/api/kinds/access-key.ts'
import { Budget } from '../../src/api/kinds/budget.ts'
import { digestOf } from '../../src/lib/digest.ts'
import { change, create } from '../objects.ts'
import { apply } from '../rollout.ts'
import { testWorld, type World } from '../world.ts'

const asker = (world: World, key: string) => async (maxTokens: number) => {
  const response = await fetch(`${world.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'refund',
      max_tokens: maxTokens,
      messages: [{ role: 'user', content: 'live 1' }],
    }),
  })
  const body = (await response.json()) as { error?: { message: string; code: string } }
  return { status: response.status, headers: response.headers, ...body }
}

test('a budget holds as soon as it is applied, says why it refuses, and lets calls through when it was raised', async () => {
  await using world = await testWorld()
  await apply(world)
  await world.advance(2000)
  await create(world, AccessKey, 'web', { spec: { hash: digestOf('kw-web'), team: 'sales' } })
  const ask = asker(world, 'kw-web')
  expect((await ask(100)).status).toBe(200)
  await create(world, Budget, 'sales', { spec: { teams: ['sales'], period: 'day', tokens: 500 } })
  const refused = await ask(1000)
  expect(refused).toMatchObject({
    status: 429,
    error: {
      code: 'budget_exceeded',
      message: expect.stringContaining(
        'Budget default/sales of 500 tokens per day is less than this call may need',
      ),
    },
  })
  expect(refused.headers.get('x-should-retry')).toBe('false')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000)
  expect((await ask(10)).status).toBe(200)
  await change(world, Budget, 'sales', { tokens: 5000 })
  expect((await ask(1000)).status).toBe(200)
  await change(world, Budget, 'sales', { tokens: 0, mode: 'shadow' })
  expect((await ask(1000)).status).toBe(200)
})

test('a key that may make two calls a minute makes two, and is told what is left', async () => {
  await using world = await testWorld()
  await apply(world)
  await world.advance(2000)
  await create(world, AccessKey, 'web', {
    spec: { hash: digestOf('kw-web'), limits: { requestsPerMinute: 2 } },
  })
  const ask = asker(world, 'kw-web')
  const left = []
  for (let i = 0; i < 2; i++) left.push((await ask(10)).headers.get('x-ratelimit-remaining-requests'))
  expect(left).toEqual(['1', '0'])
  const refused = await ask(10)
  expect(refused).toMatchObject({ status: 429, error: { code: 'rate_limited' } })
  const wait = Number(refused.headers.get('retry-after'))
  expect(refused.headers.get('x-should-retry')).toBe('true')
  world.clock.advance(wait * 1000)
  expect((await ask(10)).status).toBe(200)
})
