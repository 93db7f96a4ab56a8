import { expect, test } from 'vitest'
import { create } from '../../../test/objects.ts'
import { testWorld } from '../../../test/world.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { call } from '../../telemetry/telemetry.contract.ts'

test('content is deleted when its route keeps it no longer, the record stays', async () => {
  await using world = await testWorld()
  const { telemetry, clock } = world
  const serve = { prompt: { ref: 'p' }, provider: { ref: 'openai', model: 'm' } }
  const spec = { model: 'triage', serve, record: { content: 'all', keep: '30s' } }
  await create(world, ModelRoute, 'triage', { spec })
  const at = clock.now()
  const content = { namespace: 'default', input: 'in', output: 'out' }
  await telemetry.append(
    [
      call('old', { ...content, at }),
      call('new', { ...content, at: at + 25_000 }),
      call('other', { ...content, at, route: 'other' }),
    ],
    [],
  )
  await world.advance(20_000)
  expect((await telemetry.call('old'))?.output).toBe('out')
  await world.advance(21_000)
  const { input: _, output: __, ...rest } = call('old', { ...content, at })
  expect(await telemetry.call('old')).toEqual({ ...rest, feedback: [] })
  expect((await telemetry.call('new'))?.input).toBe('in')
  expect((await telemetry.call('other'))?.input).toBe('in')
})
