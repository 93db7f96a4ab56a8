import { expect, test } from 'vitest'
import { change, create, readyOf } from '../../../test/objects.ts'
import { testWorld } from '../../../test/world.ts'
import { AccessKey } from '../../api/kinds/access-key.ts'
import { digestOf } from '../../lib/digest.ts'

test('a key says whether it is accepted now, and when that ends', async () => {
  await using world = await testWorld()
  const spec = { hash: digestOf('kw-other') }
  await create(world, AccessKey, 'k', { spec: { ...spec, expires: '2026-01-01T00:00:05Z' } })
  await create(world, AccessKey, 'forever', { spec })
  await create(world, AccessKey, 'wrong', { spec: { ...spec, expires: 'tomorrow' } }).catch(() => undefined)
  expect(await readyOf(world, AccessKey, 'forever')).toBe('True Accepted: the gateway accepts the key')
  expect(await readyOf(world, AccessKey, 'k')).toContain('accepts the key until 2026-01-01T00:00:05Z')
  await world.advance(6000)
  expect(await readyOf(world, AccessKey, 'k')).toContain('False Expired')
  await change(world, AccessKey, 'k', { expires: null })
  expect(await readyOf(world, AccessKey, 'k')).toContain('True')
  await change(world, AccessKey, 'k', { suspend: true })
  expect(await readyOf(world, AccessKey, 'k')).toContain('False Suspended')
})

test('the gateway takes a key until it is suspended or gone', async () => {
  await using world = await testWorld()
  const list = async () =>
    (await fetch(`${world.gatewayUrl}/v1/models`, { headers: { authorization: 'Bearer kw-other' } })).status
  expect(await list()).toBe(401)
  await create(world, AccessKey, 'k', { spec: { hash: digestOf('kw-other') } })
  expect(await list()).toBe(200)
  await change(world, AccessKey, 'k', { suspend: true })
  expect(await list()).toBe(401)
  await change(world, AccessKey, 'k', { suspend: false })
  expect(await list()).toBe(200)
  await world.client.delete(AccessKey, 'k', 'default')
  await world.settle()
  expect(await list()).toBe(401)
})
